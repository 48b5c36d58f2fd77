"""Settings > Deleted: what each may bring back, for 30 days."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.marketing import campaigns
from accord.people import companies, contacts
from accord.people.models import Contact

pytestmark = pytest.mark.django_db
URL = "/settings/deleted/"


def test_what_was_deleted_is_found_and_brought_back(client, mia, ana, acme):
    client.force_login(mia)
    assert "Nothing was deleted" in client.get(URL).text
    contacts.delete(ana, by=mia)
    companies.delete(acme, by=mia)
    fair = campaigns.create(values={"name": "Spring fair"}, by=mia)
    campaigns.delete(fair, by=mia)
    page = client.get(URL).text
    for name in ("Ana Alvarez", "Acme", "Spring fair"):
        assert f"Bring {name} back" in page
    client.post(f"/contacts/{ana.pk}/deleted/")
    client.post(f"/campaigns/{fair.pk}/restoration/")
    page = client.get(URL).text
    assert "Bring Acme back" in page and "Bring Ana" not in page and "Bring Spring" not in page


def test_only_ones_own_of_the_last_thirty_days_are_listed(client, mia, ben, ana, acme):
    theirs = contacts.create(values={"last_name": "Veit", "owner": mia}, by=mia)
    old = contacts.create(values={"last_name": "Gone"}, by=mia)
    for each in (ana, theirs, old):
        contacts.delete(each, by=mia)
    Contact.objects.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    client.force_login(ben)
    page = client.get(URL).text
    assert "Ana Alvarez" in page and "Veit" not in page and "Gone" not in page


def test_many_cost_no_more_queries(client, mia, acme, django_assert_max_num_queries):
    client.force_login(mia)
    for number in range(5):
        made = contacts.create(values={"last_name": f"Veit {number}"}, by=mia)
        contacts.delete(made, by=mia)
    client.get(URL)
    with django_assert_max_num_queries(10):
        client.get(URL)
