"""Between mapping and repairing: the stages of a pipeline that comes with the deals of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Import
from accord.platform.transfer import imports
from accord.platform.transfer.mapping import Mapping, Wrong
from accord.platform.transfer.reading.sheets import Sheet
from accord.sales.models import Stage
from accord.sales.pipeline.stages import USUAL
from accord.sales.transfer import ways
from accord.web.http import StaffRequest
from accord.web.staff import staff
from accord.web.transfer import columns, drafts, repairs

MOST = 30
Kind = Stage.Kind
KINDS = (Kind.OPEN, Kind.WON, Kind.LOST)
# Words that stages of all systems are named with, by how far along a deal is.
_ORDER = (
    ("new", "lead", "prospect", "inbox", "open"),
    ("qualif", "contact", "appointment"),
    ("discover", "engag", "demo", "meeting", "needs", "presentation"),
    ("propos", "quot", "offer", "angebot", "pric"),
    ("negot", "decision", "verhandl", "review"),
    ("contract", "commit", "verbal", "sign"),
)
_ENDS = {
    Kind.WON: ("won", "gewonnen", "gagn", "ganad", "closed deal"),
    Kind.LOST: ("lost", "verloren", "perdu", "perdid", "dead", "abandon", "disqualif"),
}


@dataclass(frozen=True)
class Line:
    """A stage as the page shows it. count: how many rows name it; rank: where it stands."""

    at: int
    name: str
    count: int
    kind: str
    percent: str
    rank: int


def declare(wanted: Mapping, name: str, sheet: Sheet) -> Mapping:
    """The mapping with a pipeline of this name, its stages guessed from the stage column.

    Raises Wrong where the column has too many values to be a stage.
    """
    names = list(_counted(wanted, sheet)) or [step.name for step in USUAL]
    if len(names) > MOST:
        raise Wrong(
            f"The column of the stages has {len(names)} values. A pipeline has {MOST} stages at "
            "most: map another column, or choose a pipeline that is there."
        )
    made = {"name": name, "stages": _guessed(names)}
    return replace(wanted, sections={**wanted.sections, "pipelines": [made]})


def declared(wanted: Mapping) -> dict[str, Any] | None:
    """The pipeline the mapping adds, where it adds one."""
    found = ways.declared(wanted)
    return dict(found[0]) if found else None


@staff("import.run")
@require_http_methods(["GET", "HEAD", "POST"])
@drafts.step
def page(request: StaffRequest, job: Import) -> HttpResponse:
    if request.method == "POST":
        permissions.require(request.user, "settings.manage")
    wanted = drafts.wanted(job)
    pipeline = declared(wanted)
    if pipeline is None:
        return redirect("import-map", job.pk)
    error = ""
    if request.method == "POST":
        try:
            return _save(request, job, wanted, pipeline)
        except Forbidden:
            raise
        except Refused as refusal:
            error = str(refusal)
    context = drafts.shown(job, 1) | {
        "error": error,
        "pipeline": pipeline,
        "lines": _lines(pipeline, _counted(wanted, drafts.sheet(job, wanted))),
        "kinds": KINDS,
        "opened_in": pipeline.get("opened_in", ""),
    }
    return render(request, "transfer/stages.html", context, status=422 if error else 200)


def _save(
    request: StaffRequest, job: Import, wanted: Mapping, pipeline: dict[str, Any]
) -> HttpResponse:
    changed = pipeline | _read(request.POST)
    wanted = replace(wanted, sections={**wanted.sections, "pipelines": [changed]})
    ways.declared(wanted)
    imports.set_mapping(job, wanted, by=request.user)
    return redirect(after(request, job, wanted), job.pk)


def after(request: StaffRequest, job: Import, wanted: Mapping) -> str:
    """The step that follows: repairs where there are any, else the check, tried at once."""
    if repairs.odd(job, wanted):
        return "import-values"
    imports.rehearse(job, by=request.user)
    return "import-check"


def _read(form: QueryDict) -> dict[str, Any]:
    found = []
    at = 0
    while f"name-{at}" in form:
        if name := form.get(f"name-{at}", "").strip()[:120]:
            kind = columns.among(form.get(f"kind-{at}", ""), KINDS)
            rank = form.get(f"rank-{at}", "")
            stage = {"name": name, "kind": kind}
            if kind == Kind.OPEN:
                stage["probability"] = _share(form.get(f"percent-{at}", ""))
            place = int(rank) if rank.isdecimal() and len(rank) < 5 else at
            found.append((KINDS.index(Kind(kind)), place, at, stage))
        at += 1
    stages = [each[-1] for each in sorted(found, key=lambda each: each[:3])]
    if len({stage["name"].casefold() for stage in stages}) < len(stages):
        raise Wrong("Two stages have the same name. Give one of them another one.")
    open_ = [stage["name"] for stage in stages if stage["kind"] == Kind.OPEN]
    opened = form.get("opened_in", "")
    return {"stages": stages, "opened_in": opened if opened in open_ else "".join(open_[:1])}


def _share(text: str) -> str:
    """A probability as the mapping writes it, from percent."""
    try:
        percent = Decimal(text.strip().rstrip("%").strip().replace(",", ".") or "50")
    except InvalidOperation:
        percent = Decimal(-1)
    if not 0 <= percent <= 100:
        raise Wrong(f"“{text[:20]}” is no probability. Write a number from 0 to 100.")
    return str(percent / 100)


def _percent(share: str) -> str:
    return f"{Decimal(share) * 100:.2f}".rstrip("0").rstrip(".")


def _counted(wanted: Mapping, sheet: Sheet) -> dict[str, int]:
    """The values of the stage column, repaired, and how often each stands there."""
    fill = wanted.filling("stage")
    if fill is None or len(fill.columns) != 1:
        return {}
    found: dict[str, int] = {}
    for value, count in repairs.counted(sheet, fill.columns)[fill.columns[0]].items():
        meant = fill.repairs.get(value, value)
        found[meant] = found.get(meant, 0) + count
    return found


def _guessed(names: Sequence[str]) -> list[dict[str, str]]:
    """Stages in a likely order, with likely ends and probabilities."""
    kinds = {name: _kind(name) for name in names}
    open_ = sorted((name for name in names if kinds[name] is Kind.OPEN), key=_far)
    open_ = open_ or [USUAL[0].name]
    step = Decimal(90) / (len(open_) + 1)
    stages = [
        {"name": name, "kind": "open", "probability": str(round(step * at / 100, 2))}
        for at, name in enumerate(open_, 1)
    ]
    for kind in (Kind.WON, Kind.LOST):
        ends = [name for name in names if kinds[name] is kind] or [str(kind.label)]
        stages += [{"name": name, "kind": str(kind)} for name in ends]
    return stages


def _kind(name: str) -> Kind:
    text = name.casefold()
    return next((kind for kind, words in _ENDS.items() if _any(words, text)), Kind.OPEN)


def _far(name: str) -> int:
    text = name.casefold()
    places = (at for at, words in enumerate(_ORDER) if _any(words, text))
    return next(places, len(_ORDER) // 2)


def _any(words: Iterable[str], text: str) -> bool:
    return any(word in text for word in words)


def _lines(pipeline: dict[str, Any], counts: dict[str, int]) -> list[Line]:
    found = [
        Line(
            at,
            str(stage.get("name", "")),
            counts.get(str(stage.get("name", "")), 0),
            str(stage.get("kind", "open")),
            _percent(str(stage.get("probability", "0.5"))),
            at + 1,
        )
        for at, stage in enumerate(pipeline["stages"])
    ]
    return [*found, Line(len(found), "", 0, "open", "", len(found) + 1)]
