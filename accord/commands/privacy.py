"""`accord privacy`: a copy of everything of a person, erasure, and the requests that are due."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from accord.engine.errors import Refused
from accord.people.models import Contact
from accord.people.privacy import copies, erasing, requests

HELP = "Give out everything kept of a person, erase a person, list the requests that are due."
NEEDS_DATABASE = True


class NobodyHere(Refused):
    """No contact has this e-mail address or number. Numbers stand in the address of the record."""


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True, metavar="export|erase|requests")
    copy = kinds.add_parser("export", help="Write a zip with everything kept of a person.")
    copy.add_argument("who", help="An e-mail address, or the number of the record.")
    copy.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="Where it goes.")
    erase = kinds.add_parser("erase", help="Erase a person; first says what goes and what stays.")
    erase.add_argument("who", help="An e-mail address, or the number of the record.")
    erase.add_argument("--yes", action="store_true", help="Erase without asking.")
    kinds.add_parser("requests", help="List the requests that wait for an answer.")


def run(options: argparse.Namespace) -> int:
    return {"export": _export, "erase": _erase, "requests": _requests}[options.what](options)


def _export(options: argparse.Namespace) -> int:
    contact = _contact(options.who)
    file = io.BytesIO()
    copies.write(contact, file, by=None)
    options.out.mkdir(parents=True, exist_ok=True)
    target = options.out / copies.file_name(contact)
    target.touch(mode=0o600)
    target.write_bytes(file.getvalue())
    print(f"Written to {target}. It holds everything kept of this person: keep it safe.")
    return 0


def _erase(options: argparse.Namespace) -> int:
    contact = _contact(options.who)
    for line in _told(erasing.preview(contact)):
        print(line)
    if not options.yes and not _confirmed(contact):
        print("Nothing was erased.")
        return 1
    if erasing.run_all(erasing.begin(contact, by=None)):
        print("Erased. Backups made before still hold the person: a restore erases them again.")
        return 0
    print("The record is empty. An import is at work: a worker erases the rest when it is done.")
    return 0


def _requests(options: argparse.Namespace) -> int:
    waiting = requests.waiting()
    for each in waiting:
        print(f"{each.due_at:%Y-%m-%d}  {each.get_kind_display():20}  request {each.pk}")
    print(f"Requests that wait for an answer: {len(waiting)}.")
    return 0


def _told(preview: erasing.Preview) -> list[str]:
    lines = ["What is kept of this person:"]
    for part in preview.parts:
        lines.append(f"  {part.title}: {part.rows:,}")
        if part.stays:
            lines.append(f"      stays: {part.stays}")
    for part in preview.mentions:
        lines.append(f"  Named in {part.title.lower()}: {part.rows:,}. {part.stays}")
    if preview.shares_name:
        lines.append(
            "  Another contact has the same name: texts with the name are left as they are."
        )
    if preview.requests:
        lines.append(f"  {preview.requests}")
    if preview.backups:
        lines.append(f"  {preview.backups}")
    return lines


def _confirmed(contact: Contact) -> bool:
    print(f"Erasing cannot be undone. To go on, write the number of the record, {contact.pk}:")
    try:
        return input("> ").strip() == str(contact.pk)
    except EOFError:
        return False


def _contact(who: str) -> Contact:
    found = Contact.objects.filter(erased_at=None)
    if who.isdecimal() and len(who) < 19:
        contact = found.filter(pk=int(who)).first()
    else:
        mails = found.filter(addresses__kind="email", addresses__value=who.strip().lower())
        contact = mails.order_by("deleted_at", "pk").first()
    if contact is None:
        raise NobodyHere
    return contact
