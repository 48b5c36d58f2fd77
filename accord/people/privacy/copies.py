"""A copy of everything kept of a person: a page to read, JSON and CSV, in one zip."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import IO, Any

from django.utils import timezone

from accord.people.models import Contact, PrivacyRequest
from accord.people.privacy import persons, requests
from accord.platform import personal
from accord.platform.access import permissions, preferences
from accord.platform.models import User
from accord.platform.personal import Person, Row, Store
from accord.platform.trail import audit
from accord.platform.transfer.reading import defusing


@dataclass(frozen=True)
class Section:
    """What one store keeps."""

    store: Store
    rows: tuple[Row, ...]


def write(contact: Contact, file: IO[bytes], *, by: User | None) -> None:
    """Write the zip; that it was given out stands in the audit log and the request it answers.

    Raises Forbidden, or requests.NotIdentified where somebody asks who was not checked.
    """
    if by is not None:
        permissions.require(by, "privacy.manage")
    records = [contact, *persons.merged(contact)]
    asked = requests.answering(records, PrivacyRequest.Kind.ACCESS)
    found = list(sections([persons.of(each) for each in records]))
    audit.record("person.exported", contact, by=by, stores=len(found))
    if asked:
        requests.note(asked, "exported", by=by)
    now = timezone.localtime()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", _page(contact, found, now))
        archive.writestr("data.json", _json(found, now))
        for section in found:
            archive.writestr(f"csv/{section.store.name}.csv", _csv(section.rows))


def sections(people: Sequence[Person]) -> Iterator[Section]:
    """Every store that keeps something of a person, who may have had several records."""
    for store in personal.stores():
        if rows := tuple(row for person in people for row in store.read(person)):
            yield Section(store, rows)


def file_name(contact: Contact) -> str:
    """The name of the zip: it names nobody."""
    return f"personal-data-{contact.pk}-{timezone.localdate().isoformat()}.zip"


def _json(found: list[Section], now: datetime) -> str:
    said: dict[str, Any] = {section.store.name: section.rows for section in found}
    head = {"made_at": now.isoformat(), "from": preferences.current().company_name}
    return json.dumps(head | {"data": said}, indent=2, ensure_ascii=False, default=str)


def _csv(rows: tuple[Row, ...]) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([defusing.defuse(_text(row.get(name))) for name in columns])
    return out.getvalue().encode("utf-8-sig")


def _page(contact: Contact, found: list[Section], now: datetime) -> str:
    company = escape(preferences.current().company_name or "Accord")
    body = "".join(map(_section, found))
    listed = "".join(
        f'<li><a href="#{section.store.name}">{escape(section.store.title)}</a> '
        f"({len(section.rows):,})</li>"
        for section in found
    )
    return _HTML.format(
        who=escape(str(contact)), company=company, when=f"{now:%-d %B %Y, %H:%M}", list=listed
    ).replace("<!--body-->", body)


def _section(section: Section) -> str:
    told = section.store.told(section.rows) if section.store.told else [""] * len(section.rows)
    rows = "".join(map(_table, section.rows, told))
    return f'<h2 id="{section.store.name}">{escape(section.store.title)}</h2>{rows}'


def _table(row: Row, told: str) -> str:
    """A row as people read it: numbers of rows are for machines, and stand in the other files."""
    head = f"<caption>{escape(told)}</caption>" if told else ""
    lines = "".join(
        f"<tr><th scope='row'>{escape(_label(name))}</th><td>{escape(_words(value))}</td></tr>"
        for name, value in row.items()
        if value not in (None, "", [], {}) and not _is_number_of_row(name, value)
    )
    return f"<table>{head}{lines}</table>"


def _is_number_of_row(name: str, value: Any) -> bool:
    return isinstance(value, int) and (name == "id" or name.endswith("_id"))


def _words(value: Any) -> str:
    match value:
        case dict():
            return "\n".join(f"{_label(name)}: {_words(each)}" for name, each in value.items())
        case list() if not any(isinstance(each, dict | list) for each in value):
            return ", ".join(map(_text, value))
        case _:
            return _text(value)


def _label(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Your data at {company}</title>
<meta name="viewport" content="width=device-width">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1b1f; background: #fff }}
table {{ border-collapse: collapse; width: 100%; margin: 0 0 1rem; border: 1px solid #d8d8de }}
th, td {{ text-align: left; vertical-align: top; padding: .25rem .6rem; overflow-wrap: anywhere;
  border-top: 1px solid #ececf0; white-space: pre-wrap }}
caption {{ text-align: left; font-weight: 600; padding: .25rem 0 }}
th {{ width: 14rem; font-weight: 600; color: #55555f }}
@media (prefers-color-scheme: dark) {{ body {{ color: #eee; background: #17171a }}
  table, th, td {{ border-color: #3a3a42 }} th {{ color: #b5b5c0 }} a {{ color: #9db8ff }} }}
</style></head><body>
<h1>What {company} keeps of {who}</h1>
<p>Made on {when}. The same data stand in <code>data.json</code> and, as tables, in the folder
<code>csv</code>. Moments are in UTC.</p>
<p>You may ask for correction, erasure or restriction of these data, object to their use, and
complain to the data protection authority of your country.</p>
<ul>{list}</ul>
<!--body-->
</body></html>
"""
