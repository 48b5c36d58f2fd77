"""What the preference page offers for a number that somebody else said stop for."""

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.people import contacts
from accord.people.consents import consent, ledger, preference_centre, preference_links, purposes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path


def test_a_mail_opens_no_number_that_somebody_suppressed(client, ana):
    news = purposes.add(label="News", by=None)
    purposes.word(news, language="en", text="Acme may send me news.", by=None)
    contacts.change(ana, values={"phone": "+49 431 123456"}, by=None)
    preference_centre.stop_all(ana, proof=ledger.Proof())
    eve = contacts.create(values={"email": "eve@home.example", "phone": "+49 431 777777"}, by=None)
    page = f"/preferences/{preference_links.token(eve)}/"
    assert 'value="news:sms"' in client.get(page).content.decode()
    pair, now = ("news", Channel.SMS), timezone.now()
    asked = preference_centre.choose(eve, {pair}, language="en", proof=ledger.Proof(), now=now)
    contacts.change(eve, values={"phone": "+49 431 123456"}, by=None)
    assert 'value="news:sms"' not in client.get(page).content.decode()
    with pytest.raises(preference_centre.LinkTooOld):
        preference_centre.confirm(asked.token, proof=ledger.Proof())
    assert (
        preference_centre.choose(eve, {pair}, language="en", proof=ledger.Proof(), now=now) is None
    )
    assert not consent.may_send(eve, consent.question(*pair), timezone.now())
