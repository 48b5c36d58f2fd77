from datetime import UTC, datetime, timedelta

import pytest

from accord.engine.consent import gate
from accord.engine.consent.terms import (
    Basis,
    Channel,
    Consent,
    Facts,
    Inquiry,
    Interest,
    Kind,
    Pause,
    Published,
    Purchase,
    Question,
    Restriction,
    SoftOptIn,
    Source,
    Stop,
    Unknown,
    Way,
)

THEN = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ADDRESS = "ana@acme.example"
MAIL, SMS, PHONE, POST = Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.POST
# country  soft opt-in  interest at work  interest at home  by purchase  by inquiry  published
COUNTRIES = """
  DE       mail sms     post              post              -            -           -
  AT       mail sms     post              post              -            -           -
  ES       mail sms     post              post              -            -           -
  IT       mail sms     post              post              -            -           -
  FR       mail sms     mail post         post              -            -           -
  GB       mail sms     mail post         post              -            -           -
  IE       mail sms     mail post         post              -            -           -
  SE       mail sms     mail post         post              -            -           -
  FI       mail sms     mail post         post              -            -           -
  EE       mail sms     mail post         post              -            -           -
  US       -            mail post         post              -            -           -
  CA       -            -                 -                 mail sms     mail sms    mail sms
  BR       -            -                 -                 -            -           -
  ??       -            -                 -                 -            -           -
"""

EVERYWHERE = frozenset(line[0] for line in map(str.split, COUNTRIES.splitlines()) if line)
PUBLISHED = {"country": "CA", "business": True, "address": ADDRESS}
NEWS = Question("news", MAIL, Kind.MARKETING)
CONFIRMED_NEWS = Question("news", MAIL, Kind.MARKETING, double=True)
RECEIPT = Question("", MAIL, Kind.TRANSACTIONAL)


def consent(at=THEN, source=Source.PERSON, id=1, channel=MAIL, **more):
    return Consent(id, "news", channel, at, source, **more)


def sale(channel=MAIL, offered=True):
    return SoftOptIn(2, "news", channel, THEN, offered)


def bought(at=THEN, channel=MAIL):
    return Purchase(3, "news", channel, at)


def asked(at=THEN, channel=MAIL):
    return Inquiry(4, "news", channel, at)


def published(at=THEN, channel=MAIL, **more):
    return Published(8, "news", channel, at, **{"address": ADDRESS} | more)


def interest(channel=MAIL, until=NOW + DAY, countries=EVERYWHERE):
    return Interest(5, "news", channel, THEN, until, countries)


def decide(*claims, question=NEWS, now=NOW, **facts):
    return gate.decide(Facts(claims=claims, **facts), question, now)


@pytest.mark.parametrize("country", ["DE", "FR", "GB", "CA", "US", "BR", ""])
@pytest.mark.parametrize("channel", list(Channel))
def test_consent_holds_everywhere_and_does_not_expire(country, channel):
    question = Question("news", channel, Kind.MARKETING)
    late = NOW + 10_000 * DAY
    decision = decide(consent(channel=channel), country=country, question=question, now=late)
    assert (bool(decision), decision.basis, decision.basis_id) == (True, Basis.CONSENT, 1)
    assert (decision.until, decision.words, decision.rules) == (None, "Consent", "2026-11-27")


SHORT = {"mail": MAIL, "sms": SMS, "phone": PHONE, "post": POST}
MAKERS = [(sale, False), (interest, True), (interest, False), (bought, False), (asked, False)]
MAKERS.append((published, True))


def _rows():
    for line in COUNTRIES.strip().splitlines():
        country, *cells = (cell for cell in line.split("  ") if cell.strip())
        for cell, (make, business) in zip(cells, MAKERS, strict=True):
            yield country.strip().replace("??", ""), make, business, cell.split()


@pytest.mark.parametrize(("country", "make", "business", "channels"), list(_rows()))
def test_what_a_country_admits_beside_consent(country, make, business, channels):
    admitted = [
        short
        for short, channel in SHORT.items()
        if decide(
            make(channel=channel),
            country=country,
            business=business,
            address=ADDRESS,
            question=Question("news", channel, Kind.MARKETING),
        )
    ]
    assert admitted == [each for each in channels if each != "-"]


@pytest.mark.parametrize(
    ("claim", "ends"),
    [
        (bought(datetime(2026, 3, 1, 9, tzinfo=UTC)), datetime(2028, 2, 29, 9, tzinfo=UTC)),
        (asked(datetime(2026, 3, 1, 9, tzinfo=UTC)), datetime(2026, 9, 1, 9, tzinfo=UTC)),
        (asked(datetime(2026, 8, 31, 9, tzinfo=UTC)), datetime(2027, 2, 28, 9, tzinfo=UTC)),
        (asked(datetime(2027, 8, 31, 9, tzinfo=UTC)), datetime(2028, 2, 29, 9, tzinfo=UTC)),
        (asked(datetime(2026, 6, 30, 9, tzinfo=UTC)), datetime(2026, 12, 30, 9, tzinfo=UTC)),
    ],
)
def test_implied_consent_ends_to_the_second(claim, ends):
    last = decide(claim, country="CA", now=ends - SECOND)
    over = decide(claim, country="CA", now=ends)
    assert (bool(last), last.until, bool(over)) == (True, ends, False)
    assert f"ended on {ends:%d %B %Y}" in over.words
    assert over.basis is over.basis_id is over.until is None


def test_an_assessment_holds_until_its_review_and_for_its_countries():
    review = NOW + DAY
    last = decide(interest(), country="GB", business=True, now=review - SECOND)
    assert (last.basis, last.basis_id, last.until) == (Basis.INTEREST, 5, review)
    assert last.words == "Legitimate interest"
    over = decide(interest(), country="GB", business=True, now=review)
    assert over.words == "Refused: the legitimate interest ended on 02 June 2026."
    elsewhere = decide(interest(countries=frozenset({"FR"})), country="GB", business=True)
    assert elsewhere.words == "Refused: the assessment does not cover this person's country."
    home = decide(interest(), country="GB")
    assert home.words == "Refused: this country asks for consent before such a message."


EEA = (
    """AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"""
)


@pytest.mark.parametrize("country", [*EEA.split(), "CH", "GB"])
def test_europe_is_the_economic_area_switzerland_and_the_united_kingdom(country):
    assert decide(sale(), country=country).basis == Basis.SOFT_OPT_IN


def test_a_sale_needs_an_opt_out_at_collection():
    fine = decide(sale(), country="DE")
    assert (fine.basis, fine.words, fine.until) == (Basis.SOFT_OPT_IN, "Soft opt-in", None)
    refused = decide(sale(offered=False), country="DE")
    assert refused.words == "Refused: saying no was not offered when the address was taken."
    abroad = decide(sale(), country="BR")
    assert abroad.words == "Refused: a sale alone is no basis in this country or by this channel."


def test_implied_consent_is_named_and_canadian():
    assert decide(bought(), country="CA").words == "Implied consent by purchase"
    assert decide(asked(), country="CA").words == "Implied consent by inquiry"
    assert decide(asked(), country="CA").basis == Basis.INQUIRY
    assert decide(bought(), country="DE").words == "Refused: implied consent holds in Canada only."


def test_a_published_address_is_named_and_does_not_end():
    late = NOW + 10_000 * DAY
    decision = decide(published(), now=late, **PUBLISHED)
    assert (decision.basis, decision.basis_id, decision.until) == (Basis.PUBLISHED, 8, None)
    assert decision.words == "Implied consent by a published address"


@pytest.mark.parametrize(
    ("claim", "facts", "words"),
    [
        ({}, {"country": "US"}, "Refused: implied consent holds in Canada only."),
        ({}, {"country": ""}, "Refused: implied consent holds in Canada only."),
        (
            {},
            {"business": False},
            "Refused: a published address counts for people in their work only.",
        ),
        (
            {"relevant": False},
            {},
            "Refused: nobody said why this matters to the work of whoever published the address.",
        ),
        (
            {},
            {"address": "ana@home.example"},
            "Refused: this is not the address that they published.",
        ),
    ],
)
def test_what_a_published_address_lacks_is_told(claim, facts, words):
    refused = decide(published(**claim), **{**PUBLISHED, **facts})
    assert (bool(refused), refused.words, refused.basis) == (False, words, None)


def test_a_published_address_comes_after_other_implied_consent_and_before_our_interest():
    first = decide(published(NOW), asked(), **PUBLISHED)
    assert first.basis == Basis.INQUIRY
    over = decide(asked(THEN - 800 * DAY), published(), **PUBLISHED)
    assert over.basis == Basis.PUBLISHED
    abroad = decide(published(), interest(), **{**PUBLISHED, "country": "GB"})
    assert abroad.basis == Basis.INTEREST
    told = decide(interest(countries=frozenset()), published(relevant=False), **PUBLISHED)
    assert told.words.startswith("Refused: nobody said why this matters")


def test_a_permission_of_unknown_origin_is_none():
    refused = decide(Unknown(6, "news", MAIL, THEN), country="DE")
    assert refused.words == "Refused: nobody knows where this permission comes from."


def test_without_any_basis_the_answer_is_no():
    refused = decide()
    assert (bool(refused), refused.basis, refused.basis_id) == (False, None, None)
    assert refused.words == (
        "Refused: there is no consent and no other basis for this purpose and channel."
    )


def test_consent_is_for_its_purpose_and_channel_and_from_its_instant_on():
    other = Question("offers", MAIL, Kind.MARKETING)
    assert not decide(consent(), question=other)
    assert not decide(consent(channel=SMS))
    assert decide(consent(NOW))
    assert not decide(consent(NOW + SECOND))


def test_consent_to_be_confirmed_holds_from_its_confirmation_on():
    waiting = decide(consent(), question=CONFIRMED_NEWS)
    assert waiting.words == "Refused: consent was not confirmed by mail yet."
    assert decide(consent(confirmed_at=NOW), question=CONFIRMED_NEWS)
    assert not decide(consent(confirmed_at=NOW + SECOND), question=CONFIRMED_NEWS)


def test_consent_is_named_before_other_bases_and_the_newest_first():
    every = (bought(), asked(), consent(id=1), consent(THEN + DAY, id=7), consent(id=9))
    assert decide(*every, country="CA").basis_id == 7
    assert decide(asked(NOW), bought(), country="CA").basis == Basis.PURCHASE
    assert decide(interest(), sale(), country="GB", business=True).basis == Basis.SOFT_OPT_IN
    assert decide(consent(id=2), consent(id=8), consent(id=5)).basis_id == 8
    assert decide(bought(THEN - 800 * DAY), asked(), country="CA").basis == Basis.INQUIRY


def test_the_reason_told_is_that_of_the_best_claim():
    unconfirmed = decide(asked(), consent(), question=CONFIRMED_NEWS, country="DE")
    assert unconfirmed.words == "Refused: consent was not confirmed by mail yet."


WORDS = {
    Way.WITHDRAWN: "Refused: consent was withdrawn.",
    Way.OBJECTED: "Refused: the person objected to marketing.",
    Way.SUPPRESSED: "Refused: this address is on the suppression list.",
    Way.COMPLAINED: "Refused: a message to this address was reported as unwanted.",
    Way.BOUNCED: "Refused: mail to this address comes back for good.",
}


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("reach", [("news", MAIL), ("", MAIL), ("news", None), ("", None)])
def test_a_stop_ends_what_was_given_up_to_its_instant(way, reach):
    stop = Stop(1, way, THEN, *reach)
    for each in (consent(), sale(), consent(THEN - DAY)):
        refused = decide(each, stops=(stop,), country="DE")
        assert (bool(refused), refused.words) == (False, WORDS[way])
    assert not decide(consent(THEN - DAY), stops=(stop,), now=THEN)
    assert decide(consent(THEN - DAY), stops=(stop,), now=THEN - SECOND)


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("reach", [("offers", MAIL), ("news", SMS), ("offers", None), ("", SMS)])
def test_a_stop_leaves_other_purposes_and_channels_alone(way, reach):
    assert decide(consent(), stops=(Stop(1, way, THEN, *reach),))


LIFTED = {
    Way.WITHDRAWN: {Source.PERSON, Source.STAFF},
    Way.OBJECTED: {Source.PERSON},
    Way.SUPPRESSED: {Source.PERSON},
    Way.COMPLAINED: {Source.PERSON},
    Way.BOUNCED: set(),
}


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("source", list(Source))
def test_who_may_end_a_stop(way, source):
    stops = (Stop(1, way, THEN, "news", MAIL),)
    again = decide(consent(THEN + SECOND, source), stops=stops)
    assert bool(again) == (source in LIFTED[way])
    at_once = decide(consent(THEN, source), stops=stops)
    assert not at_once


@pytest.mark.parametrize("make", [sale, bought, asked, published, interest])
def test_nothing_but_consent_ends_a_stop(make):
    stops = (Stop(1, Way.WITHDRAWN, THEN - DAY),)
    for country in ("GB", "CA", "DE"):
        known = {"country": country, "business": True, "address": ADDRESS}
        assert not decide(make(), stops=stops, **known)


def test_consent_that_waits_for_confirmation_ends_no_stop():
    stops = (Stop(1, Way.WITHDRAWN, THEN - DAY),)
    assert not decide(consent(), stops=stops, question=CONFIRMED_NEWS)
    assert decide(consent(confirmed_at=NOW), stops=stops, question=CONFIRMED_NEWS)


def test_each_stop_must_be_ended_and_the_latest_is_told():
    first, second = Stop(1, Way.OBJECTED, THEN), Stop(2, Way.WITHDRAWN, THEN + 2 * DAY)
    mine, heard = consent(THEN + DAY), consent(THEN + 3 * DAY, Source.STAFF, id=2)
    assert decide(mine, heard, stops=(first, second)).basis_id == 2
    assert decide(heard, stops=(second, first)).words == WORDS[Way.OBJECTED]
    assert decide(mine, stops=(second, first)).words == WORDS[Way.WITHDRAWN]
    assert decide(stops=(second, first)).words == WORDS[Way.WITHDRAWN]
    tie = (Stop(9, Way.SUPPRESSED, THEN), Stop(3, Way.OBJECTED, THEN))
    assert decide(stops=tie).words == WORDS[Way.SUPPRESSED]


def test_after_a_stop_only_what_came_later_counts():
    stop = Stop(1, Way.WITHDRAWN, THEN + DAY)
    decision = decide(consent(id=9), consent(THEN + 2 * DAY, id=2), stops=(stop,))
    assert decision.basis_id == 2
    # The same consent may not stand on a claim at the very instant of a stop that was ended.
    same = Interest(5, "news", MAIL, THEN + DAY, NOW + DAY, EVERYWHERE)
    assert decide(same, consent(THEN + 2 * DAY), stops=(stop,), country="GB", business=True)


def test_a_pause_lasts_from_its_first_to_before_its_last_instant():
    pause = Pause(1, NOW, NOW + DAY)
    assert decide(consent(), pauses=(pause,), now=NOW - SECOND)
    paused = decide(consent(), pauses=(pause,), now=NOW)
    assert paused.words == "Refused: the person asked for a pause that is not over."
    assert not decide(consent(), pauses=(pause,), now=NOW + DAY - SECOND)
    assert decide(consent(), pauses=(pause,), now=NOW + DAY)
    assert decide(consent(), pauses=(Pause(1, NOW, NOW + DAY, SMS),))
    assert not decide(consent(), pauses=(Pause(1, NOW, NOW + DAY, MAIL),))


def test_transactional_mail_passes_all_but_restrictions_and_bounces():
    stops = tuple(Stop(1, way, THEN) for way in Way if way != Way.BOUNCED)
    fine = decide(question=RECEIPT, stops=stops, pauses=(Pause(1, THEN, NOW + DAY),))
    assert (bool(fine), fine.basis, fine.basis_id) == (True, Basis.CONTRACT, None)
    assert fine.words == "Needed for a contract, or for what the person asked for."
    bounced = decide(question=RECEIPT, stops=(Stop(1, Way.BOUNCED, THEN, "", MAIL),))
    assert bounced.words == WORDS[Way.BOUNCED]


@pytest.mark.parametrize("question", [NEWS, RECEIPT])
def test_a_restricted_record_is_not_used_until_the_restriction_is_lifted(question):
    words = "Refused: this record may be kept and not used (restriction)."
    open_, lifted = Restriction(1, NOW), Restriction(1, THEN, lifted_at=NOW)
    refused = decide(consent(), question=question, restrictions=(open_,))
    assert (bool(refused), refused.words) == (False, words)
    assert decide(consent(), question=question, restrictions=(open_,), now=NOW - SECOND)
    assert decide(consent(), question=question, restrictions=(lifted,))
    assert not decide(consent(), question=question, restrictions=(lifted,), now=NOW - SECOND)
    assert not decide(consent(), question=question, restrictions=(lifted, open_))


def test_interest_covers_nobody_from_a_list_of_unknown_origin():
    british = {"country": "GB", "business": True}
    assert decide(interest(), **british)
    refused = decide(interest(), unknown_since=NOW, **british)
    assert not refused
    assert refused.words == "Refused: nobody knows where the list they came from is from."
    assert decide(interest(), unknown_since=NOW + timedelta(microseconds=1), **british)
    for other in (consent(), sale()):
        assert decide(other, interest(), unknown_since=NOW, **british)
