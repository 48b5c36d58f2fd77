import pytest
from django.utils import timezone

from accord.people import contacts, visitors
from accord.people.models import Contact, Merge, NotTheSame


@pytest.fixture
def ann(mia, ana):
    values = {"first_name": "Ann", "email": "anna@acme.example", "title": "Head", "tags": ["vip"]}
    return contacts.create(values=values, by=mia)


@pytest.fixture
def signed_in(client, mia):
    client.force_login(mia)
    return client


def test_who_looks_alike_is_proposed_and_told_apart_for_good(signed_in, ana, ann, mia):
    page = signed_in.get(f"/contacts/{ana.pk}/alike/").content.decode()
    assert "nearly the same: anna@acme.example" in page and "Not the same" in page
    signed_in.post(f"/contacts/{ana.pk}/alike/different/", {"other": ann.pk})
    signed_in.post(f"/contacts/{ann.pk}/alike/different/", {"other": ana.pk})
    assert NotTheSame.objects.count() == 1
    for each in (ana, ann):
        assert "Looks like" not in signed_in.get(f"/contacts/{each.pk}/alike/").content.decode()


def test_a_device_whose_browser_opted_out_is_shown_with_that(signed_in, ana):
    now = timezone.now()
    for opted_out in (False, True):
        seen = visitors.Seen("device", "hers", now, 1, opted_out)
        device = visitors.meet([seen])["device", "hers"]
        claim = visitors.Claim(device.pk, now, 1, "m", emails=(ana.email,))
        visitors.recognise([claim], [device])
        page = signed_in.get(f"/contacts/{ana.pk}/alike/").content.decode()
        assert "Known on" in page
        assert ("asked that nothing be sold or shared" in page) is opted_out


def test_a_merge_is_seen_before_done_and_undone(signed_in, ana, ann):
    page = signed_in.get(f"/contacts/{ana.pk}/merge/", {"with": ann.pk}).content.decode()
    assert "Job title" in page and "Addresses" in page and "Both together" in page
    sent = {"with": ann.pk, "f-title": "kept", "f-first_name": "gone"}
    answer = signed_in.post(f"/contacts/{ana.pk}/merge/", sent)
    assert answer.headers["Location"] == f"/contacts/{ana.pk}/"
    ana.refresh_from_db()
    assert (ana.first_name, ana.title, ana.tags) == ("Ann", "", ["vip"])
    answer = signed_in.get(f"/contacts/{ann.pk}/")
    assert answer.headers["Location"] == f"/contacts/{ana.pk}/"
    merge = Merge.objects.get()
    page = signed_in.get(f"/contacts/merges/{merge.pk}/").content.decode()
    assert "anna@acme.example" in page and "entries of the timeline" in page
    signed_in.post(f"/contacts/merges/{merge.pk}/undo/", {"whole": "1"})
    ana.refresh_from_db()
    assert ana.first_name == "Ana"
    assert signed_in.get(f"/contacts/{ann.pk}/").status_code == 200
    again = signed_in.post(f"/contacts/merges/{merge.pk}/undo/", {"whole": "1"})
    assert again.status_code == 422 and "taken back already" in again.content.decode()


def test_only_what_is_ticked_goes_back(signed_in, ana, ann):
    signed_in.post(f"/contacts/{ana.pk}/merge/", {"with": ann.pk})
    merge = Merge.objects.get()
    address = merge.items.get(name="people_address")
    signed_in.post(f"/contacts/merges/{merge.pk}/undo/", {"item": [address.pk]})
    ana.refresh_from_db()
    assert ana.tags == ["vip"]
    page = signed_in.get(f"/contacts/merges/{merge.pk}/").content.decode()
    assert "Stayed with" in page and "Went back to" in page
    assert Contact.objects.get(pk=ann.pk).email == "anna@acme.example"


def test_a_deleted_list_does_not_offer_who_was_merged(signed_in, ana, ann):
    signed_in.post(f"/contacts/{ana.pk}/merge/", {"with": ann.pk})
    assert (
        f"/contacts/{ann.pk}/deleted/" not in signed_in.get("/settings/deleted/").content.decode()
    )


@pytest.mark.parametrize("other", ["x", "0", "99999999999999999999", "-1", ""])
def test_nonsense_is_no_other_contact(signed_in, ana, other):
    answer = signed_in.post(f"/contacts/{ana.pk}/merge/", {"with": other, "f-title": "gone"})
    assert answer.status_code in (200, 404)
    assert not Merge.objects.exists()


def test_a_choice_that_is_none_is_refused_with_a_sentence(signed_in, ana, ann):
    sent = {"with": ann.pk, "f-title": "sideways"}
    answer = signed_in.post(f"/contacts/{ana.pk}/merge/", sent)
    assert answer.status_code == 422
    assert "Job title: choose which value stays." in answer.content.decode()
