"""E-mail addresses, in the one form that records are matched by."""

from __future__ import annotations

import re
import unicodedata

from accord.engine.cleaning import hosts, wording
from accord.engine.errors import Unreadable

LONGEST = 320
LONGEST_LOCAL = 64

_EXAMPLE = "Write it like ana@acme.example."
_USUAL = re.compile(
    r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    re.ASCII,
)
_NAMED = re.compile(r"[^<>]*<([^<>]+)>")
_ALLOWED_SIGNS = frozenset("!#$%&'*+/=?^_`{|}~-")


def read(text: str) -> str:
    """Read one address such as Ana@Acme.example or Ana Ruiz <ana@müller.example>.

    Gives it in lower case, its domain as ASCII (IDNA). Whether mail arrives there is another
    question. Raises Unreadable with the reason for what can be no address on the public net.
    """
    if len(text) > LONGEST:
        raise Unreadable(
            f"{wording.quoted(text)} is longer than an e-mail address can be (320 signs). "
            f"{_EXAMPLE}"
        )
    address = text.strip().lower()
    usual = _USUAL.fullmatch(address) and "xn--" not in address
    if usual and address.index("@") <= LONGEST_LOCAL and len(address) <= hosts.LONGEST:
        return address
    return _read_unusual(text)


def _read_unusual(text: str) -> str:
    address = wording.plain(text).strip(" \t\r\n,;")
    if named := _NAMED.fullmatch(address):
        address = named[1].strip()
    address = unicodedata.normalize("NFC", address.lower()).removeprefix("mailto:")
    local, at, domain = address.rpartition("@")
    if problem := _problem(local, at, domain):
        raise Unreadable(f"{wording.quoted(text)} is not an e-mail address: {problem} {_EXAMPLE}")
    host = hosts.ascii_name(domain)
    if host is None:
        raise Unreadable(
            f"{wording.quoted(text)} is not an e-mail address: "
            f"{wording.quoted(domain)} is not a domain. {_EXAMPLE}"
        )
    return f"{local}@{host}"


def _problem(local: str, at: str, domain: str) -> str | None:
    if not at:
        return "it has no @."
    if not local or not domain:
        return "there is nothing before or after the @."
    if "@" in local:
        return "it has more than one @. Keep one address in this column."
    if any(sign.isspace() for sign in local + domain):
        return "it has a space in it."
    if len(local) > LONGEST_LOCAL:
        return "the part before the @ is longer than 64 signs."
    if not all(_possible(part) for part in local.split(".")):
        return "the part before the @ has a dot or sign that cannot be there."
    return None


def _possible(part: str) -> bool:
    return bool(part) and all(sign.isalnum() or sign in _ALLOWED_SIGNS for sign in part)
