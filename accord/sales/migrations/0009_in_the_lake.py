"""These tables stand in the lake: what changes in them is noted."""

from django.db import migrations

TABLES = ("sales_deal", "sales_dealcontact")


class Migration(migrations.Migration):
    dependencies = [("sales", "0008_people_of_changed_deals"), ("platform", "0012_lake")]
    operations = [
        migrations.RunSQL(
            f"SELECT accord_lake_follow('{table}')", f"SELECT accord_lake_leave('{table}')"
        )
        for table in TABLES
    ]
