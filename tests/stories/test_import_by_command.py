"""`accord import` states what the people of a file may be written to on."""

import json
from datetime import date

import pytest
from django.utils import timezone

from accord import commands
from accord.commands import import_
from accord.engine.consent.terms import Channel
from accord.people import lifecycle
from accord.people.consents import consent, purposes
from accord.people.models import Contact
from accord.platform.models import Import
from accord.platform.transfer.origins import evidence, stating

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path):
    """A list, and the form that was filled in."""
    lifecycle.ensure()
    purposes.add(label="News", by=None)
    (tmp_path / "list.csv").write_text("E-mail\nzoe@globex.example\n")
    (tmp_path / "form.pdf").write_bytes(b"%PDF")
    return tmp_path


def bring(files, *arguments):
    words = [str(files / "list.csv"), "--into", "contacts", *arguments]
    return import_.run(commands.parser("import", import_).parse_args(words))


def test_a_list_of_people_who_agreed(files, capsys):
    proof = ("--evidence", str(files / "form.pdf"), "--origin", "Fair", "--collected", "2026-03-01")
    places = ("--for", "news/email", "--for", "news/post")
    assert bring(files, "--basis", "consent", *places, *proof, "--json") == 0
    job = Import.objects.get(pk=json.loads(capsys.readouterr().out)["import_id"])
    assert (job.basis, job.origin, job.collected_on) == ("consent", "Fair", date(2026, 3, 1))
    assert evidence.of(job).read_bytes() == b"%PDF"
    zoe = Contact.objects.get()
    asked = {each: consent.question("news", each) for each in Channel}
    now = timezone.now()
    allowed = [each for each in Channel if consent.may_send(zoe, asked[each], now)]
    assert allowed == [Channel.EMAIL, Channel.POST]


def test_a_list_nothing_is_said_of(files):
    assert bring(files) == 0
    assert Import.objects.get().basis == "unknown"


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("--origin", "Fair"), stating.NoBasis),
        (("--basis", "bought"), stating.NoBasis),
        (("--basis", "interest", "--origin", "Fair"), stating.Unproven),
        (("--basis", "interest", "--collected", "1.3.2026"), import_.NoDay),
        (("--basis", "interest", "--evidence", "nowhere.pdf"), import_.NoSuchFile),
    ],
)
def test_what_is_said_by_half_brings_nothing_in(files, arguments, refusal):
    with pytest.raises(refusal):
        bring(files, *arguments)
    assert not Import.objects.exists()
    assert not Contact.objects.exists()
