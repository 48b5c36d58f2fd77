"""What the demo company's people agreed to, and how some of them said stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

from accord.demo import telling
from accord.demo.places import Loading, unused
from accord.engine.consent.terms import Channel
from accord.engine.simulator.streams import stream
from accord.engine.simulator.world import Contact as Person
from accord.engine.simulator.world import Event as Told
from accord.people.consents import ledger, purposes, suppressions
from accord.people.consents.ledger import Proof
from accord.people.models import ConsentRecord, ConsentText, Pause, Purpose, Suppression
from accord.platform.events import partitions
from accord.platform.models import Event
from accord.platform.trail import logbooks

NEWS, EVENTS = "Newsletter", "Events and webinars"
SITE = "https://tallywatt.example"
GUIDE = "/guides/peak-load/"
WORDS = {
    NEWS: "I would like Tallywatt to send me its newsletter about energy costs by e-mail, about"
    " once a month. I can end this at any time with the link in every mail.",
    EVENTS: "Tallywatt may invite me to its events and webinars by e-mail. I can end this at any"
    " time with the link in every mail.",
}
ASKED = ("webinar.attended", "fair.talked")
What, Source = ConsentRecord.What, ConsentRecord.Source


# What one person said, in order, each with how it was said.
Story = list[tuple[ConsentRecord, Proof]]


def load(loading: Loading) -> None:
    """Purposes, their words, and what was said of them; nothing is mailed."""
    texts = {label: _purpose(loading, label) for label in WORDS}
    stories: dict[str, Story] = {key: [] for key in loading.people}
    chance = stream(loading.world.seed, "consent")
    for key, row, proof in (*_agreed(loading, texts, chance), *_heard(loading, texts, chance)):
        stories[key].append((row, proof))
    for key, person in loading.people.items():
        _stop(loading, person, stories[key], chance)
    _write(loading, stories.values())
    _quiet(loading, chance)


def _purpose(loading: Loading, label: str) -> ConsentText:
    made = purposes.add(
        label=unused(Purpose, label, field="label"),
        definition=f"What Tallywatt, the demo company, calls “{label}”.",
        double=label == NEWS,
        by=None,
    )
    loading.book.purposes.append(made.pk)
    words = purposes.word(made, language="en", text=WORDS[label], by=None)
    with logbooks.opened():  # they were asked with these words all along
        ConsentText.objects.filter(pk=words.pk).update(at=loading.since)
    return words


Said = tuple[str, ConsentRecord, Proof]


def _agreed(loading: Loading, texts: dict[str, ConsentText], chance: Random) -> Iterator[Said]:
    """Who asked for the guide was asked for the newsletter; most confirmed it by mail."""
    known = loading.people
    for told in _first(loading, ("form.submitted",), GUIDE):
        if chance.random() < 0.3:
            continue
        loading.agreed[told.contact] = None
        if chance.random() < 0.85:
            later = told.at + timedelta(minutes=chance.randint(1, 90))
            at = min(later, loading.world.now)
            loading.agreed[told.contact] = at
            proof = Proof(page=SITE + GUIDE, ip="192.0.2.0", note="The form for the guide")
            row = _row(loading, known[told.contact], What.CONSENT, told.at, texts[NEWS])
            yield told.contact, row, proof
            confirmed = _row(loading, known[told.contact], What.CONFIRMED, at, texts[NEWS])
            confirmed.confirms = row
            yield told.contact, confirmed, proof


def _heard(loading: Loading, texts: dict[str, ConsentText], chance: Random) -> Iterator[Said]:
    """At fairs and webinars colleagues asked whether they may write again."""
    known = loading.people
    for told in _first(loading, ASKED):
        person = known[told.contact]
        if chance.random() < 0.4:
            continue
        row = _row(loading, person, What.CONSENT, told.at, texts[EVENTS])
        row.source, row.by_id = Source.STAFF, loading.user(person.owner)
        yield told.contact, row, Proof(note=f"Said yes: {told.title or 'we talked there'}")
    for person in known.values():
        if person.stage in ("customer", "advocate") and chance.random() < 0.8:
            at = next(step.at for step in person.lifecycle if step.stage == "customer")
            row = _row(loading, person, What.SOFT_OPT_IN, at, texts[NEWS])
            row.source, row.opt_out_offered = Source.STAFF, True
            yield person.key, row, Proof(note="The order form offers to say no")
        elif person.stage == "subscriber" and chance.random() < 0.5:
            row = _row(loading, person, What.UNKNOWN, person.known_at, texts[NEWS])
            row.source, row.text = Source.IMPORT, None
            yield person.key, row, Proof(note="The old list; nobody knows where it came from")


def _stop(loading: Loading, person: Person, story: Story, chance: Random) -> None:
    """One of ten who agreed left again; some who were never asked object to everything."""
    story.sort(key=lambda each: each[0].at)
    drawn = chance.random()
    if story and drawn < 0.1:
        last = story[-1][0]
        at = last.at + (loading.world.now - last.at) * chance.uniform(0.2, 0.9)
        row = _row(loading, person, What.WITHDRAWN, at, None)
        row.purpose, row.channel = last.purpose, last.channel
        story.append((row, Proof(page=f"{SITE}/preferences/", note="The preference centre")))
    elif not story and drawn < 0.02:
        at = person.known_at + (loading.world.now - person.known_at) * chance.random()
        row = _row(loading, person, What.OBJECTED, at, None)
        row.source, row.by_id = Source.STAFF, loading.user(person.owner)
        story.append((row, Proof(note="Said on the phone")))


def _write(loading: Loading, stories: Iterable[Story]) -> None:
    """Each contact's rows in a chain. A confirmation knows the row it confirms by its id."""
    told: list[ConsentRecord] = []
    for story in stories:
        previous = ""
        for row, proof in story:
            row.recorded_at = row.at
            row.confirms_id = row.confirms.pk if row.confirms else None
            ledger.seal(row, proof, previous)
            row.save(force_insert=True)
            previous = row.digest
            told.append(row)
    partitions.ensure({row.at.date() for row in told})
    Event.objects.bulk_create(
        telling.event(
            loading,
            f"consent.{'given' if row.what in _GIVEN else row.what}",
            row.at,
            contact=row.contact_id,
            user=row.by_id,
            properties={"purpose": row.purpose, "channel": row.channel, "what": str(row.what)},
        )
        for row in told
    )


_GIVEN = (What.CONSENT, What.SOFT_OPT_IN, What.UNKNOWN)


def _quiet(loading: Loading, chance: Random) -> None:
    """Some addresses bounce, two people complained, and two asked for a pause."""
    now = loading.world.now
    picked = chance.sample(loading.world.contacts, 9)
    for number, person in enumerate(picked[:7]):
        way = Suppression.Way.BOUNCED if number < 5 else Suppression.Way.COMPLAINED
        at = now - timedelta(days=chance.randint(3, 200))
        if suppressions.add(person.email, channel=Channel.EMAIL, way=way, at=at):
            made = suppressions.of(person.email, Channel.EMAIL).get(way=way)
            loading.book.suppressed.append(made.pk)
    for person in picked[7:]:
        Pause.objects.create(
            contact_id=loading.contacts[person.key], channel=Channel.EMAIL,
            at=now - timedelta(days=4), until=now + timedelta(days=26),
        )  # fmt: skip


def _row(
    loading: Loading, person: Person, what: str, at: datetime, text: ConsentText | None
) -> ConsentRecord:
    return ConsentRecord(
        contact_id=loading.contacts[person.key],
        what=What(what),
        purpose=text.purpose_id if text else "",
        channel=Channel.EMAIL if text else "",
        at=at,
        source=Source.PERSON,
        text=text,
        address=person.email,
    )


def _first(loading: Loading, names: tuple[str, ...], page: str = "") -> Iterator[Told]:
    """The first such event of each person, on a page where one is given."""
    seen: set[str] = set()
    for told in sorted(loading.world.events, key=lambda each: each.at):
        fits = told.name in names and (not page or told.page == page)
        if fits and told.contact not in seen:
            seen.add(told.contact)
            yield told
