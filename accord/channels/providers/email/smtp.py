"""Mail by SMTP: `smtp://user:password@host:587/?starttls=1` or `smtps://host`."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from accord.channels.letters import DEFERRED, FAILED, SENT, UNKNOWN, Begin, Letter, Result

COMMAND_SECONDS = 120
CHECK_SECONDS = 5
FINAL_DOT_SECONDS = 600  # RFC 5321, 4.5.3.2.6
UNREADABLE = (
    "ACCORD_MAIL_URL cannot be read as smtp://user:password@host:587. Write signs of the user name "
    "and password other than letters and digits in percent form, such as # as %23 and / as %2F."
)
NOT_ASCII = (
    "The user name or password in ACCORD_MAIL_URL has a sign no mail server is sure to read "
    "(such as ü). Choose another password."
)
_FIRST_DOT = re.compile(rb"(?m)^\.")


class _Refusal(Exception):
    def __init__(self, code: int, reply: bytes) -> None:
        super().__init__(code, reply)
        self.result = _refused(code, reply)


class _Unusable(Exception):
    """No server can be asked by such a URL; the sentence names nothing of it."""


def deliver(letter: Letter, begin: Begin, url: str) -> Result:
    """Hand the letter to the server: 2yz sent, 4yz and no connection deferred, 5yz failed.

    A connection lost after the final dot is unknown: the server may have taken it.
    """
    try:
        with _connection(url) as server:
            _expect(server.docmd("MAIL", f"FROM:<{letter.sender}>"), 250)
            _expect(server.docmd("RCPT", f"TO:<{letter.to}>"), 250, 251)
            _expect(server.docmd("DATA"), 354)
            server.send(_FIRST_DOT.sub(b"..", letter.content.rstrip(b"\r\n")))
            try:
                begin()
            except BaseException:
                server.close()  # within a letter the server would read a QUIT as a line of it
                raise
            return _finish(server)
    except _Refusal as refusal:
        return refusal.result
    except _Unusable as reason:
        return Result(DEFERRED, str(reason))
    except (OSError, smtplib.SMTPException) as error:
        return Result(DEFERRED, f"no mail server answered: {_named(error)}")


def check(url: str) -> str:
    """Why the server cannot be used, or nothing when it answers and lets us in."""
    try:
        with _connection(url, CHECK_SECONDS) as server:
            server.noop()
    except _Refusal as refusal:
        return refusal.result.reply
    except _Unusable as reason:
        return str(reason)
    except (OSError, smtplib.SMTPException) as error:
        return _named(error)
    return ""


def _finish(server: smtplib.SMTP) -> Result:
    if server.sock is not None:
        server.sock.settimeout(FINAL_DOT_SECONDS)
    try:
        server.send(b"\r\n.\r\n")
        return _classed(*server.getreply())
    except (OSError, smtplib.SMTPException) as error:
        return Result(UNKNOWN, f"the connection was lost after the last line: {_named(error)}")


@contextmanager
def _connection(url: str, seconds: float = COMMAND_SECONDS) -> Iterator[smtplib.SMTP]:
    parts = _read(url)
    host = parts.hostname or "localhost"
    secure = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=seconds, context=secure)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=seconds)
    try:
        server.ehlo_or_helo_if_needed()
        if parse_qs(parts.query).get("starttls", ["0"])[-1] == "1":
            server.starttls(context=secure)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()


def _read(url: str) -> SplitResult:
    """The parts of a URL; a password cut in two by a sign of its own is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        raise _Unusable(UNREADABLE) from None
    if parts.path.strip("/") or parts.fragment or "@" in parts.query:
        raise _Unusable(UNREADABLE)
    if not unquote(f"{parts.username}{parts.password}").isascii():
        raise _Unusable(NOT_ASCII)
    return parts


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    if answer[0] not in codes:
        raise _Refusal(*answer)


def _classed(code: int, reply: bytes) -> Result:
    return Result(SENT, _text(code, reply)) if 200 <= code < 300 else _refused(code, reply)


def _refused(code: int, reply: bytes) -> Result:
    return Result(FAILED if 500 <= code < 600 else DEFERRED, _text(code, reply))


def _text(code: int, reply: bytes) -> str:
    return f"{code} {reply.decode(errors='replace')}"


def _named(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error!r}"
    return f"{type(error).__name__}: {error}"
