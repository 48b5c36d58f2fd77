"""Pipelines and stages in a file: the ones a mapping declares, and what a row says of a deal."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Keyed
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.utils import timezone

from accord.engine.cleaning import choices
from accord.engine.errors import Unreadable
from accord.platform.models import User
from accord.platform.transfer.colleagues import Book
from accord.platform.transfer.mapping import Mapping, Wrong
from accord.platform.transfer.plans import Line, Plan
from accord.sales.models import CloseReason, Deal, Pipeline, Product, Stage
from accord.sales.pipeline import pipelines, reasons
from accord.sales.pipeline.stages import Step
from accord.sales.pricing import products

DERIVED = ("pipeline", "stage", "outcome", "reason", "closed_at", "close_on")
_WAY = ("pipeline", "stage", "outcome", "reason")
_PROBABILITY = {Stage.Kind.WON: Decimal(1), Stage.Kind.LOST: Decimal(0)}


def add_declared(mapping: Mapping, by: User | None) -> None:
    """Add the pipelines a mapping declares where they are missing. Raises Forbidden, Wrong."""
    for each in declared(mapping):
        if not Pipeline.objects.filter(name__iexact=each["name"]).exists():
            steps = [_step(stage) for stage in each["stages"]]
            pipelines.add(name=each["name"], by=by, steps=steps)


def opened_in(mapping: Mapping) -> dict[int, int]:
    """The stage in which the deals of each pipeline begin: as declared, else the first."""
    named_in = {each["name"].casefold(): each.get("opened_in") for each in declared(mapping)}
    found: dict[int, int] = {}
    for pipeline in pipelines.every():
        open_ = [stage for stage in pipeline.stages.all() if stage.kind == Stage.Kind.OPEN]
        wanted = named_in.get(pipeline.name.casefold())
        named = [stage for stage in open_ if stage.name == wanted]
        if wanted and not named:
            raise Wrong(f"pipelines › opened_in: there is no open stage “{wanted}”.")
        found[pipeline.pk] = (named or open_)[0].pk
    return found


def opening(mapping: Mapping) -> list[int]:
    """The stages a deal is in from its first day: where deals begin, and any before."""
    first = opened_in(mapping)
    found: list[int] = []
    for pipeline in pipelines.every():
        here = list(pipeline.stages.all())
        last = next(at for at, stage in enumerate(here) if stage.pk == first[pipeline.pk])
        found += [stage.pk for stage in here[: last + 1]]
    return found


def declared(mapping: Mapping) -> list[Keyed[str, Any]]:
    """The pipelines a mapping adds. Raises Wrong where one lacks a name or a kind of stage."""
    found = mapping.sections.get("pipelines", [])
    if not isinstance(found, list):
        raise Wrong("“pipelines” is a list of pipelines to add.")
    for each in found:
        if not isinstance(each, dict) or not {"name", "stages"} <= each.keys():
            raise Wrong("A pipeline to add needs “name” and “stages”.")
        kinds = {stage.get("kind", "open") for stage in each["stages"]}
        if kinds != set(Stage.Kind.values):
            raise Wrong("A pipeline needs an open, a won and a lost stage (“kind” of a stage).")
    return found


def _step(given: Keyed[str, Any]) -> Step:
    kind = Stage.Kind(given.get("kind", "open"))
    try:
        share = Decimal(str(given.get("probability", "0.5")))
    except InvalidOperation:
        share = Decimal(-1)
    if not given.get("name") or not 0 <= share <= 1:
        raise Wrong("A stage needs a “name”, and a “probability” from 0 to 1.")
    return Step(given["name"], kind, _PROBABILITY.get(kind, share))


@dataclass(frozen=True)
class _Known:
    """What a file can name: pipelines, stages by pipeline, reasons, products."""

    pipelines: dict[int, Pipeline]
    named: dict[str, int]
    stages: dict[int, list[Stage]]
    reasons: dict[tuple[str, str], int]
    reserved: dict[str, int]
    products: dict[str, int]
    default: int


def resolve(plan: Plan, lines: list[Line], book: Book) -> None:
    """Turn the names of pipelines, stages, reasons and products into ids, line by line, and
    settle what follows from them: the outcome, and when a closed deal closed."""
    known = _load()
    places = {name: plan.place(name) for name in (*DERIVED, "product")}
    for line in lines:
        row = _Row(line, places)
        for settle, names in (
            (_settle_way, _WAY),
            (partial(_settle_product, plan, book), ("product",)),
        ):
            try:
                settle(row, known)
            except Unreadable as problem:
                line.refuse(str(problem))
                row.forget(names)


class _Row:
    """A line by slot name."""

    def __init__(self, line: Line, places: dict[str, int | None]) -> None:
        self._line, self._places = line, places

    def __getitem__(self, name: str) -> Any:
        at = self._places[name]
        return None if at is None else self._line.values[at]

    def __setitem__(self, name: str, value: object) -> None:
        at = self._places[name]
        if at is not None:
            self._line.values[at] = value

    @property
    def is_refused(self) -> bool:
        return bool(self._line.problem)

    def forget(self, names: tuple[str, ...]) -> None:
        """Leave out what was not settled: these are names still, no ids."""
        for name in names:
            self[name] = None


def _settle_way(row: _Row, known: _Known) -> None:
    pipeline, name = _way(row["pipeline"], row["stage"], known)
    stage = _stage(name, row["outcome"], pipeline, known)
    row["pipeline"] = stage.pipeline_id if stage else None
    row["stage"] = stage.pk if stage else None
    row["outcome"] = None
    if stage is not None:
        row["outcome"] = stage.kind if stage.kind != Stage.Kind.OPEN else ""
        _end(row, stage, known)
    else:
        row["reason"] = row["closed_at"] = None


def _settle_product(plan: Plan, book: Book, row: _Row, known: _Known) -> None:
    if row["product"] is None:
        return
    fill = plan.mapping.filling("product")
    adds = bool(fill and fill.create)
    # A row that is refused adds no product.
    found = None if adds and row.is_refused else _product(row["product"], known, book, adds=adds)
    row["product"] = found


def _end(row: _Row, stage: Stage, known: _Known) -> None:
    """When and why: a closing day stands for its noon, a moment for its day."""
    if stage.kind == Stage.Kind.OPEN:
        row["reason"] = row["closed_at"] = None
        return
    row["reason"] = _reason(row["reason"], stage.kind, known)
    at: datetime | None = row["closed_at"]
    day: date | None = row["close_on"]
    if at is not None:
        row["close_on"] = timezone.localdate(at)
    elif day is not None:
        noon = datetime.combine(day, time(12))
        row["closed_at"] = min(timezone.make_aware(noon), timezone.now())


def _way(name: str | None, stage: str | None, known: _Known) -> tuple[int, str | None]:
    """The pipeline, and the bare name of a stage: exports write "Sales: Won"."""
    before, colon, after = (stage or "").partition(": ")
    if name is None and colon and before in known.named:
        name = before
    if name is None:
        return known.default, stage
    pipeline = known.named.get(name) or known.named[_named("Pipeline", name, tuple(known.named))]
    named = known.pipelines[pipeline].name
    return pipeline, after if colon and before == named else stage


def _stage(name: str | None, outcome: str | None, pipeline: int, known: _Known) -> Stage | None:
    """The stage a row names, else the first of the outcome it names, else None."""
    here = known.stages[pipeline]
    if name is not None:
        by_name = {stage.name: stage for stage in here}
        return by_name.get(name) or by_name[_named("Stage", name, tuple(by_name))]
    if outcome:
        return next(stage for stage in here if stage.kind == outcome)
    return None


def _reason(label: str | None, outcome: str, known: _Known) -> int:
    if label is None:
        return known.reserved[outcome]
    label = label.removesuffix(f" ({outcome})")
    labels = tuple(label for kind, label in known.reasons if kind == outcome)
    return known.reasons[outcome, _named("Reason", label, labels)]


def _product(name: str, known: _Known, book: Book, *, adds: bool) -> int:
    found = known.products.get(name.casefold())
    if found is not None:
        return found
    if adds:
        made = products.add(name=name, by=book.by)
        Product.objects.filter(pk=made.pk).update(import_id=book.import_id)
        known.products[name.casefold()] = made.pk
        return made.pk
    listed = tuple(Product.objects.values_list("name", flat=True))
    return known.products[_named("Product", name, listed).casefold()]


def _named(what: str, text: str, listed: tuple[str, ...]) -> str:
    try:
        return choices.read(text, listed)
    except Unreadable as error:
        raise Unreadable(f"{what}: {error}") from error


def _load() -> _Known:
    found = {pipeline.pk: pipeline for pipeline in pipelines.every()}
    written = CloseReason.objects.filter(archived_at=None)
    return _Known(
        pipelines=found,
        named={pipeline.name: pk for pk, pipeline in found.items()},
        stages={pk: list(pipeline.stages.all()) for pk, pipeline in found.items()},
        reasons={(each.outcome, each.label): each.pk for each in written},
        reserved={kind: reasons.not_recorded(kind).pk for kind in Deal.Outcome.values},
        products={each.name.casefold(): each.pk for each in Product.objects.all()},
        default=pipelines.default().pk,
    )


def listed_products() -> Iterator[str]:
    """The price list, for proposals."""
    yield from Product.objects.filter(archived_at=None).values_list("name", flat=True)
