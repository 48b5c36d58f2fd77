"""What was done about a privacy request is a logbook: it is only added to."""

from django.db import migrations

TRIGGERS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON people_privacystep
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_rewriting();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON people_privacystep
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_emptying();
"""
BACK = """
DROP TRIGGER append_only_whole ON people_privacystep;
DROP TRIGGER append_only ON people_privacystep;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0017_privacy_requests_and_erasures"),
        ("platform", "0010_events_of_visitors"),
    ]
    operations = [migrations.RunSQL(TRIGGERS, BACK)]
