from dataclasses import replace
from datetime import timedelta
from itertools import product

from accord.engine.consent import gate, merging
from accord.engine.consent.terms import Facts, Kind, Pause, Restriction, Source, Stop, Way
from accord.engine.consent.tests.test_gate import (
    ADDRESS,
    CONFIRMED_NEWS,
    DAY,
    MAIL,
    NEWS,
    NOW,
    PUBLISHED,
    THEN,
    bought,
    consent,
    interest,
    published,
    sale,
)

PEOPLE = [
    Facts(country=country, business=business, **more)
    for country, business in [("DE", False), ("GB", True), ("CA", True), ("", False)]
    for more in [
        {},
        {"claims": (consent(),)},
        {"claims": (sale(), bought(), interest())},
        {"stops": (Stop(1, Way.WITHDRAWN, THEN - DAY),)},
        {"claims": (consent(),), "stops": (Stop(1, Way.OBJECTED, THEN + DAY, "news", MAIL),)},
        {"claims": (consent(),), "stops": (Stop(1, Way.SUPPRESSED, THEN - DAY),)},
        {"claims": (consent(),), "pauses": (Pause(1, THEN, NOW + DAY),)},
        {"claims": (consent(),), "stops": (Stop(1, Way.BOUNCED, THEN + DAY, "", MAIL),)},
        {"claims": (consent(),), "restrictions": (Restriction(1, THEN),)},
    ]
]


def merged(kept, other, double=()):
    return merging.merge(kept, other, double=double, now=NOW)


def test_what_may_be_sent_afterwards_could_be_sent_before_and_neither_said_stop():
    allowed = 0
    for kept, other in product(PEOPLE, PEOPLE):
        if gate.decide(merged(kept, other), NEWS, NOW):
            allowed += 1
            assert gate.decide(kept, NEWS, NOW) or gate.decide(other, NEWS, NOW)
            for each in (kept, other):
                assert not any(s.way != Way.BOUNCED for s in gate.standing(each, NEWS, NOW))
                assert not any(pause.until > NOW for pause in each.pauses)
                assert not each.restrictions
    assert allowed > 100


def test_the_order_of_two_records_does_not_matter():
    alive = [each for each in PEOPLE if not any(s.way == Way.BOUNCED for s in each.stops)]
    for kept, other in product(alive, alive):
        one, two = merged(kept, other), merged(other, kept)
        assert bool(gate.decide(one, NEWS, NOW)) == bool(gate.decide(two, NEWS, NOW))


def test_consent_of_one_record_does_not_end_the_stop_of_the_other():
    said_no = Facts(stops=(Stop(1, Way.WITHDRAWN, THEN - DAY),))
    said_yes = Facts(claims=(consent(THEN),))
    assert not gate.decide(merged(said_yes, said_no), NEWS, NOW)
    assert not gate.decide(merged(said_no, said_yes), NEWS, NOW)


def test_a_stop_that_the_person_ended_on_the_same_record_does_not_return():
    came_back = Facts(stops=(Stop(1, Way.OBJECTED, THEN - DAY),), claims=(consent(),))
    assert gate.decide(merged(came_back, Facts()), NEWS, NOW)
    heard = Facts(stops=came_back.stops, claims=(consent(source=Source.STAFF),))
    assert not gate.decide(merged(heard, Facts()), NEWS, NOW)


def test_an_address_that_bounces_stops_only_what_is_sent_there():
    dead = Facts(claims=(consent(),), stops=(Stop(1, Way.BOUNCED, THEN + DAY, "", MAIL),))
    alive = Facts(claims=(consent(),))
    receipt = replace(NEWS, kind=Kind.TRANSACTIONAL)
    for question in (NEWS, receipt):
        assert gate.decide(merged(alive, dead), question, NOW)
        assert not gate.decide(merged(dead, alive), question, NOW)
        assert not gate.decide(merged(dead, dead), question, NOW)
    assert not gate.decide(merged(Facts(), dead), NEWS, NOW)
    assert gate.decide(merged(Facts(), dead), receipt, NOW)
    late = replace(dead, claims=(replace(consent(), at=THEN + 2 * DAY),))
    assert [stop.way for stop in gate.standing(late, NEWS, NOW)] == [Way.BOUNCED]
    assert not gate.decide(merged(Facts(), late), NEWS, NOW)
    both = replace(dead, stops=(*dead.stops, Stop(2, Way.COMPLAINED, THEN + DAY, "", MAIL)))
    assert not gate.decide(merged(alive, both), NEWS, NOW)


def test_unconfirmed_consent_to_a_purpose_that_asks_for_it_ends_no_stop():
    stops = (Stop(1, Way.WITHDRAWN, THEN - DAY),)
    waiting = Facts(stops=stops, claims=(consent(),))
    later = merged(waiting, Facts(), double={"news"})
    assert later.claims == ()
    confirmed = Facts(stops=stops, claims=(consent(confirmed_at=NOW),))
    kept = merged(confirmed, Facts(), double={"news"})
    assert gate.decide(kept, CONFIRMED_NEWS, NOW + timedelta(seconds=1))


def test_what_the_two_do_not_share_is_not_taken_for_true():
    german, british = Facts(country="DE", business=True), Facts(country="GB", business=False)
    for kept, other in ((german, british), (british, german)):
        assert (merged(kept, other).country, merged(kept, other).business) == ("", False)
    assert merged(german, german) == german


def test_one_from_a_list_of_unknown_origin_takes_the_other_along():
    told = Facts(country="GB", business=True, claims=(interest(),))
    listed, later = replace(told, unknown_since=THEN), replace(told, unknown_since=NOW)
    assert gate.decide(merged(told, told), NEWS, NOW)
    for kept, other in ((told, listed), (listed, told), (listed, later), (later, listed)):
        assert merged(kept, other).unknown_since == THEN
        assert not gate.decide(merged(kept, other), NEWS, NOW)


def test_what_the_other_published_of_an_address_of_its_own_counts_for_nothing():
    told = Facts(**PUBLISHED, claims=(published(),))
    silent = Facts(**PUBLISHED | {"address": "ann@acme.example"})
    assert gate.decide(merged(told, silent), NEWS, NOW)
    assert not gate.decide(merged(silent, told), NEWS, NOW)
    assert gate.decide(merged(replace(silent, address=ADDRESS), told), NEWS, NOW)
    assert not gate.decide(merged(told, replace(silent, business=False)), NEWS, NOW)
