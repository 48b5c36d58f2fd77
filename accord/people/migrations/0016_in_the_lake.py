"""These tables stand in the lake: what changes in them is noted."""

from django.db import migrations

TABLES = ("people_contact", "people_company", "people_affiliation", "people_lifecyclechange",
    "people_membership")


class Migration(migrations.Migration):
    dependencies = [("people", "0015_live_segments"), ("platform", "0012_lake")]
    operations = [
        migrations.RunSQL(
            f"SELECT accord_lake_follow('{table}')", f"SELECT accord_lake_leave('{table}')"
        )
        for table in TABLES
    ]
