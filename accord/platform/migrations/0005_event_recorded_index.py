"""What was recorded lately is found without reading the whole log."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("platform", "0004_user_merged_into")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX event_recorded ON platform_event USING brin (recorded_at)",
            "DROP INDEX event_recorded",
        )
    ]
