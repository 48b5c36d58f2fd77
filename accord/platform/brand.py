"""How the company looks to the public: its colour and its logo."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accord.engine import colours
from accord.engine.errors import Refused, Unreadable
from accord.platform.access import permissions, preferences
from accord.platform.models import User

LOGO_KB = 300
KINDS = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


class BadColour(Refused):
    """Write the colour as # and six digits, such as #1f6feb."""


class BadLogo(Refused):
    """Choose a PNG, JPEG or WebP picture of at most 300 KB."""


@transaction.atomic
def colour(text: str, *, by: User | None) -> None:
    """Give public pages their colour; "" is Accord's own. Raises Forbidden or BadColour."""
    _may(by)
    try:
        chosen = colours.read(text) if text.strip() else ""
    except Unreadable:
        raise BadColour from None
    preferences.change(brand_colour=chosen, by=by)


@transaction.atomic
def put_logo(picture: bytes, *, by: User | None) -> None:
    """Show this picture on public pages. Raises Forbidden or BadLogo."""
    _may(by)
    kind = _kind(picture)
    if not kind or len(picture) > LOGO_KB * 1000:
        raise BadLogo
    name = f"{hashlib.sha256(picture).hexdigest()[:16]}.{kind}"
    path = _folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    preferences.change(brand_logo=name, by=by)


@transaction.atomic
def remove_logo(*, by: User | None) -> None:
    """Show the company's name alone. Raises Forbidden."""
    _may(by)
    preferences.change(brand_logo="", by=by)


def logo(name: str) -> tuple[bytes, str] | None:
    """The picture shown now and its media type, where this is its name and it is there."""
    path = _folder() / name
    if not name or name != preferences.current().brand_logo or not path.is_file():
        return None
    return path.read_bytes(), KINDS[path.suffix[1:]]


def _folder() -> Path:
    return Path(settings.DATA) / "media" / "brand"


def _kind(picture: bytes) -> str:
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "jpg"
    return "webp" if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP" else ""


def _may(by: User | None) -> None:
    if by is not None:
        permissions.require(by, "settings.manage")
