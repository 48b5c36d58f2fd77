"""A company to attack, and the links that open a page of it without signing in."""

import re

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accord.channels.models import Message
from accord.engine.consent.terms import Channel
from accord.engine.forms.terms import Consent
from accord.marketing.forms import confirmations, forms
from accord.marketing.forms.tests.conftest import asking
from accord.marketing.models import Submission
from accord.people.consents import preference_centre, preference_links, purposes
from accord.people.consents.ledger import Proof
from accord.people.fields import custom_fields
from accord.platform import links, memory
from accord.web.privacy import public as privacy
from accord.web.public import guesses
from tests.attacks.payloads import CANARY
from tests.authorization.house import House

# Fields a company makes of its own, of the kinds that ours have not.
OWN = {
    "number": ("Staff", ()),
    "url": ("Homepage", ()),
    "choices": ("Interests", ("Solar", "Wind")),
    "boolean": ("Owns house", ()),
}
ASKED = ("staff", "homepage", "interests", "owns_house")


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """Made once; each call is rolled back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        memory.forget_everything()
        yield House()
        transaction.set_rollback(True)


@pytest.fixture
def statements():
    """Every statement that holds the canary itself, not a parameter."""
    seen = []

    def watch(execute, sql, params, many, context):
        if CANARY in str(sql):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen


@pytest.fixture
def unguessed(settings, tmp_path):
    """Nobody has guessed at a link yet."""
    settings.DATA = tmp_path
    guesses.A_NETWORK.buckets.clear()
    yield
    guesses.A_NETWORK.buckets.clear()


@pytest.fixture
def news(db):
    """A purpose somebody may agree to."""
    made = purposes.add(label="News", definition="Once a month.", by=None)
    purposes.word(made, language="en", text="Acme may send me news.", by=None)
    return made


@pytest.fixture
def newsletter(news):
    """A published form that asks a question of each kind and for consent."""
    for kind, (label, choices) in OWN.items():
        custom_fields.add("contact", label=label, kind=kind, choices=choices, by=None)
    form = forms.create(name="Newsletter", by=None)
    box = Consent(news.pk, Channel.EMAIL, 0, 1, "", "")
    asked = asking("first_name", "phone", "country", "message", "born_on", *ASKED, boxes=[box])
    forms.write(form, asked, by=None)
    return forms.publish(form, by=None)


@pytest.fixture
def tokens(ana, ben, news, newsletter, unguessed):
    """A right token of each kind, by the name of the page it opens. Nobody owns this yet."""
    asked = preference_centre.choose(
        ana, [(news.pk, Channel.EMAIL)], language="en", proof=Proof(), now=timezone.now()
    )
    mine = preference_links.token(ana)
    return {
        "setup": links.make(links.Kind.SETUP),
        "invitation": links.make(links.Kind.INVITE, user=ben),
        "preferences": mine,
        "unsubscribe": mine,
        "preferences-pause": mine,
        "preferences-confirmation": asked.token,
        "privacy-confirmation": privacy.token(ana, "access"),
        "form-confirmation": asked_by_mail(newsletter),
    }


def asked_by_mail(version):
    """The link that a form mailed to somebody who is to say that it was them."""
    submission = Submission.objects.create(
        version=version, form=version.form, at=timezone.now(), answers={}, email="eve@acme.example"
    )
    confirmations.ask(submission, forms.definition(version))
    return re.search(r"/confirm/([^/]+)/", Message.objects.get(to=submission.email).text)[1]
