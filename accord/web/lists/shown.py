"""How a value stands in a cell or beside a label: people as people, money as money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from accord.people import choices, fields
from accord.people.fields import Field, Kind
from accord.people.models import Company, Contact
from accord.platform.models import Record
from accord.sales.models import Deal
from accord.web import formats
from accord.web.templatetags import ui

TONES = {
    "subscriber": "",
    "lead": "mkt",
    "mql": "mkt",
    "accepted": "sales",
    "sql": "sales",
    "opportunity": "sales",
    "customer": "ok",
    "advocate": "ok",
}
WORKED_OUT = {"running": "ok", "stalled": "warn"}
ENDS = {"won": "ok", "lost": "bad"}
RIGHT = frozenset({Kind.NUMBER, Kind.MONEY})


def cell(record: Record, field: Field, *, links: bool = True) -> SafeString:
    """The value of one field of one record as HTML; nothing where it is empty.

    links: False where it stands inside a button, which holds no link.
    """
    if field.kind is Kind.COMPANY:
        return _company(record, field)
    value = fields.read(record, field)
    if field.asks:
        return _badge(field.label, WORKED_OUT.get(field.name, "")) if value else SafeString("")
    if value is None or value in ("", ()):
        return SafeString("")
    if isinstance(record, Deal) and field.name == "stage":
        return _badge(fields.show(field, value), ENDS.get(record.outcome or "", ""))
    if field.kind is Kind.URL and not links:
        return _words(field, value)
    if isinstance(record, Contact) and field.name == "language":
        return format_html('<span class="clip">{}</span>', _language(value))
    return _SHOW.get(field.kind, _words)(field, value)


def fact(record: Record, field: Field, *, links: bool) -> SafeString:
    """The value as it stands beside its label, where the e-mail address wraps after its @."""
    html = cell(record, field, links=links)
    return SafeString(html.replace("@", "@<wbr>")) if field.name == "email" else html


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code


def _words(field: Field, value: Any) -> SafeString:
    return format_html('<span class="clip">{}</span>', fields.show(field, value))


def _number(field: Field, value: Decimal) -> SafeString:
    plain = field.name in ("founded", "import_id")
    return SafeString(str(value)) if plain else SafeString(formats.number(value))


def _money(field: Field, value: fields.Money) -> SafeString:
    return format_html("{}", formats.money(value.amount, value.currency))


def _moment(field: Field, value: datetime | date) -> SafeString:
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return ui.reltime(local)


def _stage(field: Field, value: str) -> SafeString:
    label = next((each.label for each in field.choices if each.value == value), value)
    return _badge(label, TONES.get(value, ""))


def _badge(words: str, tone: str) -> SafeString:
    return format_html('<span class="badge {}">{}</span>', tone, words)


def _person(field: Field, value: int) -> SafeString:
    name = choices.colleagues().get(value, "")
    circle = format_html(
        '<span class="avatar xs" style="--hue:{}" aria-hidden="true">{}</span>',
        ui.hue(value),
        ui.initials(name),
    )
    return format_html('<span class="row">{}<span class="clip">{}</span></span>', circle, name)


def _several(field: Field, value: tuple[str, ...]) -> SafeString:
    badges = format_html_join(" ", '<span class="badge">{}</span>', ((tag,) for tag in value))
    return format_html('<span class="row tight">{}</span>', badges)


def _link(field: Field, value: str) -> SafeString:
    if not value.startswith(("https://", "http://")):
        return _words(field, value)
    return format_html(
        '<a class="link clip" href="{}" rel="noreferrer noopener">{}</a>',
        value,
        value.split("://", 1)[1].rstrip("/"),
    )


def _company(record: Record, field: Field) -> SafeString:
    company = company_of(record, field)
    if company is None:
        return SafeString("")
    mark = ui.logo(company, "xs")
    return format_html('<span class="row">{}<span class="clip">{}</span></span>', mark, company)


def company_of(record: Record, field: Field) -> Company | None:
    """The company in a field of a record; free of queries where a list loaded it."""
    if isinstance(record, Contact):
        known = getattr(record, "primary_affiliations", None)
        if known is not None:
            return known[0].company if known else None
        pk = fields.read(record, field)
        return Company.objects.filter(pk=pk).first() if pk else None
    found: Company | None = getattr(record, field.path)
    return found


_SHOW: dict[Kind, Callable[[Field, Any], SafeString]] = {
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.DATE: _moment,
    Kind.DATETIME: _moment,
    Kind.STAGE: _stage,
    Kind.PERSON: _person,
    Kind.CHOICES: _several,
    Kind.TAGS: _several,
    Kind.URL: _link,
}
