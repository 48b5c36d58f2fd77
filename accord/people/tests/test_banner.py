from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accord.people import visitors
from accord.people.consents import banner
from accord.people.consents.banner import Said, Words
from accord.people.models import BannerAnswer, BannerText, VisitorSpan
from accord.people.visitors import Seen
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry
from accord.platform.trail import logbooks

pytestmark = pytest.mark.django_db
WORDS = Words("May we?", "Acme asks.", "Accept", "Refuse", "Keep", "Visits", "An id.")
TWO = replace(WORDS, marketing="Offers", marketing_text="Fitting ones.")


def said(text, *agreed, **more):
    given = {"at": timezone.now(), "key_id": 1, "page": "https://acme.example/"} | more
    return Said(text.pk, text.digest, agreed, **given)


def test_words_are_versions_and_the_same_words_are_no_new_one(olga):
    first = banner.word(WORDS, language="en", by=olga)
    assert banner.word(WORDS, language="en", by=olga) == first
    second = banner.word(TWO, language="en", by=olga)
    german = banner.word(WORDS, language="de", by=olga)
    assert (first.version, second.version, german.version) == (1, 2, 1)
    assert first.digest == german.digest != second.digest
    assert banner.newest("en") == second and banner.newest("fr") is None
    assert AuditEntry.objects.filter(verb="banner.worded").count() == 3


@pytest.mark.parametrize(
    "missing", ["title", "body", "accept", "reject", "save", "visits", "visits_text"]
)
def test_words_that_are_missing_are_refused(missing):
    with pytest.raises(banner.NoWords):
        banner.word(replace(WORDS, **{missing: " "}), language="en", by=None)
    with pytest.raises(banner.NoWords):
        banner.word(replace(WORDS, marketing="Offers"), language="en", by=None)
    assert not BannerText.objects.exists()


def test_marketers_do_not_write_the_words(mia):
    with pytest.raises(Forbidden):
        banner.word(WORDS, language="en", by=mia)


def test_a_contact_has_the_answers_of_its_devices_newest_first(ana):
    text = banner.word(TWO, language="en", by=None)
    now = timezone.now()
    for name, whose in (("hers", ana), ("nobodys", None)):
        met = visitors.meet([Seen("device", name, now, 1)])["device", name]
        if whose:
            VisitorSpan.objects.create(visitor=met, contact=whose, since=now)
    before = now - timedelta(hours=1)
    banner.keep([
        said(text, "visits", device="hers", at=before), said(text, "visits", device="hers", at=now),
        said(text, "visits", device="nobodys"), said(text),
    ])  # fmt: skip
    assert [(each.device, each.at) for each in banner.of(ana)] == [("hers", now), ("hers", before)]


def test_an_answer_is_kept_with_its_proof_and_a_refusal_names_no_device():
    text = banner.word(TWO, language="en", by=None)
    yes = said(text, "visits", "marketing", device="d-1", network="192.0.2.0", agent="Firefox")
    no = said(text, device="d-1", gpc=True)
    assert banner.keep([yes, no]) == []
    first, second = BannerAnswer.objects.order_by("pk")
    assert (first.agreed, first.device) == (["marketing", "visits"], "d-1")
    assert (second.agreed, second.device, second.gpc) == ([], "", True)
    assert first.page == "https://acme.example/" and first.text == text
    assert banner.is_as_written(first) and banner.is_as_written(second)
    first.agreed = []
    assert not banner.is_as_written(first)


def test_answers_to_words_never_shown_are_not_kept():
    text = banner.word(WORDS, language="en", by=None)
    strange = [
        said(text, "marketing"),
        said(text, "everything"),
        replace(said(text), digest="x"),
        replace(said(text), text=text.pk + 1),
    ]
    assert banner.keep(strange) == strange and not BannerAnswer.objects.exists()


def test_rows_cannot_be_changed_or_deleted():
    text = banner.word(WORDS, language="en", by=None)
    banner.keep([said(text)])
    for rows in (BannerAnswer.objects.all(), BannerText.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(digest="x")
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


def test_answers_that_were_changed_or_taken_away_are_found():
    text = banner.word(TWO, language="en", by=None)
    with logbooks.opened():  # from before there was a chain
        BannerAnswer.objects.bulk_create([banner._row(said(text, "visits"), timezone.now())])
    banner.keep([said(text), said(text, "visits", device="d-1")])
    banner.keep([said(text, "marketing")])
    eldest, first, second, third = BannerAnswer.objects.order_by("pk")
    assert list(banner.broken()) == []
    with logbooks.opened():
        BannerAnswer.objects.filter(pk=second.pk).update(device="", page="", salt="")  # erased
        assert list(banner.broken()) == []
        BannerAnswer.objects.filter(pk__in=[eldest.pk, third.pk]).update(
            agreed=["visits"], gpc=True
        )
        assert list(banner.broken()) == [eldest.pk, third.pk]
        BannerAnswer.objects.filter(pk=first.pk).delete()
    assert list(banner.broken()) == [eldest.pk, second.pk, third.pk]


def test_words_that_were_changed_or_taken_away_are_found():
    for words in (WORDS, TWO, replace(TWO, title="May we, please?")):
        last = banner.word(words, language="en", by=None)
    banner.word(WORDS, language="de", by=None)
    banner.keep([said(last, "marketing")])
    assert list(banner.altered()) == []
    first, second, _ = BannerText.objects.filter(language="en").order_by("version")
    with logbooks.opened():
        BannerText.objects.filter(pk=first.pk).update(words=first.words | {"body": "All of it."})
        assert list(banner.altered()) == [first]
        BannerText.objects.filter(pk=second.pk).delete()
        assert list(banner.altered()) == [first, last]
        asked = {name: text for name, text in last.words.items() if name != "marketing"}
        BannerText.objects.filter(pk=last.pk).update(words=asked)
    [answer] = BannerAnswer.objects.all()
    assert list(banner.broken()) == [answer.pk]
