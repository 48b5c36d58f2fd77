"""The controls of a row, in the order of its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from accord.engine import segments as engine
from accord.engine.segments.notation.questions import allowed
from accord.engine.segments.terms import PROPERTY_KINDS, Kind
from accord.people.models import Company
from accord.platform import currencies
from accord.platform.events import names
from accord.web.http import number
from accord.web.segments import asked
from accord.web.segments.rows import GROUPS, PARENTS, Row

FEW = 12  # more choices than these come with a field to find them by
OPS = {
    "is": "is",
    "is_not": "is not",
    "has_all": "includes all of",
    "contains": "contains",
    "lacks": "does not contain",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "below": "is less than",
    "at_most": "is at most",
    "at_least": "is at least",
    "above": "is more than",
    "between": "is between",
    "answer": "is",
    "empty": "is empty",
    "filled": "is filled",
    "within_last": "is in the last",
    "within_next": "is in the next",
    "before": "is before",
    "after": "is after",
    "on": "is on",
    "anniversary_within": "has its anniversary in the next",
}
SETS_OPS = {"is": "includes one of", "is_not": "includes none of"}
SPANS = (("minutes", "minutes"), ("hours", "hours"), ("days", "days"), ("weeks", "weeks"))
OFTEN = (
    ("at_least", "at least"),
    ("at_most", "at most"),
    ("exactly", "exactly"),
    ("never", "never"),
)
WHEN = (
    ("", "at any time"),
    ("within_last", "in the last"),
    ("before", "before"),
    ("after", "after"),
    ("on", "on"),
    ("between", "between"),
)
OUTCOMES = (
    ("open", "an open deal"),
    ("won", "a won deal"),
    ("lost", "a lost deal"),
    ("any", "any deal"),
)
STATES = (
    ("given", "has given consent to"),
    ("withdrawn", "has withdrawn consent to"),
    ("expired", "has an expired consent to"),
    ("never", "was never asked for consent to"),
)
WHATS: Mapping[str, str] = {
    "contact": "Contact",
    "company": "Company",
    "event": "Event",
    "first": "First time",
    "last": "Last time",
    "sequence": "Sequence",
    "was": "Was in stage",
    "changed": "Stage changed",
    "deal": "Deal",
    "consent": "Consent",
    "list": "List",
    "segment": "Segment",
    "bucket": "Random share",
    "where": "where",
}
Options = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Control:
    """One control. kind: word, select, text, number or boxes, of which several are ticked."""

    kind: str
    name: str = ""
    label: str = ""
    value: str = ""
    options: tuple[Option, ...] = ()
    hint: str = ""
    suggested: str = ""

    @property
    def chosen(self) -> str:
        """What is chosen, in words."""
        labels = [each.label for each in self.options if each.chosen]
        more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
        return ", ".join(labels[:3]) + more

    @property
    def many(self) -> bool:
        return len(self.options) > FEW


@dataclass(frozen=True)
class Line:
    """A row as the page shows it. about: what its controls are of, for those who hear them."""

    place: int
    row: Row
    about: str
    controls: tuple[Control, ...]
    complaint: str
    group: bool
    holds: bool
    last: bool


def lines(
    rows: tuple[Row, ...], complaints: Mapping[int, str], catalogue: engine.Catalogue
) -> list[Line]:
    """Every row with its controls."""
    found = []
    parents: list[Row] = []
    for place, row in enumerate(rows):
        parents = [*parents[: row.depth], row]
        parent = parents[row.depth - 1] if row.depth else row
        made = _Controls(row, place, parent, catalogue)
        following = rows[place + 1] if place + 1 < len(rows) else None
        found.append(
            Line(
                place,
                row,
                f"{WHATS.get(row.what, 'Group')} {place}",
                tuple(made.all()),
                complaints.get(place, ""),
                row.what in GROUPS,
                row.what in PARENTS,
                following is None or following.depth < row.depth,
            )
        )
    return found


@dataclass(frozen=True)
class _Controls:
    row: Row
    place: int
    parent: Row
    catalogue: engine.Catalogue

    def all(self) -> Iterator[Control]:
        match self.row.what:
            case "all" | "any":
                yield self.select(
                    "what", "Match", (("all", "All of these"), ("any", "Any of these"))
                )
            case "contact" | "company":
                yield from self.trait()
            case "event" | "first" | "last" | "sequence":
                yield from self.story()
            case "was" | "changed":
                yield from self.lifecycle()
            case "deal":
                yield Control("word", value="Has")
                yield self.select("outcome", "Deal", OUTCOMES)
            case "where":
                yield from self.condition()
            case _:
                yield from self.member()

    def trait(self) -> Iterator[Control]:
        known = self.catalogue.contact if self.row.what == "contact" else self.catalogue.company
        if self.row.what == "company":
            yield Control("word", value="Company’s")
        yield self.field(known, "Field")
        if self.row.one("field") in known:
            yield from self.question(known[self.row.one("field")])

    def condition(self) -> Iterator[Control]:
        yield Control("word", value="where")
        if self.parent.what == "deal":
            yield self.field(self.catalogue.deal, "Field of the deal")
            if self.row.one("field") in self.catalogue.deal:
                yield from self.question(self.catalogue.deal[self.row.one("field")])
            return
        if self.parent.what == "sequence":
            sides = (("1", "of the first event"), ("2", "of the second event"))
            yield self.select("side", "Which event", sides)
        yield self.text("property", "Property", hint=self.usual, suggested="properties")
        kinds = [(each.value, each.value) for each in sorted(PROPERTY_KINDS)]
        yield self.select("kind", "Kind of value", kinds, default="text")
        yield from self.question(engine.Field("Property", asked.property_kind(self.row)))

    @property
    def usual(self) -> str:
        """What is usually asked of the event this row belongs to: its path, or its name."""
        tracked = "track" in (self.parent.one("event"), self.parent.one("then"))
        return "event" if tracked else "path"

    def story(self) -> Iterator[Control]:
        what, events = self.row.what, self.events()
        if what == "event":
            yield Control("word", value="Did")
            yield self.select("event", "Event", events)
            yield self.select("often", "How often", OFTEN)
            if self.row.one("often") != "never":
                yield self.number("count", "How many times", "1")
                yield Control("word", value="times")
        elif what == "sequence":
            yield Control("word", value="Did")
            yield self.select("event", "First event", events)
            yield Control("word", value="then")
            yield self.select("then", "Second event", events)
            yield Control("word", value="within")
            yield self.number("within", "At most this much later", hint="any time")
            yield self.select("withinunit", "Unit", SPANS, default="days")
        else:
            yield Control("word", value=f"The {what} time of")
            yield self.select("event", "Event", events)
            yield Control("word", value="was")
        yield from self.time()

    def time(self) -> Iterator[Control]:
        yield self.select("when", "When", WHEN)
        at = self.row.one("when")
        if at == "within_last":
            yield self.number("day", "How long", "30")
            yield self.select("dayunit", "Unit", SPANS, default="days")
        elif at:
            yield self.day("day", "Day", "30 days ago" if at == "between" else "today")
        if at == "between":
            yield Control("word", value="and")
            yield self.day("day2", "Last day", "today")

    def lifecycle(self) -> Iterator[Control]:
        stages = list(self.catalogue.stages.items())
        was = self.row.what == "was"
        yield Control("word", value="Is or ever was in" if was else "Entered")
        yield self.boxes("to", "Stages", stages, "any stage" if not was else "choose stages")
        if not was:
            yield Control("word", value="from")
            yield self.boxes("from", "Stages before", stages, "any stage")
            yield from self.time()

    def member(self) -> Iterator[Control]:
        there = self.catalogue
        match self.row.what:
            case "consent":
                yield self.select("state", "Consent", STATES)
                yield self.select("purpose", "Purpose", self.named(there.purposes))
                yield Control("word", value="by")
                yield self.select("channel", "Channel", there.channels.items(), default="email")
            case "list" | "segment":
                of = there.lists if self.row.what == "list" else there.segments
                where = "on list" if self.row.what == "list" else "in segment"
                yield Control("word", value=f"Is {where}")
                names = {str(pk): name for pk, name in sorted(of.items(), key=lambda x: x[1])}
                yield self.select("id", self.row.what.capitalize(), self.named(names))
            case "bucket":
                yield Control("word", value="Is in the random share")
                yield self.text("salt", "Name of the share", hint="spring holdout")
                yield Control("word", value="from")
                yield self.number("from", "From per cent", "0")
                yield Control("word", value="to")
                yield self.number("below", "To per cent", "10")
                yield Control("word", value="per cent")

    def question(self, field: engine.Field) -> Iterator[Control]:
        op = asked.chosen(self.row, field.kind)
        words = OPS | (SETS_OPS if field.kind in (Kind.TAGS, Kind.CHOICES) else {})
        offered = [(each, words[each]) for each in allowed(field.kind)]
        yield self.select("op", "Condition", offered, default=op)
        if op in asked.NOTHING:
            return
        yield from self.value(op, field)

    def value(self, op: str, field: engine.Field) -> Iterator[Control]:
        match op:
            case "answer":
                yield self.select("value", "Value", (("yes", "yes"), ("no", "no")))
            case "within_last" | "within_next":
                yield self.number("value", "How long", hint="30")
                yield self.select("unit", "Unit", SPANS, default="days")
            case "anniversary_within":
                yield self.number("value", "How many days", hint="30")
                yield Control("word", value="days")
            case "is" | "is_not" | "has_all":
                yield self.several(field)
            case "before" | "after" | "on":
                yield self.day("value", "Day", "today")
            case _:
                yield from self.bounds(op, field)

    def bounds(self, op: str, field: engine.Field) -> Iterator[Control]:
        if op == "between" and field.kind in (Kind.DATE, Kind.DATETIME):
            yield self.day("value", "First day", "30 days ago")
            yield Control("word", value="and")
            yield self.day("value2", "Last day", "today")
            return
        if field.kind not in (Kind.NUMBER, Kind.MONEY):
            yield self.text("value", "Value")
            return
        yield self.number("value", "Value")
        if op == "between":
            yield Control("word", value="and")
            yield self.number("value2", "Highest value")
        if field.kind is Kind.MONEY:
            known = (each.currency for each in currencies.known())
            codes = sorted({currencies.reporting(), *known})
            yield self.select("currency", "Currency", [("", "any currency"), *_same(codes)])

    def several(self, field: engine.Field) -> Control:
        if field.kind is Kind.PERSON:
            people = {str(pk): name for pk, name in self.catalogue.colleagues.items()}
            return self.boxes("value", field.label, people.items(), "choose people")
        if field.choices and field.kind not in (Kind.TEXT, Kind.URL, Kind.EMAIL, Kind.PHONE):
            return self.boxes("value", field.label, field.choices.items(), "choose")
        values = self.row.all("value")
        if field.kind is Kind.COMPANY:
            values = _companies(values)
        written = asked.together(values) or self.row.one("text")
        several = "" if field.kind is Kind.COMPANY else "Several with commas between"
        named = self.usual == "event" and self.row.one("property") == "event"
        known = "tracked" if named else ""
        return self.text("text", "Value", value=written, hint=several, suggested=known)

    def field(self, known: Mapping[str, engine.Field], label: str) -> Control:
        options = sorted(((name, each.label) for name, each in known.items()), key=lambda x: x[1])
        return self.select("field", label, [("", "Choose a field"), *options])

    def events(self) -> list[tuple[str, str]]:
        """Those a contact can have; a rule that names another one keeps it."""
        chosen = {self.row.one("event"), self.row.one("then")}
        there = {
            name: label
            for name, label in self.catalogue.events.items()
            if name in chosen or name not in names.ALL or names.ALL[name].person
        }
        found = sorted(there.items(), key=lambda x: x[1])
        return [("", "Choose an event"), *found]

    def named(self, names: Mapping[str, str]) -> list[tuple[str, str]]:
        return [("", "Choose" if names else "There is none yet"), *names.items()]

    def select(self, name: str, label: str, options: Options, *, default: str = "") -> Control:
        kept = list(options)
        now = self.row.what if name == "what" else self.row.one(name, default)
        if now and now not in {value for value, _ in kept}:
            kept.append((now, f"“{now}”"))
        made = tuple(Option(value, words, value == now) for value, words in kept)
        return Control("select", self.name(name), label, now, made)

    def boxes(self, name: str, label: str, options: Options, hint: str) -> Control:
        kept, now = dict(options), self.row.all(name)
        kept |= {value: f"“{value}”" for value in now if value not in kept}
        made = tuple(Option(value, words, value in now) for value, words in kept.items())
        return Control("boxes", self.name(name), label, "", made, hint)

    def text(
        self, name: str, label: str, *, value: str = "", hint: str = "", suggested: str = ""
    ) -> Control:
        now = value or self.row.one(name)
        return Control("text", self.name(name), label, now, hint=hint, suggested=suggested)

    def number(self, name: str, label: str, default: str = "", hint: str = "") -> Control:
        return Control("number", self.name(name), label, self.row.one(name, default), hint=hint)

    def day(self, name: str, label: str, default: str) -> Control:
        now = self.row.one(name)
        return Control("text", self.name(name), label, now, hint=default, suggested="days")

    def name(self, name: str) -> str:
        return f"{name}-{self.place}"


def _same(codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, code) for code in codes]


def _companies(values: tuple[str, ...]) -> tuple[str, ...]:
    """Names of companies that stand as #id."""
    ids = {each: pk for each in values if each[:1] == "#" and (pk := number(each[1:]))}
    names = dict(Company.objects.filter(pk__in=ids.values()).values_list("pk", "name"))
    return tuple(names.get(ids.get(each, 0), each) for each in values)
