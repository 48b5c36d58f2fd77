"""Lifecycle changes are a logbook: they are only added, as the other logbooks are."""

from django.db import migrations

TRIGGERS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON people_lifecyclechange
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_rewriting();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON people_lifecyclechange
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_emptying();
"""
BACK = """
DROP TRIGGER append_only_whole ON people_lifecyclechange;
DROP TRIGGER append_only ON people_lifecyclechange;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_contacts_by_first_contact"),
        ("platform", "0009_logbooks_hold_in_every_part"),
    ]
    operations = [migrations.RunSQL(TRIGGERS, BACK)]
