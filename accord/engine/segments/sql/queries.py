"""Rules as SQL: one query for the ids of the people a rule selects.

Each line about what happened, about deals, lists or consent becomes a sub-select of contact ids,
grouped and joined once; fields of the contact and of the primary company are conditions on
their rows. Denials are pushed down to the lines. Values are parameters, names come from the
schema, and the tree that SQLGlot writes out is the same for every dialect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlglot import exp

from accord.engine.segments import person
from accord.engine.segments.language import (
    All,
    AnyOf,
    Bucket,
    Consent,
    Did,
    HasDeal,
    InList,
    InSegment,
    Leaf,
    Milestone,
    Not,
    Noun,
    Outcome,
    Rule,
    Sequence,
    StageChanged,
    State,
    Times,
    Trait,
    WasStage,
)
from accord.engine.segments.schema import Column, Link, Schema, Table
from accord.engine.segments.sql import stories
from accord.engine.segments.sql.asking import CONTACT, PEOPLE, Asking, field_of, named
from accord.engine.segments.sql.conditions import both, condition, either, one_of, opposed
from accord.engine.segments.sql.dialects import DIALECTS, E
from accord.engine.segments.sql.operands import column
from accord.engine.segments.terms import BadRule, Kind
from accord.engine.segments.times import Clock

_DEAL = "d"
_LINK = "l"


@dataclass(frozen=True, slots=True)
class Query:
    """SQL text with named placeholders, and the value of each."""

    sql: str
    parameters: Mapping[str, Any]


def compile_rule(
    rule: Rule,
    schema: Schema,
    clock: Clock,
    *,
    dialect: str = "postgres",
    people: Iterable[int] | None = None,
) -> Query:
    """Write the query for the ids of the people a rule selects, each once, in no order.

    dialect: "postgres" (placeholders as psycopg takes them) or "duckdb".
    people:  ask about these only: every sub-select is narrowed to them.

    Raises BadRule where the rule asks for what the schema does not have.
    """
    ids = None if people is None else tuple(sorted(set(people)))
    asking = Asking(schema, clock, DIALECTS[dialect], ids)
    contacts = schema.contacts
    id = column(contacts.id, PEOPLE)
    conditions = [*_alive(contacts, PEOPLE), *asking.narrowed(id), _rule(rule, asking, False)]
    select = exp.select(id).from_(named(contacts.name, PEOPLE))
    for table, _, on in asking.joins:
        select = select.join(table, on=on, join_type="LEFT", copy=False)
    sql = select.where(*conditions).sql(dialect=asking.dialect.name)
    return Query(sql, asking.parameters.values)


def compile_sql(
    rule: Rule, schema: Schema, now: datetime, zone: tzinfo, dialect: str = "postgres"
) -> Query:
    """`compile_rule` for everybody, at a moment in a zone."""
    return compile_rule(rule, schema, Clock(now, zone), dialect=dialect)


def _rule(rule: Rule, asking: Asking, denied: bool) -> E:
    """The condition that a rule holds, or that it does not: a denial ends at the lines."""
    match rule:
        case All(rules) | AnyOf(rules):
            parts = [exp.paren(_rule(part, asking, denied)) for part in rules]
            every = isinstance(rule, All) is not denied
            return both(parts) if every else either(parts)
        case Not(inner):
            return _rule(inner, asking, not denied)
        case Trait():
            return _trait(rule, asking, denied)
        case Bucket():
            return _bucket(rule, asking, denied)
        case WasStage():
            return _was_stage(rule, asking, denied)
        case _:
            return _selected(rule, asking, denied)


def _trait(rule: Trait, asking: Asking, denied: bool) -> E:
    table, alias = _owner(rule.noun, asking)
    found = field_of(table.fields, rule.field, rule.kind)
    operand = asking.operand(found, _home(found, alias, asking))
    return condition(rule.test, operand, asking.clock, denied=denied)


def _owner(noun: Noun, asking: Asking) -> tuple[Table, str]:
    """The table a noun's fields stand in, and its alias in the query."""
    if noun is Noun.CONTACT:
        return asking.schema.contacts, PEOPLE
    link, companies = asking.schema.employments, asking.schema.companies
    if link is None or companies is None:
        raise _absent("Companies")
    contact = column(asking.schema.contacts.id, PEOPLE)

    def employed(alias: str) -> E:
        only = [column(link.only, alias)] if link.only else []
        return both([exp.EQ(this=column(link.contact, alias), expression=contact), *only])

    by = asking.joined(link, link.table, employed)

    def company(alias: str) -> E:
        is_it = exp.EQ(this=column(companies.id, alias), expression=column(link.to, by))
        return both([is_it, *_alive(companies, alias)])

    return companies, asking.joined("company", companies.name, company)


def _home(found: Column, alias: str, asking: Asking) -> str:
    """The alias of the row a column is of: the record's own, or the one it leads to."""
    lookup = found.lookup
    if lookup is None:
        return alias
    return asking.joined(
        (lookup, alias),
        lookup.table,
        lambda there: exp.EQ(this=column(lookup.id, there), expression=column(lookup.by, alias)),
    )


def _bucket(rule: Bucket, asking: Asking, denied: bool) -> E:
    """The hash lies in the range: compared as hex text, digit by digit, in every database."""
    text = exp.cast(column(asking.schema.contacts.id, PEOPLE), "TEXT")
    salted = exp.DPipe(this=asking.put(f"{rule.salt}:"), expression=text, safe=True)
    digest = exp.MD5(this=salted)
    eight = exp.Substring(this=digest, start=exp.Literal.number(1), length=exp.Literal.number(8))
    low, high = (asking.put(person.bucket_edge(place)) for place in (rule.first, rule.below))
    inside = exp.and_(
        exp.GTE(this=eight, expression=low), exp.LT(this=eight.copy(), expression=high)
    )
    return exp.not_(exp.paren(inside)) if denied else inside


def _was_stage(rule: WasStage, asking: Asking, denied: bool) -> E:
    """Is in one of the stages now, or has an entry that names one."""
    entries = asking.schema.entries
    if entries is None:
        raise _absent("Lifecycle history")
    now = field_of(asking.schema.contacts.fields, "stage", Kind.STAGE)
    stages = [asking.put(stage) for stage in rule.stages]
    present = one_of(asking.operand(now, PEOPLE).text(), stages)
    past = asking.selected(rule, lambda: stories.was_stage(rule, asking, entries))
    absent = exp.Is(this=past, expression=exp.Null())
    if denied:
        return both([opposed(present), absent])
    return either([present, exp.not_(absent)])


def _selected(rule: Leaf, asking: Asking, denied: bool) -> E:
    """The contact is among those of a sub-select, or is not."""
    if isinstance(rule, Did) and rule.times == Times(0, None):
        return exp.Boolean(this=not denied)
    asked, opposite = _positive(rule)
    found = asking.selected(asked, lambda: _select(asked, asking))
    absent = exp.Is(this=found, expression=exp.Null())
    return absent if opposite is not denied else exp.not_(absent)


def _positive(rule: Leaf) -> tuple[Leaf, bool]:
    """The line that people without any row do not meet, and whether the rule is its opposite."""
    match rule:
        case Did(event, Times(0, int(most)), when, where):
            return Did(event, Times(most + 1), when, where), True
        case Consent(_, _, State.NEVER):
            return rule, True
        case _:
            return rule, False


def _select(rule: Leaf, asking: Asking) -> exp.Select:
    schema = asking.schema
    match rule:
        case HasDeal():
            return _dealing(rule, asking)
        case InList(id):
            return _members(schema.lists, id, "Lists", asking)
        case InSegment(id):
            return _members(schema.segments, id, "Segments", asking)
        case Trait() | Bucket() | WasStage():
            raise AssertionError("is a condition on the contact's row")
        case _:
            return _story(rule, asking)


def _story(rule: Did | Milestone | Sequence | StageChanged | Consent, asking: Asking) -> exp.Select:
    schema = asking.schema
    match rule:
        case Did() if schema.events:
            return stories.did(rule, asking, schema.events)
        case Milestone() if schema.events:
            return stories.milestone(rule, asking, schema.events)
        case Sequence() if schema.events:
            return stories.sequence(rule, asking, schema.events)
        case StageChanged() if schema.entries:
            return stories.stage_changed(rule, asking, schema.entries)
        case Consent() if schema.answers:
            return stories.consent(rule, asking, schema.answers)
        case _:
            raise _absent(type(rule).__name__)


def _dealing(rule: HasDeal, asking: Asking) -> exp.Select:
    """People on a deal for which every condition holds."""
    deals, link = asking.schema.deals, asking.schema.deal_people
    if deals is None or link is None:
        raise _absent("Deals")
    found = [*_alive(deals, _DEAL), *asking.narrowed(column(link.contact, _LINK))]
    if rule.outcome is not Outcome.ANY:
        kept = "" if rule.outcome is Outcome.OPEN else rule.outcome.value
        outcome = column(asking.schema.outcome, _DEAL)
        found.append(exp.EQ(this=outcome, expression=asking.put(kept)))
    on = exp.EQ(this=column(deals.id, _DEAL), expression=column(link.to, _LINK))
    select = exp.select().from_(named(link.table, _LINK)).join(named(deals.name, _DEAL), on=on)
    for place, each in enumerate(rule.where):
        field, alias = field_of(deals.fields, each.field, each.kind), _DEAL
        if field.lookup:
            alias = f"{_DEAL}{place}"
            row = named(field.lookup.table, alias)
            leads = column(field.lookup.by, _DEAL)
            there = exp.EQ(this=column(field.lookup.id, alias), expression=leads)
            select = select.join(row, on=there, join_type="LEFT")
        found.append(condition(each.test, asking.operand(field, alias), asking.clock))
    return _once(link, select.where(*found))


def _members(link: Link | None, id: int, what: str, asking: Asking) -> exp.Select:
    if link is None:
        raise _absent(what)
    found: list[E] = [exp.EQ(this=column(link.to, _LINK), expression=asking.put(id))]
    if link.only:
        found.append(column(link.only, _LINK))
    found += asking.narrowed(column(link.contact, _LINK))
    return _once(link, exp.select().from_(named(link.table, _LINK)).where(*found))


def _once(link: Link, select: exp.Select) -> exp.Select:
    contact = column(link.contact, _LINK)
    return select.select(exp.alias_(contact, CONTACT, quoted=True)).group_by(contact.copy())


def _alive(table: Table, alias: str) -> list[E]:
    if not table.deleted:
        return []
    return [exp.Is(this=column(table.deleted, alias), expression=exp.Null())]


def _absent(what: str) -> BadRule:
    return BadRule("", f"{what} cannot be asked for here. Take this line out.")
