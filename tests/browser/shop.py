"""A company with a web site: Accord as real processes, and pages of its own on another origin."""

import http.server
import socket
import threading
import urllib.request
from contextlib import contextmanager

from tests import instance as instances

STYLE = """body{font:16px/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}
a{margin-right:1rem}"""
FRAME = """<!doctype html><html lang="en"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style nonce="shop">{style}</style>
<nav><a href="/">Start</a><a href="/prices">Prices</a><a href="/guide">Guide</a>
<a href="/ask">Ask us</a><a href="/account">Sign in</a>
<a href="#" data-accord-consent>Privacy choices</a></nav><main><h1>{title}</h1>{body}</main>
<script async src="{collect}/t.js" data-key="browser-key" data-banner></script></html>"""
SIGN_IN = """<form method="post" action="/welcome" data-accord-name="sign-in" data-accord-identify>
<label>Your e-mail <input type="email" name="email"></label><button>Sign in</button></form>"""
FORM = '<script async src="{ours}/static/js/form.js" data-form="{ours}/f/ask-us/"></script>'
PAGES = {
    "/": ("Solar for your roof", "<p>From the sun.</p>"),
    "/prices": ("Prices", "<p>Fair ones.</p>"),
    "/guide": ("How to choose", "<p>With care.</p>"),
    "/ask": ("Ask us", FORM),
    "/account": ("Sign in", SIGN_IN),
    "/welcome": ("Welcome back", "<p>Good to see you.</p>"),
}


@contextmanager
def site(collect, ours):
    """The address of a site with a strict policy, whose pages carry the script and the banner."""
    policy = (
        f"default-src 'none'; style-src 'nonce-shop'; script-src {collect} {ours};"
        f" connect-src {collect} {ours}; form-action 'self' {ours}; img-src 'self'"
    )

    class Shop(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            title, body = PAGES.get(self.path.partition("?")[0], ("", ""))
            body = body.format(ours=ours)
            page = FRAME.format(title=title, body=body, collect=collect, style=STYLE).encode()
            self.send_response(200 if title else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            if title:
                self.wfile.write(page)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def open_house(instance, mailbox):
    """Run everything of Accord on ports of its own; answers where its pages and its script are."""
    web, collect = _ports(2)
    instance.environment |= {
        "ACCORD_PORT": str(web),
        "ACCORD_COLLECT_PORT": str(collect),
        "ACCORD_URL": f"http://localhost:{web}",
        "ACCORD_COLLECT_URL": f"http://localhost:{collect}",
        "ACCORD_MAIL_URL": f"maildir:{mailbox}",
    }
    instance.start("up")
    base, script = f"http://localhost:{web}", f"http://localhost:{collect}"
    instances.wait(lambda: _answers(f"{base}/sign-in/") and _answers(f"{script}/health"), every=0.1)
    return base, script


def _ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False
