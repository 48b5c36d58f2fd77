"""Touches are found by person and by when they were recorded, without reading the whole log."""

from django.db import migrations

TOUCHES = """
CREATE INDEX event_touch ON platform_event (contact_id, happened_at) WHERE channel <> ''
"""
TELLING = """
CREATE INDEX event_telling ON platform_event (recorded_at) WHERE channel <> '' OR name = ANY (ARRAY[
    'activity.deleted', 'activity.restored', 'deal.contact_added', 'deal.contact_removed',
    'affiliation.added', 'affiliation.removed'])
"""
STEPS = "CREATE INDEX lifecycle_recorded ON people_lifecyclechange (recorded_at)"


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0003_credit_holds_no_deal"),
        ("platform", "0005_event_recorded_index"),
        ("people", "0001_first"),
    ]
    operations = [
        migrations.RunSQL(TOUCHES, "DROP INDEX event_touch"),
        migrations.RunSQL(TELLING, "DROP INDEX event_telling"),
        migrations.RunSQL(STEPS, "DROP INDEX lifecycle_recorded"),
    ]
