from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.test import RequestFactory
from django.utils import timezone

from accord.platform import links
from accord.platform.access import accounts, preferences, teams
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, OneTimeLink, Role, Team, User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def ada(db):
    return User.objects.create(name="Ada", email="ada@accord.example", roles=[Role.ADMIN])


def _token(url):
    return url.rstrip("/").rsplit("/", 1)[-1]


def _signs_in(email, password=PASSWORD):
    return authenticate(RequestFactory().post("/sign-in/"), email=email, password=password)


def test_the_set_up_link_makes_the_first_owner_once():
    link = accounts.setup_link()
    said = {"email": " Olga@Accord.example ", "name": "Olga", "password": PASSWORD}
    owner = accounts.create_owner(token=_token(link), company="Heliogrid", **said)
    assert (owner.email, owner.roles) == ("olga@accord.example", ["owner"])
    assert _signs_in("olga@accord.example") == owner
    assert preferences.current().company_name == "Heliogrid"
    with pytest.raises(links.LinkSpent):
        accounts.create_owner(token=_token(link), company="Evil", **said)
    assert accounts.setup_link() is None


def test_a_refused_set_up_leaves_the_link_usable():
    token = _token(accounts.setup_link())
    with pytest.raises(accounts.WeakPassword):
        accounts.create_owner(
            token=token, email="o@accord.example", name="O", password="short", company="H"
        )
    assert links.find(links.Kind.SETUP, token)


def test_a_new_set_up_link_ends_the_older():
    first, second = accounts.setup_link(), accounts.setup_link()
    with pytest.raises(links.LinkSpent):
        links.find(links.Kind.SETUP, _token(first))
    assert links.find(links.Kind.SETUP, _token(second))


def test_an_owner_made_on_the_command_line_ends_the_set_up_link():
    token = _token(accounts.setup_link())
    accounts.add(email="o@accord.example", name="O", roles=["owner"], password=PASSWORD, by=None)
    with pytest.raises(links.LinkSpent):
        links.find(links.Kind.SETUP, token)
    assert preferences.current().setup_done


def test_only_the_hash_of_a_link_is_kept():
    token = _token(accounts.setup_link())
    assert token not in str(OneTimeLink.objects.values_list().get())


def test_links_start_with_the_address_of_the_company(settings, olga):
    settings.BASE_URL = "https://crm.accord.example"
    invitation = accounts.invite(email="kim@accord.example", roles=["seller"], by=olga)
    assert invitation.url.startswith("https://crm.accord.example/invitation/")


def test_an_invitation_lets_one_person_in_once(olga, north):
    invitation = accounts.invite(
        email="Kim@Accord.example", roles=["analyst", "seller"], team=north, by=olga
    )
    assert not invitation.user.is_active
    kim = accounts.accept(token=_token(invitation.url), name="Kim Lee", password=PASSWORD)
    assert (kim.name, kim.roles, kim.team) == ("Kim Lee", ["seller", "analyst"], north)
    assert _signs_in("kim@accord.example") == kim
    with pytest.raises(links.LinkSpent):
        accounts.accept(token=_token(invitation.url), name="X", password="another good one")


def test_an_invitation_ends_after_seven_days(olga):
    invitation = accounts.invite(email="kim@accord.example", roles=["seller"], by=olga)
    later = timezone.now() + timedelta(days=7, minutes=1)
    with time_machine.travel(later), pytest.raises(links.LinkSpent, match="seven days"):
        accounts.accept(token=_token(invitation.url), name="Kim", password=PASSWORD)


def test_a_new_invitation_ends_the_older(olga):
    first = accounts.invite(email="kim@accord.example", roles=["seller"], by=olga)
    second = accounts.invite(email="kim@accord.example", roles=["seller"], by=olga)
    assert first.user == second.user
    with pytest.raises(links.LinkSpent):
        accounts.accept(token=_token(first.url), name="Kim", password=PASSWORD)


def test_somebody_who_signs_in_is_not_invited_again(olga, ben):
    ben.set_password(PASSWORD)
    ben.save(update_fields=["password"])
    with pytest.raises(accounts.AddressTaken):
        accounts.invite(email="BEN@accord.example", roles=["seller"], by=olga)


def test_a_placeholder_owns_records_and_cannot_sign_in_until_invited(olga):
    rosa = accounts.placeholder(name="Rosa", external_id="SDR-4", by=olga)
    assert rosa.is_placeholder and not rosa.has_usable_password()
    with pytest.raises(accounts.NeedsAddress):
        accounts.invite_again(rosa, roles=["seller"], by=olga)
    invitation = accounts.invite_again(rosa, email="rosa@accord.example", roles=["seller"], by=olga)
    accounts.accept(token=_token(invitation.url), name="", password=PASSWORD)
    rosa.refresh_from_db()
    assert (rosa.name, rosa.is_placeholder) == ("Rosa", False)


@pytest.mark.parametrize("address", ["", "kim", "kim@", "@accord.example", "a b@c.de"])
def test_an_address_that_is_none_is_refused(olga, address):
    with pytest.raises(accounts.BadAddress, match="Write it like"):
        accounts.invite(email=address, roles=["seller"], by=olga)
    assert User.objects.count() == 1


def test_an_admin_makes_nobody_an_owner(ada, mia):
    with pytest.raises(Forbidden):
        accounts.set_roles(mia, roles=["owner"], by=ada)
    with pytest.raises(Forbidden):
        accounts.invite(email="kim@accord.example", roles=["owner"], by=ada)
    assert not User.objects.filter(email="kim@accord.example").exists()


def test_an_admin_leaves_the_owner_alone(ada, olga, north):
    for change in (
        lambda: accounts.set_roles(olga, roles=["seller"], by=ada),
        lambda: accounts.disable(olga, by=ada),
        lambda: accounts.rename(olga, name="X", by=ada),
        lambda: teams.join(olga, team=north, by=ada),
    ):
        with pytest.raises(Forbidden):
            change()
    olga.refresh_from_db()
    assert (olga.name, olga.roles, olga.is_active) == ("Olga", ["owner"], True)


def test_the_last_owner_stays(olga, ada):
    with pytest.raises(accounts.LastOwner):
        accounts.set_roles(olga, roles=["admin"], by=olga)
    with pytest.raises(accounts.LastOwner):
        accounts.disable(olga, by=None)
    accounts.set_roles(ada, roles=["owner"], by=olga)
    accounts.set_roles(olga, roles=["admin"], by=olga)
    olga.refresh_from_db()
    assert olga.roles == ["admin"]


def test_a_switched_off_owner_is_no_owner(olga, ada):
    accounts.set_roles(ada, roles=["owner", "admin"], by=olga)
    accounts.disable(ada, by=olga)
    with pytest.raises(accounts.LastOwner):
        accounts.disable(olga, by=None)


def test_nobody_switches_themselves_off(olga, ada):
    with pytest.raises(accounts.NotYourself):
        accounts.disable(ada, by=ada)


def test_switching_off_and_on_is_audited_once(olga, mia):
    mia.set_password(PASSWORD)
    mia.save(update_fields=["password"])
    accounts.disable(mia, by=olga)
    accounts.disable(mia, by=olga)
    assert _signs_in(mia.email) is None
    accounts.enable(mia, by=olga)
    assert _signs_in(mia.email) == mia
    verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["user.disabled", "user.enabled"]


def test_somebody_never_invited_is_not_switched_on(olga):
    rosa = accounts.placeholder(name="Rosa", by=olga)
    with pytest.raises(accounts.NotInvited):
        accounts.enable(rosa, by=olga)


@pytest.mark.parametrize("password", ["short", "password123", "benokafor1234"])
def test_a_password_easy_to_guess_is_refused_with_the_reason(ben, password):
    ben.name = "benokafor1234"
    with pytest.raises(accounts.WeakPassword, match="password"):
        accounts.set_password(ben, password=password, by=ben)


def test_roles_are_known_and_at_least_one(olga, mia):
    with pytest.raises(accounts.UnknownRole):
        accounts.set_roles(mia, roles=["emperor"], by=olga)
    with pytest.raises(accounts.NeedsRole):
        accounts.set_roles(mia, roles=[], by=olga)


def test_a_team_has_a_name_of_its_own_and_a_lead_who_joins(olga, mia):
    team = teams.create(name=" West ", lead=mia, by=olga)
    mia.refresh_from_db()
    assert (team.name, mia.team) == ("West", team)
    with pytest.raises(teams.TeamNameTaken):
        teams.create(name="WEST", by=olga)
    with pytest.raises(teams.TeamNeedsName):
        teams.rename(team, name=" ", by=olga)


def test_a_dissolved_team_keeps_its_people(olga, ben, north):
    teams.remove(north, by=olga)
    ben.refresh_from_db()
    assert ben.team is None
    assert not Team.objects.exists()


def test_only_who_manages_members_changes_teams(ben, mia, north):
    with pytest.raises(Forbidden):
        teams.join(mia, team=north, by=ben)
    with pytest.raises(Forbidden):
        teams.create(name="South", by=mia)
