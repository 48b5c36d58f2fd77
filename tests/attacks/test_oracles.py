"""What a seller may not see tells nothing by what they may: pages, counts, filters, sorts, search.

The seller reads only their own records. Every page and file is asked for twice, and between the
two everything of a stranger's records becomes something else. Both answers must be the same.
"""

import re
from dataclasses import replace

import pytest
from django.utils import timezone

from accord.insight import attribution
from accord.people.models import Address, Company, Contact, Segment
from accord.people.segments import members
from accord.platform import memory
from accord.platform.models import InstanceSetting
from accord.sales import deal_contacts
from accord.sales.models import CloseReason, Deal
from accord.sales.pipeline import moves
from tests.authorization import matrix

pytestmark = pytest.mark.django_db

ROWS = [row for row in matrix.read() if row.method == "GET" and row.verdicts]
MARK = "Zq7hidden"
# Filters, sorts and searches that would tell the two apart.
ASKED = {
    "/contacts/": (
        f"q={MARK}", f"f=last_name:has:{MARK}", f"f=city:is:{MARK}", "sort=city", "sort=-name",
        "f=stage:is:customer", f"f=tags:has:{MARK}", "f=email:has:zq7", f"f=source:is:{MARK}",
        "f=segment:any:{north}", "f=segment:any:{regulars}", "f=segment:not:{regulars}",
        "f=segment:filled",
    ),
    "/companies/": (f"q={MARK}", f"f=name:has:{MARK}", "sort=-name", f"f=city:is:{MARK}"),
    "/deals/": (
        f"q={MARK}", "as=board", "as=table&f=amount:gt:7000000", "as=table&sort=-amount",
        f"as=table&f=name:has:{MARK}", "as=table&f=outcome:is:won",
    ),
    "/search/": (f"q={MARK}", "q=zq7hiden", "q=4930777"),
    "/reports/funnel/": ("", "by=owner", "by=source", "segment={north}", "segment={regulars}"),
    "/reports/winloss/": ("", "by=owner", "segment={regulars}"),
    "/reports/revenue/": ("", "by=owner", "by=month", "segment={regulars}"),
    "/reports/velocity/": ("", "by=owner", "segment={regulars}"),
    "/reports/attribution/": ("", "by=source", "segment={regulars}"),
    "/segments/{north}/people/": ("", f"q={MARK}"),
    "/segments/{regulars}/people/": ("", f"q={MARK}"),
    "/segments/{north}/overlap/": ("with={regulars}",),
    "/segments/{regulars}/overlap/": ("with={north}", "with={regulars}"),
    "/segments/{north}/reach/": ("",),
    "/segments/{regulars}/test/": (f"q={MARK}",),
}  # fmt: skip
QUESTIONS = [
    replace(ROWS[0], address=f"{address}?{query}")
    for address, queries in ASKED.items()
    for query in queries
]
# How many are in a segment is told to everybody who reads contacts, on these pages alone.
SIZED = ("/segments/", "/segments/{segment}/")
SIZE = re.compile(
    rb'(?s)(people/">[\d,]+</a>|(people|person)</span>|<h2>Size over time.*?</section>|'
    rb'id="reach".*?</div>)'
)
NOISE = re.compile(
    rb'(csrfmiddlewaretoken" value="[^"]*|X-CSRFToken[^}]*|nonce="[^"]*|[0-9a-f]{32,}|'
    rb"just now|\d+ (second|minute)s? ago|\d+ (sec|min) ago)"
)


def change(house):
    """Everything of the stranger's becomes something else."""
    stranger = house.stranger
    past = timezone.now() - timezone.timedelta(days=40)
    theirs = Contact.objects.alive().filter(owner=stranger)
    theirs.update(
        first_name=MARK, last_name=MARK, city=MARK, tags=[MARK], stage="customer",
        stage_since=past, acquired_at=past, source=MARK, channel="email", country="FR",
    )  # fmt: skip
    for contact in theirs:
        Contact.objects.filter(pk=contact.pk).update(email=f"zq7.{contact.pk}@acme.example")
        Address.objects.create(contact=contact, kind="phone", value="+4930777")
    Company.objects.filter(owner=stranger).update(name=MARK, city=MARK, employees=7_770_777)
    Deal.objects.filter(owner=stranger).update(
        name=MARK, currency="EUR", amount=7_770_777, value=7_770_777, close_on="2026-01-02",
        tags=[MARK],
    )  # fmt: skip
    sell(stranger, theirs[0])
    enter(theirs)
    memory.forget_everything()


def sell(owner, buyer):
    """A deal of theirs is won, and what led to it has its credit."""
    open_ = Deal.objects.filter(owner=owner, outcome="").earliest("pk")
    won = Deal.objects.create(
        name=MARK, owner=owner, stage=open_.stage, pipeline=open_.pipeline, value=7_770_777,
        amount=7_770_777, currency="EUR", opened_at=timezone.now() - timezone.timedelta(days=20),
    )  # fmt: skip
    deal_contacts.add_contact(won, buyer, by=None)
    moves.win(won, reason=CloseReason.objects.filter(outcome="won")[0], by=None)
    attribution.refresh(timezone.now())


def enter(people):
    """They enter every list there is, and the segments by a rule."""
    ids = list(people.values_list("pk", flat=True))
    Contact.objects.filter(pk__in=ids[:3]).update(city="Kiel")
    for each in Segment.objects.filter(kind="static"):
        members.add(each, people=ids, by=None)
    for each in Segment.objects.filter(kind="dynamic"):
        members.evaluate(each, timezone.now())


@pytest.mark.parametrize("row", [*ROWS, *QUESTIONS], ids=str)
def test_hidden_values_change_nothing_that_is_seen(house, row):
    first, then = house.before_and_after(row, "seller", lambda: change(house))
    if row.address in SIZED:
        assert apart(first, then) != "", "no longer told: take it out of SIZED"
        first, then = SIZE.sub(b"", first), SIZE.sub(b"", then)
    assert apart(first, then) == ""


@pytest.mark.parametrize("row", QUESTIONS, ids=str)
def test_who_sees_all_sees_each_question_tell_them_apart(house, row):
    """Every question means it: a filter that is refused would answer the same twice."""
    first, then = house.before_and_after(row, "owner", lambda: change(house))
    assert apart(first, then) != ""


def apart(first, then):
    """Where two answers part, with what is around; nothing where they do not."""
    one, other = (NOISE.sub(b"", each).decode() for each in (first, then))
    place = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if place is None:
        return "" if len(one) == len(other) else f"one ends at {min(len(one), len(other))}"
    return f"{one[place - 60 : place + 60]!r} or {other[place - 60 : place + 60]!r}"


def test_what_is_seen_does_change(house):
    """The owner's own list tells the two apart: the comparison means it."""
    row = next(row for row in ROWS if row.address == "/contacts/")
    first, then = house.before_and_after(row, "owner", lambda: change(house))
    assert MARK.encode() in then and MARK.encode() not in first
    assert InstanceSetting.objects.filter(name="seller_reads").count() == 0, "rolled back"
