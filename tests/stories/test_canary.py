"""The canary is heard in every column in which anything can be written of a person."""

import pytest
from django.apps import apps
from django.db import connection

from accord.platform import personal
from accord.platform.personal import sweeping
from tests.stories import canary

pytestmark = pytest.mark.django_db
# Columns in which Accord writes words of its own, numbers, digests and shortened addresses.
OURS = {
    "channels.FailedEvent": "address origin reason",
    "channels.Message": "circumstances purpose",
    "channels.PageCount": "channel",
    "channels.Receipt": "address origin",
    "insight.Credit": "channel",
    "marketing.Campaign": "channel marks",
    "marketing.Form": "draft",
    "marketing.Proposal": "field",
    "marketing.Submission": "agreed left_out network reasons",
    "people.BannerAnswer": "chain agreed digest network salt seal",
    "people.ChangedPerson": "what",
    "people.Company": "domain",
    "people.ConsentRecord": "digest ip purpose salt seal",
    "people.Contact": "channel phone",
    "people.Erasure": "counts digests done mark plan",
    "people.Evidence": "moments",
    "people.MergeItem": "left name",
    "people.Suppression": "digest",
    "platform.AuditEntry": "subject_type verb",
    "platform.BulkChange": "field ids",
    "platform.Event": "channel name",
    "platform.FieldChange": "field subject_type",
    "platform.Import": "digest evidence_digest places stored_as",
    "platform.Job": "name",
    "platform.LakeFile": "digest table",
}


def test_every_text_holds_a_canary(settings, tmp_path):
    """What can be written of a person is written, so that the search after an erasure means it."""
    settings.DATA = tmp_path
    settings.MAIL_URL = "console:"
    first = canary.build()
    canary.joined(first)
    ours = {f"{table}.{name}" for table, names in OURS.items() for name in names.split()}
    assert set(_silent()) == ours


def _silent():
    offered = {table for store in personal.stores() for table in store.tables}
    for label in sorted(offered | set(personal.swept())):
        model = apps.get_model(label)
        for name in sweeping.free_text(model):
            column = model._meta.get_field(name).column
            if not _is_heard(model._meta.db_table, column):
                yield f"{label}.{name}"


def _is_heard(table, column):
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT 1 FROM "{table}" WHERE "{column}"::text ILIKE %s LIMIT 1',
            [f"%{canary.SONG}%"],
        )
        return cursor.fetchone() is not None
