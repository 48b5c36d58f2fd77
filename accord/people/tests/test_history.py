from datetime import timedelta
from itertools import pairwise

from django.utils import timezone

from accord.people import contacts
from accord.platform.models import FieldChange
from accord.platform.trail import history


def _changed(contact, field, values):
    """Change a field day after day, starting ten days ago."""
    start = timezone.now() - timedelta(days=10)
    for day, (old, new) in enumerate(pairwise(values)):
        history.record(
            contact, [history.Change(field, old, new)], at=start + timedelta(days=day), by=None
        )
    return start


def test_a_value_as_of_a_moment_is_what_the_next_change_replaced(ana):
    start = _changed(ana, "title", ["", "Buyer", "Head", "CEO"])
    as_of = lambda days: history.as_of(  # noqa: E731
        "contact", [ana.pk], "title", start + timedelta(days=days, hours=-1)
    )
    assert as_of(0) == {ana.pk: ""}
    assert as_of(1) == {ana.pk: "Buyer"}
    assert as_of(2) == {ana.pk: "Head"}
    assert as_of(3) == {}


def test_asking_for_some_and_for_all_agrees(ana, mia):
    bea = contacts.create(values={"first_name": "Bea"}, by=mia)
    cara = contacts.create(values={"first_name": "Cara"}, by=mia)
    start = _changed(ana, "title", ["", "Buyer"])
    _changed(bea, "title", [None, "Head", None])
    some = history.as_of("contact", [bea.pk, ana.pk, cara.pk], "title", start - timedelta(1))
    assert some == history.as_of("contact", None, "title", start - timedelta(1))
    assert some == {ana.pk: "", bea.pk: None}
    assert history.as_of("contact", [], "title", start) == {}
    assert history.as_of("company", None, "title", start - timedelta(1)) == {}


def test_changes_of_an_import_carry_its_number(ana):
    change = history.Change("title", "", "Buyer")
    history.record(
        ana, [change], at=timezone.now(), by=None, origin=history.Origin.IMPORT, import_id=7
    )
    assert FieldChange.objects.get(import_id=7).origin == "import"
