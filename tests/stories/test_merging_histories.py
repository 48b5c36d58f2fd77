"""Contacts merged, edited and taken apart at random, beside a plain model of who has what."""

import itertools
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accord.insight import attribution, reports
from accord.insight.models import Credit
from accord.insight.questions import Question
from accord.people import contacts
from accord.people.identity import merging
from accord.people.models import Address, Contact
from accord.people.origins import touches
from accord.platform.models import Event
from accord.sales import deals
from accord.sales.agenda import activities
from accord.sales.models import Activity, DealContact
from accord.sales.pipeline import pipelines, reasons

COUNT = itertools.count()
NAMES = ("Ana", "Bo", "Cy", "Di")
ACTS = ("title", "tag", "address", "drop", "note", *["merge"] * 3, *["undo"] * 2)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(ACTS),
        st.integers(0, 3), st.integers(0, 3), st.integers(0, 5),
    ),
    max_size=16,
)  # fmt: skip


@dataclass
class Person:
    title: str = ""
    tags: list[str] = field(default_factory=list)
    emails: set[str] = field(default_factory=set)
    notes: set[int] = field(default_factory=set)
    here: bool = True


@dataclass
class Joined:
    kept: int
    gone: int
    emails: set[str]
    notes: set[int]
    title: tuple[str, str] | None
    tags: list[str]
    row: object = None


class World:
    """The plain model: what each person has, and what each merge moved."""

    def __init__(self):
        self.people = [Person() for _ in NAMES]
        self.merges = []

    def merge(self, k, g, take):
        kept, gone = self.people[k], self.people[g]
        take = take or not kept.title
        differs = gone.title and gone.title != kept.title
        title = (kept.title, gone.title) if differs and take else None
        tags = [each for each in gone.tags if each not in kept.tags]
        done = Joined(k, g, set(gone.emails), set(gone.notes), title, tags)
        kept.emails |= done.emails
        kept.notes |= done.notes
        kept.tags += tags
        kept.title = title[1] if title else kept.title
        gone.emails, gone.notes, gone.here = set(), set(), False
        self.merges.append(done)
        return done

    def undo(self, done):
        kept, gone = self.people[done.kept], self.people[done.gone]
        for name in ("emails", "notes"):
            back = getattr(done, name) & getattr(kept, name)
            setattr(kept, name, getattr(kept, name) - back)
            setattr(gone, name, back)
        kept.tags = [each for each in kept.tags if each not in done.tags]
        if done.title and kept.title == done.title[1]:
            kept.title = done.title[0]
        gone.here = True
        self.merges.remove(done)


def seen(pk):
    row = Contact.objects.get(pk=pk)
    return Person(
        row.title,
        sorted(row.tags),
        set(Address.objects.filter(contact=pk).values_list("value", flat=True)),
        set(Activity.objects.filter(contact=pk).values_list("pk", flat=True)),
    )


def agrees(world, ids):
    for person, pk in zip(world.people, ids, strict=True):
        row = Contact.objects.get(pk=pk)
        assert (row.deleted_at is None) == person.here
        if not person.here:
            continue
        shown = Person(person.title, sorted(person.tags), person.emails, person.notes)
        assert seen(pk) == shown
        notes = Event.objects.filter(name="activity.note", contact_id=pk)
        assert {each.properties["activity"] for each in notes} == person.notes
        mine = Address.objects.filter(contact=pk)
        assert row.email == (mine.filter(is_primary=True).first() or Address(value="")).value
        assert bool(row.email) == mine.exists()


def do(step, world, ids, mia):
    what, n, m, k = step
    if what == "undo":
        free = [each for each in world.merges if world.people[each.kept].here]
        if free:
            done = free[k % len(free)]
            merging.unmerge(done.row, by=mia)
            world.undo(done)
    elif world.people[n].here:
        row = Contact.objects.get(pk=ids[n])
        if what != "merge":
            edit(what, k, world.people[n], row, mia)
        elif m != n and world.people[m].here:
            gone = Contact.objects.get(pk=ids[m])
            choices = {"title": "gone"} if k > 2 and gone.title else {}
            done = world.merge(n, m, bool(choices))
            done.row = merging.merge(row, gone, choices=choices, by=mia)


def edit(what, k, person, row, mia):
    if what == "title":
        person.title = f"T{k}"
        contacts.change(row, values={"title": person.title}, by=mia)
    elif what == "tag":
        person.tags += [] if f"t{k}" in person.tags else [f"t{k}"]
        contacts.change(row, values={"tags": person.tags}, by=mia)
    elif what == "address":
        value = f"{row.pk}-{next(COUNT)}@acme.example"
        contacts.add_address(row, kind="email", value=value, by=mia)
        person.emails.add(value)
    elif what == "drop":
        extra = Address.objects.filter(contact=row, is_primary=False).order_by("pk").first()
        if extra:
            contacts.remove_address(extra, by=mia)
            person.emails.discard(extra.value)
    else:
        person.notes.add(activities.log(kind="note", body="Hello", contact=row, by=mia).pk)


LAST_ADDRESS = [("merge", 0, 1, 0), ("merge", 3, 0, 0), ("drop", 3, 0, 0)]


@example(steps=LAST_ADDRESS)  # what came is all that is left, and so became primary by itself
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_merges_edits_and_undos_agree_with_the_plain_model(mia, steps):
    world, ids = World(), []
    stamp = timezone.now().timestamp()
    for person, name in zip(world.people, NAMES, strict=True):
        email = f"{name.lower()}{stamp}@acme.example"
        ids.append(contacts.create(values={"first_name": name, "email": email}, by=mia).pk)
        person.emails.add(email)
    for step in steps:
        do(step, world, ids, mia)
        agrees(world, ids)
    while free := [each for each in world.merges if world.people[each.kept].here]:
        merging.unmerge(free[-1].row, by=mia)
        world.undo(free[-1])
        agrees(world, ids)


@pytest.fixture
def won(mia, olga, ana):
    pipelines.ensure()
    """A deal won with Ann, who came by an ad; and Ana, who is the same person."""
    ann = contacts.create(values={"first_name": "Ann", "email": "ann@acme.example"}, by=mia)
    past = timezone.now() - timedelta(days=9)
    touches.record(ann, source="google / cpc", at=past, by=mia)
    deal = deals.create(
        values={"name": "Grid", "amount": "9 EUR", "contacts": [ann], "opened_at": past}, by=olga
    )
    deals.win(deal, reason=reasons.to_pick("won")[0], by=olga)
    return deal, ann


def credited():
    attribution.refresh(timezone.now())
    rows = Credit.objects.filter(goal="won", model="last")
    return set(rows.values_list("contact_id", "source", "value"))


def test_credit_and_the_people_of_deals_follow_a_merge_and_its_undo(won, ana, mia):
    _, ann = won
    before = credited()
    assert {who for who, _, _ in before} == {ann.pk}
    merge = merging.merge(ana, ann, choices={}, by=mia)
    assert list(DealContact.objects.values_list("contact_id", flat=True)) == [ana.pk]
    assert {who for who, _, _ in credited()} == {ana.pk}
    merging.unmerge(merge, by=mia)
    assert list(DealContact.objects.values_list("contact_id", flat=True)) == [ann.pk]
    assert credited() == before


def test_a_report_of_before_a_merge_stays_true(won, ana, mia):
    moment = timezone.now()
    asked = [Question(report, "source", as_of=moment) for report in ("attribution", "funnel")]
    before = [reports.answer(each) for each in asked]
    assert any(row.key == "google / cpc" for row in before[0].rows)
    merging.merge(ana, won[1], choices={}, by=mia)
    for question, answer in zip(asked, before, strict=True):
        after = reports.answer(question)
        assert (after.rows, after.total) == (answer.rows, answer.total)
