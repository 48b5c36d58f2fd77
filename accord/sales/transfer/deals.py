"""Deals from a file: found again, made or changed, with their way, people and products."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from accord.people.models import Company
from accord.people.transfer import slots
from accord.platform import currencies
from accord.platform.models import User
from accord.platform.transfer.mapping import Mapping
from accord.platform.transfer.targets import Batch, Choice, Rule, Slot, Statements, Target
from accord.sales.models import CloseReason, Deal, DealContact, DealLine, Product, StageChange
from accord.sales.pricing import worth
from accord.sales.transfer import buyers, lines, stories, ways

_BY_EXTERNAL_ID = """(SELECT c.id FROM sales_deal AS c
    WHERE c.external_id = s.external_id AND c.external_id <> '' AND c.deleted_at IS NULL)"""
_BY_NAME_AND_COMPANY = """(SELECT min(c.id + 0) FROM sales_deal AS c
    JOIN people_company AS o ON o.id = c.company_id
    WHERE lower(c.name) = lower(s.name) AND lower(o.name) = lower(s.company)
        AND c.deleted_at IS NULL)"""
_CLOSED = """
UPDATE {stage} AS s SET problem = concat_ws(' ', s.problem, 'This deal is closed. Reopen it first.')
WHERE s.wave = %(wave)s AND s.action IS NULL AND s.object_id IS NOT NULL
    AND s.outcome IS NOT NULL AND (SELECT c.outcome FROM sales_deal AS c
        WHERE c.id = s.object_id) NOT IN ('', s.outcome)
"""
_FUTURE = """
UPDATE {stage} AS s SET problem = concat_ws(' ', s.problem,
    'Opened or closed: this day is still to come, or before 1970.')
WHERE s.wave = %(wave)s AND s.action IS NULL AND (
    s.opened_at > %(now)s OR s.opened_at < '1970-01-01' OR s.closed_at < '1970-01-01'
    OR s.closed_at > %(now)s)
"""
# Deals whose value is not simply their amount.
_FOREIGN = """
SELECT d.id FROM sales_deal AS d WHERE d.currency <> %(reporting)s AND d.id = ANY(ARRAY("""
_WRITTEN = _FOREIGN + "SELECT object_id FROM {stage} AS s WHERE ({new}) OR ({found})))"
_RESTORED = _FOREIGN + "SELECT object_id FROM {change}))"
_TOGETHER = ("pipeline", "stage", "outcome", "reason", "reason_note", "closed_at", "close_on")


def target() -> Target:
    """Deals as something to import."""
    return Target(
        name="deals",
        noun="deal",
        label="Deals",
        model=Deal,
        write="deal.write",
        needs=(("name",),),
        nameless="A deal needs a name.",
        rules=_rules,
        slots=_slots,
        sections=("fields", "pipelines"),
        prepare=_prepare,
        resolve=ways.resolve,
        check=_check,
        relate=_relate,
        made=stories.made,
        after=_after,
        restore=_restore,
        back=lambda: {"stage_since": stories.SINCE_BEFORE},
        follows=_value,
        together=_TOGETHER,
        also_made=(Company, Product),
        also_changed=("contacts",),
        parts=(DealContact, DealLine, StageChange),
        derived=ways.DERIVED,
        staged=(
            *("name", "company", "company_domain", "contact", "contact_email", "contact_role"),
            *("product", "quantity", "line_price", "opened_at", "stage_since", "owner"),
        ),
    )


def _rules() -> tuple[Rule, ...]:
    return (
        Rule(
            "external_id",
            "External id",
            ("external_id",),
            _BY_EXTERNAL_ID,
            "Another deal has this external id.",
            own=True,
        ),
        Rule("name_company", "Name and company", ("name", "company"), _BY_NAME_AND_COMPANY),
    )


def _slots(mapping: Mapping) -> Iterable[Slot]:
    named = dict.fromkeys(("pipeline", "stage", "reason"), "key")
    for slot in slots.of(Deal, mapping):
        changed = replace(slot, kind=named.get(slot.name, slot.kind))
        match slot.name:
            case "reason":
                yield replace(changed, merged=_reason())
            case "outcome":
                choices = (*slot.choices, Choice("", "open"), *_WORDS)
                yield replace(changed, choices=choices)
            case _:
                yield changed
    yield Slot("closed_at", "Closed", "closing", "Outcome", column="closed_at")
    yield Slot("stage_since", "In stage since", "datetime", "Work")
    yield Slot("company_domain", "Domain of the company", "domain", "Deal")
    yield Slot("contact", "Contact, by external id", "reference", "People", most=200)
    yield Slot("contact_email", "Contact, by e-mail", "email", "People")
    yield Slot("contact_role", "Role of the contact", "text", "People", most=60)
    yield Slot("product", "Product", "named", "Products", listed=ways.listed_products)
    yield Slot("quantity", "Quantity", "number", "Products")
    yield Slot("line_price", "Price of one", "money", "Products", most=12)


# What systems write in a column that says how a deal ended.
_WORDS = (
    Choice("won", "closed won"),
    Choice("lost", "closed lost"),
    Choice("won", "true"),
    Choice("", "false"),
    Choice("won", "1"),
    Choice("", "0"),
)


def _reason() -> str:
    """A reason that is known is not replaced by the reserved one."""
    found = CloseReason.objects.filter(reserved=True).values_list("pk", flat=True)
    reserved = ", ".join(str(int(pk)) for pk in found) or "0"
    return (
        f"CASE WHEN s.reason IN ({reserved}) AND c.reason_id IS NOT NULL "
        "THEN c.reason_id ELSE coalesce(s.reason, c.reason_id) END"
    )


def _prepare(mapping: Mapping, by: User | None) -> None:
    slots.add_declared(mapping, by)
    ways.add_declared(mapping, by)


def _check(batch: Batch) -> None:
    batch.run(_CLOSED)
    batch.run(_FUTURE)
    buyers.check(batch)
    lines.check(batch)


def _relate(batch: Batch) -> None:
    buyers.relate(batch)
    lines.relate(batch)


def _after(batch: Batch) -> None:
    _reprice(batch, _WRITTEN)
    lines.write(batch)
    buyers.join(batch)
    stories.make_room(batch)
    buyers.advance(batch)
    stories.write(batch)


def _restore(here: Statements) -> None:
    lines.take_back(here)
    buyers.take_back(here)
    stories.take_back(here)
    _reprice(here, _RESTORED)


def _value() -> dict[str, str]:
    """What a deal is worth follows from its amount; `_reprice` converts other currencies."""
    same = "{currency} = '" + currencies.reporting() + "'"
    none = "{amount} IS NULL"
    return {"value": f"CASE WHEN {same} OR {none} THEN {{amount}}::numeric ELSE {{value}} END"}


def _reprice(here: Statements, which: str) -> None:
    foreign = [row[0] for row in here.ask(which, reporting=currencies.reporting())]
    if foreign:
        worth.reprice(ids=foreign)
