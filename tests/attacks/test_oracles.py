"""What a seller may not see tells nothing by what they may: pages, counts, filters, sorts, search.

The seller reads only their own records. Every page and file is asked for twice, and between the
two everything of a stranger's records becomes something else. Both answers must be the same.
"""

import re
from dataclasses import replace

import pytest
from django.utils import timezone

from accord.people.models import Address, Company, Contact
from accord.platform import memory
from accord.platform.models import InstanceSetting
from accord.sales.models import Deal
from tests.authorization import matrix

pytestmark = pytest.mark.django_db

ROWS = [row for row in matrix.read() if row.method == "GET" and row.verdicts]
MARK = "Zq7hidden"
# Filters, sorts and searches that would tell the two apart, for each list.
ASKED = {
    "/contacts/": (
        f"q={MARK}", f"f=last_name:contains:{MARK}", f"f=city:is:{MARK}", "sort=city", "sort=-name",
        "f=stage:is:customer", f"f=tags:is:{MARK}", "f=email:contains:zq7",
    ),
    "/companies/": (f"q={MARK}", f"f=name:contains:{MARK}", "sort=-name", f"f=city:is:{MARK}"),
    "/deals/": (
        f"q={MARK}", "as=board", "as=table&f=amount:above:7000000", "as=table&sort=-amount",
        f"as=table&f=name:contains:{MARK}", "as=table&f=outcome:is:won",
    ),
    "/search/": (f"q={MARK}", "q=zq7hiden", "q=4930777"),
    "/reports/funnel/": ("", "by=owner", "by=source"),
    "/reports/winloss/": ("", "by=owner"),
    "/reports/revenue/": ("", "by=owner", "by=month"),
    "/reports/velocity/": ("", "by=owner"),
    "/reports/attribution/": ("",),
}  # fmt: skip
NOISE = re.compile(
    rb'(csrfmiddlewaretoken" value="[^"]*|X-CSRFToken[^}]*|nonce="[^"]*|[0-9a-f]{32,}|'
    rb"just now|\d+ (second|minute)s? ago|\d+ (sec|min) ago)"
)


def asked(row):
    """The row, and what its list can be asked for."""
    yield row
    for query in ASKED.get(row.address, ()):
        yield replace(row, address=f"{row.address}?{query}")


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
        Address.objects.create(contact=contact, kind="phone", value="+4930777")
    Company.objects.filter(owner=stranger).update(name=MARK, city=MARK, employees=7_770_777)
    Deal.objects.filter(owner=stranger).update(
        name=MARK,
        currency="EUR",
        amount=7_770_777,
        value=7_770_777,
        close_on="2026-01-02",
        tags=[MARK],
    )
    memory.forget_everything()


@pytest.mark.parametrize("row", [each for row in ROWS for each in asked(row)], ids=str)
def test_hidden_values_change_nothing_that_is_seen(house, row):
    first, then = house.before_and_after(row, "seller", lambda: change(house))
    assert apart(first, then) == ""


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
