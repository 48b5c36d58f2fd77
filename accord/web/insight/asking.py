"""A report's question from the address of its page, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q
from django.http import QueryDict
from django.utils.formats import date_format

from accord.engine.attribution import Model
from accord.engine.errors import Refused
from accord.insight import of_segment, reports
from accord.insight.questions import Cut, Measure, Question, Report, day, moment
from accord.people import choices as people_choices
from accord.people.models import Segment
from accord.platform.access import permissions
from accord.platform.models import Import, User
from accord.sales.models import Pipeline
from accord.web.http import number, numbers
from accord.web.lists.tables import Chip

T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """One option of the filter form."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Choices:
    """What can be chosen above a report: one key, goal and segment, any number of the others."""

    keys: tuple[Choice, ...]
    goals: tuple[Choice, ...]
    pipelines: tuple[Choice, ...]
    imports: tuple[Choice, ...]
    segments: tuple[Choice, ...]


def question(name: str, query: QueryDict, reader: User) -> Question:
    """The question a page's address asks. Raises Refused with a sentence for what it cannot."""
    report = reports.report(name)
    return Question(
        report=name,
        by=query.get("by") or report.defaults["by"],
        start=_read(day, query.get("from", "")),
        end=_read(day, query.get("to", "")),
        as_of=_read(moment, query.get("as_of", "")),
        pipelines=tuple(text for text in query.getlist("pipeline") if text),
        imports=tuple(numbers(query.getlist("import"))),
        goal="opened" if query.get("goal") == "opened" else "won",
        segment=_read(_segment, query.get("segment", "")),
        reader=reader,
    )


def readable(name: str, query: QueryDict, reader: User) -> Question:
    """As `question`, without what cannot be read: what stands in the filters of a report that
    was refused."""
    kept = query.copy()
    if kept.get("by") not in reports.report(name).keys:
        kept.pop("by", None)
    for each, read in (("from", day), ("to", day), ("as_of", moment), ("segment", _segment)):
        try:
            _read(read, kept.get(each, ""))
        except Refused:
            del kept[each]
    return question(name, kept, reader)


def choices(asked: Question) -> Choices:
    """The options of the filter form, with what is chosen now."""
    keys = reports.report(asked.report).keys
    goals = (("won", "Booked revenue"), ("opened", "Pipeline"))
    pipelines = Pipeline.objects.values_list("name", flat=True)
    done = Import.objects.filter(Q(state=Import.State.DONE) | Q(pk__in=asked.imports))
    return Choices(
        tuple(Choice(key, _words(key), key == asked.by) for key in keys),
        tuple(Choice(goal, label, goal == asked.goal) for goal, label in goals),
        tuple(Choice(name, name, name in asked.pipelines) for name in pipelines),
        tuple(
            Choice(str(each.pk), f"{each.file_name} ({each.pk})", each.pk in asked.imports)
            for each in done.only("pk", "file_name").order_by("-pk")[:50]
        ),
        _segments(asked),
    )


def chips(asked: Question, query: QueryDict) -> list[Chip]:
    """The filters that are set, each with the address that drops it."""
    names = dict(Import.objects.filter(pk__in=asked.imports).values_list("pk", "file_name"))
    told = {
        "from": ("From", asked.start and date_format(asked.start, "j M Y")),
        "to": ("Until", asked.end and date_format(asked.end, "j M Y")),
        "pipeline": ("Pipeline", ", ".join(asked.pipelines)),
        "import": ("Import", ", ".join(names.get(each, str(each)) for each in asked.imports)),
        "segment": ("Segment", asked.segment and asked.segment.name),
        "as_of": ("As of", asked.as_of and query.get("as_of", "")),
    }
    return [
        Chip(label, words, f"?{without(query, name)}")
        for name, (label, words) in told.items()
        if words
    ]


def without(query: QueryDict, *names: str) -> str:
    """The address's question without these parameters and without empty ones."""
    left = query.copy()
    for name in [*names, *(name for name in left if not any(left.getlist(name)))]:
        left.pop(name, None)
    return left.urlencode()


def model(query: QueryDict) -> Model:
    """Whose credit the attribution report draws; U-shaped where the address names none we know."""
    text = query.get("model", "")
    return Model(text) if text in set(Model) else Model.POSITION_U


def page(query: QueryDict) -> int:
    """The page of a list an address names; the first where it names none."""
    return number(query.get("page", "")) or 1


def measure(known: Report, name: str) -> Measure:
    """The column an address names; the report's first where it names none."""
    return next((each for each in known.measures if each.name == name), known.measures[0])


def line(asked: Question, cut: Cut) -> str:
    """The line of a report a number stands in, in words."""
    if cut.whole:
        return "Total"
    return reports.label(asked, cut.key)


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _segments(asked: Question) -> tuple[Choice, ...]:
    """The segments and lists in use; none for a reader who may not see people."""
    if asked.reader and not permissions.may(asked.reader, "contact.read"):
        return ()
    chosen = str(asked.segment.pk) if asked.segment else ""
    there = people_choices.segments()
    return tuple(Choice(each.value, each.label, each.value == chosen) for each in there)


def _segment(text: str) -> Segment:
    return of_segment.numbered(number(text) or 0)


def _read(read: Callable[[str], T], text: str) -> T | None:
    return read(text) if text else None
