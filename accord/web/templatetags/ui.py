"""Template tags and filters every page shares; a builtin library, so no page loads it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Protocol
from zlib import crc32

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.forms import widgets as form_widgets
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accord.platform.access import permissions
from accord.platform.models import User
from accord.web import formats
from accord.web import navigation as menus

register = template.Library()

MENUS: dict[str, menus.Menu] = {"main": menus.MAIN, "foot": menus.FOOT, "settings": menus.SETTINGS}
PHONE = "tdc"


class Named(Protocol):
    """A person or company of ours: `str()` is the name, `pk` never changes."""

    @property
    def pk(self) -> object: ...


@register.simple_tag
@lru_cache(maxsize=1000)  # a board draws 270 of a dozen kinds
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """One symbol of the sprite, hidden from screen readers unless `label` names it."""
    named = format_html('role="img" aria-label="{}"', label)
    spoken = named if label else mark_safe('aria-hidden="true"')
    url = static("vendor/icons.svg")
    return format_html(
        '<svg class="icon {}" {}><use href="{}#i-{}"/></svg>', css, spoken, url, name
    )


@register.filter
def hue(key: object) -> int:
    """An angle 0-359 that is the same on every screen for the same key."""
    return crc32(str(key).encode()) * 7 % 360


@register.filter
def initials(name: str) -> str:
    """First letters of the first and the last word: Ana de la Torre is AT."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in dict.fromkeys(words[:1] + words[-1:])).upper() or "?"


@register.simple_tag
def avatar(person: Named | None, css: str = "", beside_name: bool = False) -> SafeString:
    """A person's circle; `beside_name=True` where the name stands next to it: read once."""
    if person is None:
        return SafeString("")
    spoken = _spoken(str(person), beside_name)
    letters, angle = initials(str(person)), hue(person.pk)
    text = '<span class="avatar {}" style="--hue:{}" {}>{}</span>'
    return format_html(text, css, angle, spoken, letters)


@register.simple_tag
def logo(company: Named | None, css: str = "", beside_name: bool = True) -> SafeString:
    """A company's rounded square with its first letter."""
    if company is None:
        return SafeString("")
    spoken = _spoken(str(company), beside_name)
    letter, angle = initials(str(company))[:1], hue(company.pk)
    text = '<span class="avatar co {}" style="--hue:{}" {}>{}</span>'
    return format_html(text, css, angle, spoken, letter)


def _spoken(name: str, beside_name: bool) -> SafeString:
    if beside_name:
        return mark_safe('aria-hidden="true"')
    return format_html('role="img" aria-label="{0}" title="{0}"', name)


for name in ("money", "money_near", "money_short", "number", "capped", "signed", "percent", "span"):
    register.filter(name, getattr(formats, name))


@register.filter
def absolute(value: Decimal) -> Decimal:
    return abs(value)


@register.filter
def reltime(moment: datetime | date | None) -> SafeString:
    """Relative up to seven days either way, else the date; the full moment is in the title."""
    if moment is None:
        return SafeString("")
    now = timezone.localtime()
    local = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    words, full = formats.near(local, now), formats.full(local)
    text = '<time datetime="{}" title="{}">{}</time>'
    return format_html(text, local.isoformat(), full, words)


@register.filter
def kind(field: BoundField) -> str:
    """How components/field.html lays a field out: hidden, switch, choices, file or plain."""
    match field.field.widget:
        case form_widgets.HiddenInput():
            return "hidden"
        case RadioSelect() | CheckboxSelectMultiple():
            return "choices"
        case CheckboxInput():
            return "switch"
        case _:
            return "plain"


@register.simple_tag(takes_context=True)
def navigation(context: template.Context, menu: str = "main") -> tuple[menus.Group, ...]:
    """The main, foot or settings menu as this person may see it; empty when signed out."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or not isinstance(user, User):
        return ()
    return menus.groups(MENUS[menu], path=request.path, may=partial(permissions.may, user))


@register.simple_tag(takes_context=True)
def in_settings(context: template.Context, name: str) -> SafeString:
    """ "Settings, System": a link for those who may open that page, the words for all others."""
    links = (link for group in navigation(context, "settings") for link in group.links)
    url = next((link.url for link in links if link.name == name), "")
    if not url:
        return format_html("Settings, {}", name)
    return format_html('<a class="link" href="{}">Settings, {}</a>', url, name)


@register.filter
def phone_links(nav: tuple[menus.Group, ...]) -> list[menus.Link]:
    """The three links that fit into the phone's bottom bar."""
    return [link for group in nav for link in group.links if link.go in PHONE][: len(PHONE)]


@register.simple_tag
def query_without(query: QueryDict, name: str, value: str) -> str:
    """The query string with one value of a repeated parameter left out, back on page one.

    `{% querystring %}`, which comes with Django, sets and drops whole parameters.
    """
    left = query.copy()
    left.setlist(name, [item for item in query.getlist(name) if item != value])
    left.pop("page", None)
    return "?" + left.urlencode()
