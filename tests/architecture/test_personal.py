"""Every table says what it keeps of the people we sell to, so that access and erasure reach it."""

import pytest
from django.apps import apps

from accord.platform import personal
from accord.platform.personal import sweeping

MODELS = [model for model in apps.get_models() if not model._meta.proxy]
HOW = (
    "{0} is not declared. Say in its folder's personal.py what it keeps of a person: "
    "personal.offer(Store(..., tables=('{0}',), ...)) where its rows are about one, "
    "personal.sweep(TITLE, MODEL, *COLUMNS, keys=()) where somebody may be named in its texts, "
    "personal.impersonal(REASON, '{0}') where it holds nothing of contacts. See docs/privacy.md."
)


@pytest.mark.parametrize("table", [model._meta.label for model in MODELS])
def test_a_table_says_what_it_keeps_of_a_person(table):
    assert table in personal.declared(), HOW.format(table)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_table_that_leads_to_a_contact_is_a_store(model):
    offered = {table for store in personal.stores() for table in store.tables}
    columns = {field.attname for field in model._meta.concrete_fields}
    if "contact_id" in columns and model._meta.label != "people.Contact":
        assert model._meta.label in offered, f"{model._meta.label} has a contact: offer a store."


def test_what_is_declared_is_there():
    known = {model._meta.label for model in MODELS}
    assert set(personal.declared()) <= known


@pytest.mark.parametrize("table", sorted(personal.swept()))
def test_swept_columns_are_text(table):
    texts = personal.swept()[table]
    assert {*texts.columns, *texts.keys} <= set(sweeping.free_text(texts.model))


def test_every_store_says_which_tables_it_reads():
    assert all(store.tables or store.apart for store in personal.stores())
