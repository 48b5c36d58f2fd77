from datetime import timedelta

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Basis, Channel, Source
from accord.people import contacts
from accord.people.consents import answers, consent, heard, purposes
from accord.people.consents.consent import Given, Reach
from accord.people.consents.heard import Said, Way
from accord.people.identity import merging
from accord.people.models import ConsentRecord, Suppression
from accord.platform.access import preferences
from accord.platform.access.permissions import Forbidden

pytestmark = pytest.mark.django_db
MAIL, SMS = Channel.EMAIL, Channel.SMS
TALK = Said(Way.TALK, "Ben, at the desk")
PAPER = Said(Way.PAPER, "Folder 12")


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def news(db):
    return purposes.add(label="News", by=None)


@pytest.fixture
def offers(db):
    return purposes.add(label="Offers", double=True, by=None)


def told(contact, purpose="news", channel=MAIL):
    standing = answers.standing(contact, timezone.now())
    return next(
        each for each in standing.answers if (each.purpose.pk, each.channel) == (purpose, channel)
    )


def test_an_answer_names_the_row_it_stands_on(ana, news):
    assert told(ana).record is None
    row = heard.give(ana, Given("news", MAIL), TALK, by=None)
    assert (told(ana).decision.basis, told(ana).record) == (Basis.CONSENT, row)
    stop = heard.stop(ana, Reach("news"), TALK, objection=False, by=None)
    assert not told(ana).decision and told(ana).record == stop


def test_an_answer_names_the_assessment_or_the_suppression(ana, news):
    contacts.change(ana, values={"country": "FR"}, by=None)
    until = timezone.now() + timedelta(days=90)
    made = purposes.assess(news, channel=MAIL, countries=["FR"], text="Fair.", until=until, by=None)
    assert told(ana).assessment == made
    consent.suppress(ana, ana.email, channel=MAIL, way=Suppression.Way.COMPLAINED, by=None)
    assert told(ana).suppression == Suppression.objects.get()
    assert "reported" in told(ana).decision.words


def test_every_answer_is_the_gates_own(ana, news, offers):
    contacts.change(ana, values={"phone": "+4930123456", "country": "DE"}, by=None)
    consent.give(ana, Given("news", SMS), by=None)
    consent.give(ana, Given("offers", MAIL, source=Source.PERSON), by=None)
    consent.object_to(ana, Reach("offers", Channel.PHONE), by=None)
    standing = answers.standing(ana, timezone.now())
    assert {each.channel for each in standing.answers} == {MAIL, SMS, Channel.PHONE}
    for each in standing.answers:
        question = consent.question(each.purpose.pk, each.channel)
        now = timezone.now()
        assert consent.may_send(ana, question, now) == each.decision, each
    assert standing.may("news", SMS) and not standing.may("news", MAIL)


def test_the_answers_cost_the_same_for_many(ana, news, offers, django_assert_max_num_queries):
    for _ in range(10):
        consent.give(ana, Given("news", MAIL), by=None)
    with django_assert_max_num_queries(9):
        answers.standing(ana, timezone.now())


def test_the_answers_of_merged_records_cost_hardly_more(
    ana, news, offers, django_assert_max_num_queries
):
    contacts.change(ana, values={"phone": "+4930123456"}, by=None)
    for name in ("Ann", "Anja", "Anna"):
        values = {"first_name": name, "email": f"{name.lower()}@buyer.example"}
        gone = contacts.create(values=values, by=None)
        consent.give(gone, Given("news", MAIL), by=None)
        merging.merge(ana, gone, choices={}, by=None)
    with django_assert_max_num_queries(12):
        standing = answers.standing(ana, timezone.now())
    assert {each.channel for each in standing.answers} == {MAIL, SMS, Channel.PHONE}
    assert len(standing.history) == 3 and told(ana).record in standing.history


def test_an_address_of_a_record_merged_into_another_is_named_where_it_is_suppressed(ana, news):
    ann = contacts.create(values={"first_name": "Ann", "email": "ann@buyer.example"}, by=None)
    consent.suppress(ann, ann.email, channel=MAIL, way=Suppression.Way.COMPLAINED, by=None)
    merge = merging.merge(ana, ann, choices={}, by=None)
    row = Suppression.objects.get()
    assert answers.standing(ana, timezone.now()).suppressed == (row,)
    assert "reported" in told(ana).decision.words and told(ana).suppression == row
    merging.unmerge(merge, by=None)
    assert answers.standing(ana, timezone.now()).suppressed == ()


def test_a_dead_address_of_a_record_merged_into_another_stops_nothing(ana, news):
    consent.give(ana, Given("news", MAIL), by=None)
    ann = contacts.create(values={"first_name": "Ann", "email": "ann@buyer.example"}, by=None)
    consent.suppress(ann, ann.email, channel=MAIL, way=Suppression.Way.BOUNCED, by=None)
    merging.merge(ana, ann, choices={}, by=None)
    assert told(ana).decision and answers.standing(ana, timezone.now()).suppressed == ()
    contacts.change(ana, values={"email": "ann@buyer.example"}, by=None)
    assert "comes back" in told(ana).decision.words
    assert answers.standing(ana, timezone.now()).suppressed == (Suppression.objects.get(),)


def test_without_the_key_of_the_list_every_answer_is_refused(ana, news, settings, tmp_path):
    consent.give(ana, Given("news", MAIL), by=None)
    consent.suppress(ana, "x@acme.example", channel=MAIL, way=Suppression.Way.BOUNCED, by=None)
    settings.DATA = tmp_path / "elsewhere"
    settings.DATA.mkdir()
    assert told(ana).decision.words == told(ana).wanted.words == consent.KEY_LOST


def test_an_archived_purpose_promotes_nothing(ana, news):
    question = consent.question("news", MAIL)
    consent.give(ana, Given("news", MAIL), by=None)
    purposes.archive(news, by=None)
    purposes.archive(news, by=None)
    assert consent.may_send(ana, question, timezone.now()).words == consent.NOT_USED
    assert answers.standing(ana, timezone.now()).answers == ()
    purposes.restore(news, by=None)
    assert consent.may_send(ana, question, timezone.now())


def test_where_the_country_is_unknown_the_companys_choice_counts(ana, news):
    sold = Given("news", MAIL, ConsentRecord.What.SOFT_OPT_IN, opt_out_offered=True)
    consent.give(ana, sold, by=None)
    assert not told(ana).decision
    preferences.change(unknown_country="DE", by=None)
    assert told(ana).decision.basis == Basis.SOFT_OPT_IN
    contacts.change(ana, values={"country": "BR"}, by=None)
    assert not told(ana).decision


def test_what_a_colleague_heard_needs_its_proof(ana, news, mia):
    with pytest.raises(heard.NoProof, match="what proves it"):
        heard.give(ana, Given("news", MAIL), Said(Way.CALL, " "), by=mia)
    with pytest.raises(heard.NoProof):
        heard.stop(ana, Reach(), Said(Way.CALL, ""), objection=True, by=mia)
    assert not ConsentRecord.objects.exists()
    row = heard.give(ana, Given("news", MAIL), Said(Way.CALL, "10 May,  Mia"), by=mia)
    assert (row.note, row.source) == ("On the phone: 10 May, Mia", "staff")


def test_a_suppressed_address_is_written_to_again_only_on_the_persons_own_act(ana, news, mia):
    consent.suppress(ana, ana.email, channel=MAIL, way=Suppression.Way.SUPPRESSED, by=None)
    with pytest.raises(heard.NotTheirs, match="own act"):
        heard.lift(ana, Given("news", MAIL), TALK, by=mia)
    heard.give(ana, Given("news", MAIL), TALK, by=mia)
    assert not told(ana).decision
    heard.lift(ana, Given("news", MAIL), PAPER, by=mia)
    assert told(ana).decision and Suppression.objects.count() == 1


def test_nobody_writes_down_for_a_contact_they_may_not_write(ana, news, ben, mia):
    contacts.change(ana, values={"owner": mia.pk}, by=None)
    for verb in (
        lambda: heard.give(ana, Given("news", MAIL), TALK, by=ben),
        lambda: heard.stop(ana, Reach(), TALK, objection=False, by=ben),
        lambda: heard.lift(ana, Given("news", MAIL), PAPER, by=ben),
        lambda: consent.resume(ana, by=ben),
    ):
        with pytest.raises(Forbidden):
            verb()
    assert not ConsentRecord.objects.exists()


def test_a_pause_can_end_early(ana, news):
    consent.give(ana, Given("news", MAIL), by=None)
    consent.pause(ana, until=timezone.now() + timedelta(days=30), by=None)
    assert len(answers.standing(ana, timezone.now()).pauses) == 1 and not told(ana).decision
    consent.resume(ana, by=None)
    consent.resume(ana, by=None)
    assert told(ana).decision and not answers.standing(ana, timezone.now()).pauses
