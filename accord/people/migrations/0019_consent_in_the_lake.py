"""What people agreed to and withdrew stands in the lake: what changes in it is noted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0018_privacy_steps_only_added")]
    operations = [
        migrations.RunSQL(
            "SELECT accord_lake_follow('people_consentrecord')",
            "SELECT accord_lake_leave('people_consentrecord')",
        )
    ]
