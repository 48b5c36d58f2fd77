"""Touches and people are found by the campaign they name, whatever the case it is written in."""

from django.db import migrations

INDEXES = """
CREATE INDEX event_campaign ON platform_event (lower(campaign)) WHERE campaign <> '';
CREATE INDEX contact_campaign ON people_contact (lower(campaign)) WHERE campaign <> '';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("marketing", "0002_campaign_is_a_record"),
        ("platform", "0002_event_log_and_logbooks"),
    ]
    operations = [
        migrations.RunSQL(INDEXES, "DROP INDEX event_campaign; DROP INDEX contact_campaign"),
    ]
