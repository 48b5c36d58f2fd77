"""`accord segment`: segments and lists from the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from accord.engine import segments as engine
from accord.engine.errors import Refused
from accord.people import exports
from accord.people.consents import restrictions
from accord.people.models import Segment
from accord.people.segments import checking, members, saving, tables
from accord.platform.trail import audit

HELP = "Make, list, evaluate and export segments."
NEEDS_DATABASE = True


class NoSuchSegment(Refused):
    """No segment has this name. See them all with: accord segment list"""


class NoFile(Refused):
    """This file cannot be read. Name another file."""


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True, metavar="|".join(_WHAT))
    kinds.add_parser("list", help="Show every segment and how many are in it.")
    check = kinds.add_parser("check", help="Compare every segment with a full evaluation.")
    check.add_argument("--lake", action="store_true", help="Evaluate from the lake, as each night.")
    count = kinds.add_parser("count", help="Say how many people a rule selects now.")
    count.add_argument("rule", metavar="FILE", help="the rule in its JSON form")
    save = kinds.add_parser("save", help="Make a segment by a rule, or give it another rule.")
    save.add_argument("name")
    save.add_argument("rule", metavar="FILE", help="the rule in its JSON form")
    for name, text in _OF_ONE.items():
        kinds.add_parser(name, help=text).add_argument("name")
    copy = kinds.add_parser("copy", help="Make a list of those who are in a segment now.")
    copy.add_argument("name")
    copy.add_argument("--to", required=True, metavar="NAME", help="the name of the list")
    export = kinds.add_parser("export", help="Write the people in a segment as CSV.")
    export.add_argument("name")
    export.add_argument("--to", required=True, metavar="FILE", help="the file to write")


def run(options: argparse.Namespace) -> int:
    return _WHAT[options.what](options) or 0


def _list(options: argparse.Namespace) -> None:
    for segment in Segment.objects.current().order_by("name"):
        size = members.people(segment).count()
        print(f"{size:>9,}  {segment.name}  ({segment.get_kind_display().lower()})")


def _check(options: argparse.Namespace) -> int:
    apart = 0
    check = checking.check_lake if options.lake else checking.check
    for found in check():
        apart += found.differed
        said = (
            f"{found.missing:,} missing, {found.too_many:,} too many" if found.differed else "well"
        )
        print(f"{found.segment.size:>9,}  {found.segment.name}: {said}")
    return 1 if apart else 0


def _count(options: argparse.Namespace) -> None:
    rule = engine.loads(_text(options.rule))
    engine.check(rule, tables.words())
    print(f"{_people(members.count(rule, timezone.now()))}: {_sentence(rule)}")


def _save(options: argparse.Namespace) -> None:
    rule = engine.to_json(engine.loads(_text(options.rule)))
    segment = Segment.objects.current().filter(name__iexact=options.name).first()
    if segment:
        saving.change(segment, rule=rule, by=None)
    else:
        segment = saving.create(name=options.name, rule=rule, by=None)
    members.evaluate(segment)
    _tell(segment)


def _show(options: argparse.Namespace) -> None:
    segment = _segment(options.name)
    _tell(segment)
    for version in segment.versions.select_related("by").order_by("-number"):
        who = version.by.name if version.by else "Accord"
        print(f"  {version.number}  {timezone.localtime(version.at):%Y-%m-%d %H:%M}  {who}")


def _evaluate(options: argparse.Namespace) -> None:
    turnover = members.evaluate(_segment(options.name))
    print(f"{turnover.entered:,} entered, {turnover.left:,} left")


def _archive(options: argparse.Namespace) -> None:
    saving.archive(_segment(options.name), by=None)


def _copy(options: argparse.Namespace) -> None:
    _tell(members.copy_static(_segment(options.name), name=options.to, by=None))


def _export(options: argparse.Namespace) -> None:
    segment = _segment(options.name)
    rows, left = restrictions.apart(members.people(segment))
    rows, count = rows.select_related("owner__team").order_by("pk"), rows.count()
    audit.record("list.exported", segment, by=None, list="contacts", rows=count, left_out=left)
    pieces = exports.written(exports.columns("contact"), rows.iterator(chunk_size=exports.CHUNK))
    try:
        with Path(options.to).open("wb") as file:
            file.writelines(pieces)
    except OSError as error:
        raise NoFile(f"{options.to} cannot be written: {error.strerror}.") from None
    print(f"{count:,} contacts written to {options.to}")
    if left:
        print(restrictions.said(left))


def _tell(segment: Segment) -> None:
    size = members.people(segment).count()
    print(f"{segment.name}: {_people(size)}")
    if segment.rule is not None:
        print(_sentence(engine.from_json(segment.rule)))


def _people(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}"


def _sentence(rule: engine.Rule) -> str:
    return engine.describe(rule, tables.words())


def _segment(name: str) -> Segment:
    found = Segment.objects.current().filter(name__iexact=name).first()
    if found is None:
        raise NoSuchSegment
    return found


def _text(path: str) -> str:
    if path == "-":
        return sys.stdin.read()
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise NoFile(f"{path} cannot be read: {error.strerror}. Name another file.") from None
    except UnicodeDecodeError:
        raise NoFile(f"{path} is no text in UTF-8. Save the rule as UTF-8.") from None


_OF_ONE = {
    "show": "Say in a sentence who is in it, and when it was changed by whom.",
    "evaluate": "Let people in and out as the rule says now.",
    "archive": "Put a segment away; refused while others ask for it.",
}
_WHAT: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "list": _list,
    "check": _check,
    "count": _count,
    "save": _save,
    "show": _show,
    "evaluate": _evaluate,
    "archive": _archive,
    "copy": _copy,
    "export": _export,
}
