"""The role of a deal that two contacts share, once they are one."""

from accord.people import contacts
from accord.people.identity import merging
from accord.platform.models import FieldChange
from accord.sales.deal_contacts import add_contact
from accord.sales.models import DealContact


def test_a_role_in_a_deal_is_not_lost_and_its_history_tells_it(deal, ana, mia, ben):
    ann = contacts.create(values={"email": "ann@acme.example"}, by=mia)
    add_contact(deal, ana, by=ben)
    add_contact(deal, ann, role="Signs", by=ben)
    before = list(DealContact.objects.order_by("pk").values_list())
    merge = merging.merge(ana, ann, choices={}, by=mia)
    assert DealContact.objects.get(deal=deal, contact=ana).role == "Signs"
    last = FieldChange.objects.filter(subject_type="deal", field="contacts").latest("pk")
    assert [ana.pk, "Signs"] in last.new and [ana.pk, ""] in last.old
    merging.unmerge(merge, by=mia)
    assert list(DealContact.objects.order_by("pk").values_list()) == before
