"""The script for pages, as the collect server serves it."""

import gzip

from accord.web.collect import script

LARGEST = 4 * 1024  # bytes, packed


def get(client, path="/t.js", method="GET", **headers):
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\n"
    for name, value in headers.items():
        head += f"{name.replace('_', '-')}: {value}\r\n"
    if method == "HEAD":  # a length is said and nothing follows
        client.send(head.encode() + b"Connection: close\r\n\r\n")
        return client.file.read()
    return client.ask(head.encode() + b"\r\n")


def test_it_is_small(client):
    assert len(script.load().packed) <= LARGEST


def test_it_is_served_plain_and_packed(client):
    status, headers, plain = get(client)
    assert status == 200 and plain == (script.FOLDER / "t.js").read_bytes()
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["x-content-type-options"] == "nosniff"
    status, headers, packed = get(client, Accept_Encoding="br, gzip")
    assert headers["content-encoding"] == "gzip" and headers["vary"] == "accept-encoding"
    assert gzip.decompress(packed) == plain


def test_a_browser_that_has_it_is_told_so(client):
    _, headers, _ = get(client)
    status, again, body = get(client, If_None_Match=headers["etag"])
    assert (status, body, again["etag"]) == (304, b"", headers["etag"])
    status, _, _ = get(client, If_None_Match='"other"')
    assert status == 200


def test_it_is_only_read(client):
    assert get(client, method="HEAD").startswith(b"HTTP/1.1 200")


def test_nothing_is_posted_to_it(client):
    assert client.post("/t.js", {})[0] == 405
