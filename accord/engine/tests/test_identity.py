import random
from datetime import UTC, datetime, timedelta

import pytest

from accord.engine import identity
from accord.engine.identity import Keys, Said, Span

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA, BO, CY = 1, 2, 3
KEYS = Keys({"ana@a": ANA, "bo@a": BO}, {"u-ana": ANA})


def minute(n):
    return NOON + timedelta(minutes=n)


def said(email="", user_id="", n=0, *, known=False, visitor=1):
    return Said(visitor, email, user_id, known, (minute(n),))


def who(n, *rows, keys=KEYS):
    spans = identity.device(rows, identity.with_partners(keys, rows))
    return identity.at(spans, minute(n))


def test_what_a_device_did_before_is_whose_it_turns_out_to_be():
    assert who(0, said("ana@a", n=5)) == ANA
    assert who(9, said("ana@a", n=5)) == ANA
    assert who(0) is None


def test_a_second_person_splits_the_device_and_takes_nothing_over():
    rows = said("ana@a", n=5), said("bo@a", n=9)
    assert [who(n, *rows) for n in (0, 5, 8, 9, 99)] == [ANA, ANA, ANA, BO, BO]


def test_two_who_take_turns_are_told_apart():
    rows = said("ana@a", n=1), said("bo@a", n=70), said("ana@a", n=140)
    assert [who(n, *rows) for n in (0, 69, 70, 139, 140)] == [ANA, ANA, BO, BO, ANA]


def test_two_who_take_turns_within_an_hour_are_told_apart():
    minutes = [*range(19), *range(25, 56)]
    rows = identity.together([*(said("ana@a", n=n) for n in minutes), said("bo@a", n=20)])
    assert len(rows) == 2
    assert [who(n, *rows) for n in (0, 19, 20, 24, 25, 54, 99)] == [ANA, ANA, BO, BO, ANA, ANA, ANA]


def test_of_equal_words_within_a_second_the_first_and_the_last_are_kept():
    moments = [NOON + timedelta(milliseconds=n) for n in (10, 500, 990, 1000)]
    rows = [Said(1, "ana@a", "", False, (each,)) for each in moments]
    [row] = identity.together([*rows[::2], *rows[1::2], *rows])
    assert row.moments == (moments[0], *moments[2:])
    assert identity.together([identity.together(rows[:3])[0], rows[3], rows[1]]) == [row]


def test_an_address_nobody_has_is_somebody_else():
    rows = said("ana@a", n=1), said("x@a", n=9)
    assert [who(n, *rows) for n in (0, 8, 9)] == [ANA, ANA, None]
    assert who(0, said("x@a", n=1), said("ana@a", n=9)) is None


def test_an_id_nobody_has_says_nothing():
    assert who(99, said("ana@a", n=1), said("", "u-9", n=9)) == ANA


def test_an_address_counts_more_than_an_id():
    assert who(0, said("bo@a", "u-ana")) == BO
    assert who(0, said("x@a", "u-ana")) == ANA


def test_an_id_is_who_it_was_said_with():
    paired = said("bo@a", "u-9", n=1, visitor=2)
    keys = identity.with_partners(KEYS, [paired])
    assert identity.device([said("", "u-9", n=3)], keys) == (Span(None, BO),)
    assert identity.person("u-9", [], keys) == (Span(None, BO),)


def test_an_id_said_with_two_contacts_proves_nothing_but_a_server_counts_more():
    rows = said("ana@a", "u-9"), said("bo@a", "u-9")
    assert identity.partners(rows, KEYS.emails) == {}
    assert identity.partners((*rows, said("bo@a", "u-9", known=True)), KEYS.emails) == {"u-9": BO}


def test_an_id_a_contact_has_is_theirs_whatever_it_was_said_with():
    assert identity.with_partners(KEYS, [said("bo@a", "u-ana")]).user_ids["u-ana"] == ANA


def test_a_server_knows_people_by_address_too():
    assert identity.person("ana@a", [], KEYS) == (Span(None, ANA),)
    assert identity.person("old@a", [said("ana@a")], KEYS) == (Span(None, ANA),)
    assert identity.person("x@a", [], KEYS) == ()


def test_what_is_erased_still_splits_and_names_nobody():
    row = identity.forgotten(said("bo@a", "u-ana", n=5), KEYS, "1")
    assert (row.email, row.user_id) == ("erased:1", "")
    assert [who(n, said("ana@a", n=1), row) for n in (4, 5)] == [ANA, None]


# The model: contacts have keys, people merge them, take that back and erase them; claims arrive
# whenever they like. `Slow` asks, for one moment, what the rule says in so many words.


class Slow:
    """The plain reference: keeps every claim and looks at all of them for every question."""

    def __init__(self):
        self.claims = []
        self.acts = []

    def contacts(self):
        """Who is whom after all acts: a merge that is undone is left out."""
        undone = {number for kind, number in self.acts if kind == "undo"}
        into = {}
        gone = set()
        for n, (kind, what) in enumerate(self.acts):
            if kind == "merge" and n not in undone:
                into[what[1]] = what[0]
            if kind == "erase":
                gone |= {each for each in range(1, 6) if self.root(each, into) == what}
        return into, gone

    @staticmethod
    def root(contact, into):
        while contact in into:
            contact = into[contact]
        return contact

    def owner_of_email(self, email):
        into, gone = self.contacts()
        for contact in range(1, 6):
            if f"c{contact}@a" == email and contact not in gone:
                return self.root(contact, into)
        return None

    def owner_of_id(self, name):
        into, gone = self.contacts()
        for contact in (1, 2):  # these have ids of their own
            if f"u{contact}" == name:
                return None if contact in gone else self.root(contact, into)
        for known in (True, False) if name else ():
            together = [c for c in self.claims if c.user_id == name and c.is_known == known]
            meant = {self.owner_of_email(c.email) for c in together} - {None}
            if meant:
                return next(iter(meant)) if len(meant) == 1 else None
        return None

    def says(self, claim):
        """The contact, "nobody", or None where it says nothing."""
        found = self.owner_of_email(claim.email) or self.owner_of_id(claim.user_id)
        return found or ("nobody" if claim.email else None)

    def who(self, visitor, moment):
        mine = [c for c in self.claims if c.visitor == visitor]
        telling = [c for c in mine if self.says(c) is not None]
        if visitor == SERVER:
            return self.owner_of_id("u9") or None
        before = [c for c in telling if c.moments[0] <= moment]
        chosen = before or telling
        if not chosen or all(self.says(c) == "nobody" for c in telling):
            return None
        edge = (max if before else min)(c.moments[0] for c in chosen)
        said_then = {self.says(c) for c in chosen if c.moments[0] == edge} - {"nobody"}
        return max(said_then, default=None)


SERVER = 3


class Quick:
    """What the product does: rows are put together as they come, keys are looked up now."""

    def __init__(self):
        self.rows = []
        self.emails = {f"c{n}@a": n for n in range(1, 6)}
        self.user_ids = {"u1": 1, "u2": 2}
        self.merges = {}
        self.signs = 0
        self.erased = []

    def hear(self, claim):
        """All of it was said before any erasure, however late it comes."""
        for keys in self.erased:
            claim = self.forgotten(claim, keys)
        self.rows = identity.together([*self.rows, claim])

    def forgotten(self, row, keys):
        self.signs += 1
        return identity.forgotten(row, keys, str(self.signs))

    def act(self, number, kind, what):
        match kind:
            case "merge":
                self.merges[number] = what
            case "undo":
                del self.merges[what]
            case "erase":
                self.erase(what)

    def erase(self, root):
        keys = Keys(*(
            {key: who for key, who in has.items() if self.root(who) == root}
            for has in (self.emails, self.user_ids)
        ))  # fmt: skip
        for has, gone in ((self.emails, keys.emails), (self.user_ids, keys.user_ids)):
            for key in gone:
                del has[key]
        self.erased.append(keys)
        self.rows = [self.forgotten(row, keys) for row in self.rows]

    def root(self, contact):
        into = {gone: kept for kept, gone in self.merges.values()}
        while contact in into:
            contact = into[contact]
        return contact

    def spans(self, visitor):
        keys = Keys(
            {key: self.root(who) for key, who in self.emails.items()},
            {key: self.root(who) for key, who in self.user_ids.items()},
        )
        keys = identity.with_partners(keys, self.rows)
        mine = [row for row in self.rows if row.visitor == visitor]
        if visitor == SERVER:
            return identity.person("u9", mine, keys)
        return identity.device(mine, keys)


def turns(rng):
    """A few take turns on one device within an hour or so."""
    return [said(f"c{rng.choice((1, 1, 2, 6))}@a", n=n) for n in rng.sample(range(90), 12)]


def drawn(rng):
    """Claims, and acts in the order people did them."""
    claims = turns(rng) if rng.random() < 0.2 else []
    for _ in range(rng.randint(1, 12)):
        visitor = rng.choice((1, 1, 2, SERVER))
        email = rng.choice(("", *(f"c{n}@a" for n in range(1, 7))))  # nobody has the sixth
        name = "u9" if visitor == SERVER else rng.choice(("", "", "u1", "u2", "u3", "u9"))
        if email or name:
            n = rng.choice((rng.randint(0, 90), rng.randint(0, 9) * 20, rng.randint(0, 20_000)))
            claims.append(said(email, name, n, known=rng.random() < 0.3, visitor=visitor))
    acts, alive, merged = [], set(range(1, 6)), []
    for n in range(rng.randint(0, 6)):
        choice = rng.random()
        if choice < 0.55 and len(alive) > 1:
            kept, gone = rng.sample(sorted(alive), 2)
            acts.append(("merge", (kept, gone)))
            merged.append((n, kept, gone))
            alive.discard(gone)
        elif choice < 0.85 and merged and merged[-1][1] in alive:
            number, _, gone = merged.pop()
            acts.append(("undo", number))
            alive.add(gone)
        else:
            who = rng.choice(sorted(alive))
            acts.append(("erase", who))
            alive.discard(who)
            if not alive:
                break
            merged.clear()
    return claims, acts


def played(rng, claims, acts):
    """The same story in another order: claims shuffled, some more than once, between the acts."""
    world = Quick()
    heard = rng.sample(claims, len(claims)) + rng.choices(claims, k=rng.randint(0, 3))
    steps = [("hear", each) for each in heard]
    places = sorted(rng.randint(0, len(steps)) for _ in acts)
    for n, place in reversed(list(enumerate(places))):
        steps.insert(place, ("act", n))
    for kind, what in steps:
        if kind == "hear":
            world.hear(what)
        else:
            world.act(what, *acts[what])
    return world


def check(seed):
    rng = random.Random(seed)
    claims, acts = drawn(rng)
    if not claims:
        return
    slow = Slow()
    slow.claims, slow.acts = claims, acts
    moments = {claim.moments[0] + timedelta(minutes=n) for claim in claims for n in (-1, 0, 1)}
    orders = [played(rng, claims, acts) for _ in range(2)]
    for visitor in (1, 2, SERVER):
        spans = [world.spans(visitor) for world in orders]
        assert spans[0] == spans[1], (seed, visitor)
        for moment in moments:
            assert identity.at(spans[0], moment) == slow.who(visitor, moment), (seed, moment)


@pytest.mark.parametrize("first", [0, 1])
def test_whatever_the_order_a_history_ends_as_the_plain_reference_says(first):
    for seed in range(first * 200, first * 200 + 200):
        check(seed)


@pytest.mark.long
def test_a_hundred_thousand_histories():
    for seed in range(100_000):
        check(seed)
