"""What the wizard proposes for columns and for values that no list knows."""

import io

import pytest

from accord.people import lifecycle
from accord.platform.models import User
from accord.platform.transfer import headers, imports, mapping
from accord.web.transfer import repairs

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(mia, ben):
    lifecycle.ensure()

    def run(text):
        job = imports.begin(io.BytesIO(text.encode()), name="l.csv", into="contacts", by=mia)
        return job, headers.mapping_for(job)

    return run


def test_usual_headers_of_stage_and_owner_are_known(begun):
    _, wanted = begun("E-mail,Lifecycle,Owner e-mail\na@x.example,Lead,\n")
    assert {fill.field: fill.columns for fill in wanted.fills} == {
        "email": ("E-mail",),
        "stage": ("Lifecycle",),
        "owner": ("Owner e-mail",),
    }


def test_colleagues_are_known_by_name_address_and_id(begun, mia, ben):
    User.objects.filter(pk=ben.pk).update(external_id="sales-7")
    swapped = f"{mia.email[1]}{mia.email[0]}{mia.email[2:]}"
    slip = mia.email.replace("accord", "acord")
    people = (mia.name, mia.email.upper(), "sales-7", slip, swapped)
    rows = "".join(f"{at}@x.example,{who}\n" for at, who in enumerate(people))
    job, wanted = begun(f"E-mail,Owner\n{rows}")
    found = {each.value: each.meant for each in repairs.odd(job, wanted)}
    assert found == {slip: mia.email, swapped: ""}
    by_id = mapping.from_json({
        "into": "contacts",
        "columns": {"E-mail": "email", "Owner": {"field": "owner", "known_by": "external_id"}},
    })  # fmt: skip
    assert repairs.odd(job, by_id) == []


def test_short_values_are_proposed_where_only_one_can_be_meant(begun):
    job, wanted = begun("E-mail,Lifecycle\n1@x.example,Leed\n2@x.example,SAL\n3@x.example,MLQ\n")
    found = {each.value: each.meant for each in repairs.odd(job, wanted)}
    assert found == {"Leed": "Lead", "SAL": "", "MLQ": "MQL"}
