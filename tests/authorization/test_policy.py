"""The policy as a table: what the product promises, hat by hat."""

from itertools import combinations

import pytest

from accord.people.models import Contact
from accord.platform.access import permissions, preferences
from accord.platform.access.permissions import Forbidden, Scope
from accord.platform.models import Role, Team, User

# One line a permission; columns are the hats. all, led (teams one leads), own, or - for nothing.
TABLE = """
                 owner admin manager marketer seller analyst read_only
contact.read     all   all   all     all      all    all     all
contact.write    all   all   led     all      own    -       -
company.read     all   all   all     all      all    all     all
company.write    all   all   led     all      own    -       -
deal.read        all   all   all     all      all    all     all
deal.write       all   all   led     -        own    -       -
campaign.read    all   all   all     all      all    all     all
campaign.write   all   all   -       all      -      -       -
segment.write    all   all   all     all      -      -       -
form.read        all   all   all     all      -      all     all
form.write       all   all   -       all      -      -       -
tracking.manage  all   all   -       all      -      -       -
consent.manage   all   all   -       -        -      -       -
suppression.write all  all   -       all      -      -       -
report.read      all   all   all     all      all    all     all
import.run       all   all   all     all      all    -       -
import.undo      all   all   own     own      own    -       -
export.run       all   all   -       -        -      all     -
bulk.edit        all   all   led     all      own    -       -
view.share       all   all   all     all      -      -       -
product.write    all   all   -       -        -      -       -
target.write     all   all   all     -        -      -       -
audit.read       all   all   -       -        -      -       -
privacy.manage   all   all   -       -        -      -       -
settings.manage  all   all   -       -        -      -       -
members.manage   all   all   -       -        -      -       -
owner.manage     all   -     -       -        -      -       -
system.manage    all   all   -       -        -      -       -
"""
WORDS = {"all": Scope.ALL, "led": Scope.LED, "own": Scope.OWN, "-": Scope.NONE}
HATS, *LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(hat, line[0], word) for line in LINES for hat, word in zip(HATS, line[1:], strict=True)]

pytestmark = pytest.mark.django_db


def test_the_table_covers_every_hat_and_permission():
    assert set(Role.values) == set(HATS)
    assert [line[0] for line in LINES] == list(permissions.PERMISSIONS)


@pytest.mark.parametrize(("hat", "permission", "word"), CELLS, ids=str)
def test_a_hat_grants_what_the_table_says(hat, permission, word):
    assert permissions.granted(hat, permission) is WORDS[word]


def test_hats_add_up(ben):
    assert not permissions.may(ben, "export.run")
    ben.roles = [Role.SELLER, Role.ANALYST]
    assert permissions.may(ben, "export.run")
    assert permissions.may(ben, "deal.write")


@pytest.mark.parametrize("pair", list(combinations(HATS, 2)), ids="+".join)
def test_two_hats_grant_what_either_grants_and_nothing_more(ben, pair):
    ben.roles = list(pair)
    for name, *words in LINES:
        either = {WORDS[words[HATS.index(hat)]] for hat in pair} - {Scope.NONE}
        wanted = {Scope.ALL} if Scope.ALL in either else either
        assert permissions.scopes(ben, name) == wanted, name


def test_somebody_switched_off_may_nothing(olga):
    olga.is_active = False
    assert not any(permissions.may(olga, name) for name in permissions.PERMISSIONS)


def test_an_unknown_permission_is_a_bug(olga):
    with pytest.raises(KeyError):
        permissions.may(olga, "contacts.read")


@pytest.fixture
def records(ben, lars, mia, north):
    """One contact of each kind, seen from Ben and from Lars who leads Ben's team."""
    kim = User.objects.create(name="Kim", email="kim@accord.example", team=north)
    far = User.objects.create(
        name="Far", email="far@accord.example", team=Team.objects.create(name="South")
    )
    owners = {"ben": ben, "lars": lars, "mate": kim, "other": far, "teamless": mia, "nobody": None}
    return {name: Contact.objects.create(owner=owner) for name, owner in owners.items()}


def _reach(user, permission, records):
    """Names of the records this person reaches, by the query and by the question alike."""
    found = set(Contact.objects.filter(permissions.rows(user, permission)))
    by_query = {name for name, record in records.items() if record in found}
    by_record = {name for name, r in records.items() if permissions.may(user, permission, r)}
    assert by_query == by_record
    return by_query


def test_a_seller_writes_own_and_unowned_records(ben, records):
    assert _reach(ben, "contact.read", records) == set(records)
    assert _reach(ben, "contact.write", records) == {"ben", "nobody"}


def test_sellers_may_be_let_write_the_records_of_their_team(ben, olga, records):
    preferences.change(seller_writes_team=True, by=olga)
    assert _reach(ben, "contact.write", records) == {"ben", "mate", "nobody"}


def test_sellers_may_be_held_to_the_records_of_their_team(ben, olga, records):
    preferences.change(seller_reads="team", by=olga)
    assert _reach(ben, "contact.read", records) == {"ben", "mate", "nobody"}
    assert _reach(ben, "contact.write", records) == {"ben", "nobody"}


def test_sellers_held_to_their_own_records_never_write_what_they_cannot_read(ben, olga, records):
    preferences.change(seller_reads="own", seller_writes_team=True, by=olga)
    assert _reach(ben, "contact.read", records) == {"ben", "nobody"}
    assert _reach(ben, "contact.write", records) == {"ben", "nobody"}


def test_sellers_held_to_some_records_read_reports_about_those(ben, olga):
    preferences.change(seller_reads="team", by=olga)
    assert permissions.may(ben, "report.read")
    assert permissions.scopes(ben, "deal.read") == {permissions.Scope.TEAM}


def test_a_manager_writes_records_of_the_teams_they_lead(lars, records):
    assert _reach(lars, "contact.read", records) == set(records)
    assert _reach(lars, "contact.write", records) == {"ben", "lars", "mate", "nobody"}


def test_a_manager_who_leads_nobody_writes_own_and_unowned_records(lars, north, records):
    north.lead = None
    north.save(update_fields=["lead"])
    for record in records.values():
        record.refresh_from_db()
    assert _reach(lars, "contact.write", records) == {"lars", "nobody"}


def test_a_manager_who_also_sells_reaches_what_either_hat_reaches(lars, olga, records):
    preferences.change(seller_reads="team", seller_writes_team=True, by=olga)
    lars.roles = [Role.MANAGER, Role.SELLER]
    lars.team = Team.objects.get(name="South")
    assert _reach(lars, "contact.write", records) >= {"ben", "mate", "other", "nobody"}


def test_only_an_owner_touches_an_owner(olga, mia):
    admin = User.objects.create(name="Ada", email="ada@accord.example", roles=[Role.ADMIN])
    permissions.require_manage(admin, mia)
    permissions.require_manage(olga, admin)
    permissions.require_manage(None, olga)
    with pytest.raises(Forbidden):
        permissions.require_manage(admin, olga)
    with pytest.raises(Forbidden):
        permissions.require_manage(mia, mia)
