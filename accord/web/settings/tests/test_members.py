import pytest

from accord.channels.models import Message
from accord.people.models import Contact
from accord.platform.access import accounts
from accord.platform.models import Team, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client, olga):
    client.force_login(olga)
    return olga


def _text(answer):
    return answer.content.decode()


def test_everybody_stands_in_the_list_but_those_merged_away(client, owner, ben, mia):
    accounts.placeholder(name="Rosa", by=owner)
    User.objects.create(name="Gone", merged_into=ben, is_active=False, password="!")
    text = _text(client.get("/settings/members/"))
    assert all(name in text for name in ("Olga", "Ben", "Mia", "Rosa", "Placeholder"))
    assert "Gone" not in text


def test_the_list_costs_the_same_for_many(client, owner, django_assert_max_num_queries):
    north = Team.objects.create(name="North")
    for at in range(40):
        User.objects.create(name=f"P{at}", email=f"p{at}@accord.example", team=north)
    client.get("/settings/members/")
    with django_assert_max_num_queries(8):
        client.get("/settings/members/")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"email": "kim", "roles": ["seller"]}, "Write it like name@company.com"),
        ({"email": "ben@accord.example", "roles": ["seller"]}, "is here already"),
        ({"email": "kim@accord.example"}, "at least one role"),
    ],
)
def test_an_invitation_that_cannot_be_sent_says_why(client, owner, ben, said, sentence):
    answer = client.post("/settings/members/new/", said)
    assert answer.status_code == 422
    assert sentence in _text(answer)
    assert not Message.objects.exists()


def test_a_placeholder_is_invited_and_keeps_its_roles(client, owner):
    rosa = accounts.placeholder(name="Rosa", by=owner)
    accounts.set_roles(rosa, roles=["marketer"], by=owner)
    client.post(f"/settings/members/{rosa.pk}/invitation/", {"email": "rosa@accord.example"})
    rosa.refresh_from_db()
    assert (rosa.email, rosa.roles) == ("rosa@accord.example", ["marketer"])
    assert Message.objects.get(to="rosa@accord.example")


def test_inviting_somebody_who_signs_in_is_refused_on_their_page(client, owner, mia):
    answer = client.post(f"/settings/members/{mia.pk}/invitation/", {"email": mia.email})
    assert answer.status_code == 422
    assert "account that works" in _text(answer)


def test_a_placeholder_is_merged_into_a_colleague(client, owner, mia):
    accounts.set_password(mia, password="correct horse battery", by=mia)
    rosa = accounts.placeholder(name="Rosa", by=owner)
    ana = Contact.objects.create(first_name="Ana", owner=rosa)
    answer = client.post(f"/settings/members/{rosa.pk}/merge/", {"into": mia.pk}, follow=True)
    assert "1 records and links of Rosa are Mia" in _text(answer)
    ana.refresh_from_db()
    assert ana.owner == mia
    assert client.get(f"/settings/members/{rosa.pk}/").status_code == 404


def test_what_the_trade_forbids_is_said_on_the_page(client, owner):
    answer = client.post(f"/settings/members/{owner.pk}/roles/", {"roles": ["seller"]})
    assert answer.status_code == 422
    assert "Make somebody else an owner first" in _text(answer)
    answer = client.post(f"/settings/members/{owner.pk}/access/", {"on": "0"})
    assert "your own account" in _text(answer)
    owner.refresh_from_db()
    assert (owner.roles, owner.is_active) == (["owner"], True)


def test_an_account_is_switched_off_and_on(client, owner, mia):
    accounts.set_password(mia, password="correct horse battery", by=mia)
    client.post(f"/settings/members/{mia.pk}/access/", {"on": "0"})
    mia.refresh_from_db()
    assert not mia.is_active
    client.post(f"/settings/members/{mia.pk}/access/", {"on": "1"})
    mia.refresh_from_db()
    assert mia.is_active


def test_an_admin_sees_the_owners_page_without_anything_to_change(client, owner):
    ada = User.objects.create(name="Ada", email="ada@accord.example", roles=["admin"])
    client.force_login(ada)
    text = _text(client.get(f"/settings/members/{owner.pk}/"))
    assert "Only an owner changes" in text
    assert "Save the roles" not in text
    assert "Owner</b>" not in _text(client.get("/settings/members/new/"))


def test_teams_are_founded_led_filled_and_dissolved(client, owner, mia, ben):
    client.post("/settings/teams/", {"name": "West", "lead": mia.pk})
    west = Team.objects.get(name="West")
    client.post(f"/settings/teams/{west.pk}/members/", {"members": [ben.pk]})
    assert list(west.members.all()) == [ben]
    client.post(f"/settings/teams/{west.pk}/lead/", {"lead": ""})
    west.refresh_from_db()
    assert west.lead is None
    taken = client.post(f"/settings/teams/{west.pk}/name/", {"name": "north"})
    assert (taken.status_code, "Choose another name" in _text(taken)) == (422, True)
    client.post(f"/settings/teams/{west.pk}/removal/")
    ben.refresh_from_db()
    assert ben.team is None
