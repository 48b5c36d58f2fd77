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
from accord.people.models import ConsentRecord, Contact
from accord.platform.models import Import
from accord.platform.transfer import runs
from accord.platform.transfer.origins import evidence, stating

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path, settings):
    """A list, and the form that was filled in."""
    settings.DATA = tmp_path / "data"
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


def told(files, *more, origin="Fair"):
    proof = ("--evidence", str(files / "form.pdf"), "--collected", "2026-03-01")
    return ("--basis", "consent", "--for", "news/email", "--origin", origin, *proof, *more)


@pytest.fixture
def cut_short(files, monkeypatch):
    """Brings the file in, and is killed as its rows are about to be read."""

    def cut(*arguments):
        with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
            killed.setattr(runs, "run", lambda pk: (_ for _ in ()).throw(KeyboardInterrupt))
            bring(files, *arguments)
        return Import.objects.get()

    return cut


def test_an_import_cut_short_goes_on_where_the_same_is_said_of_it(files, cut_short):
    job = cut_short(*told(files))
    assert bring(files, *told(files)) == 0
    assert Import.objects.get() == job
    assert ConsentRecord.objects.get().import_id == job.pk


def test_of_one_that_says_nothing_an_unknown_origin_may_be_said(files, cut_short):
    cut_short()
    assert bring(files, "--basis", "unknown") == 0
    assert Import.objects.get().basis == "unknown"


def test_an_import_cut_short_does_not_go_on_as_something_else(files, cut_short):
    job = cut_short(*told(files))
    (files / "other.pdf").write_bytes(b"%PDF, another one")
    for other in (
        (),
        ("--basis", "unknown"),
        told(files, origin="Bazaar"),
        told(files, "--for", "news/post"),
        told(files, "--collected", "2026-03-02"),
        told(files, "--evidence", str(files / "other.pdf")),
    ):
        with pytest.raises(import_.StatedOtherwise, match=f"accord import resume {job.pk}"):
            bring(files, *other)
    assert Import.objects.get() == job
    assert not ConsentRecord.objects.exists()
    assert [path for _, path in evidence.kept()] == [evidence.of(job)]


def test_what_is_said_wrongly_is_refused_also_where_an_import_goes_on(files, cut_short):
    cut_short()
    with pytest.raises(stating.NoBasis):
        bring(files, "--basis", "bought")
    with pytest.raises(import_.StatedOtherwise):
        bring(files, *told(files))


@pytest.mark.parametrize("what", ["resume", "undo"])
def test_nothing_is_stated_as_an_import_is_undone_or_gone_on_with(files, cut_short, what):
    job = cut_short()
    for more in (("--basis", "unknown"), ("--origin", "Fair")):
        words = [what, str(job.pk), *more]
        with pytest.raises(import_.NothingToState):
            import_.run(commands.parser("import", import_).parse_args(words))
