"""The ledger of consent and the texts people agreed to are logbooks: they are only added."""

from django.db import migrations

TABLES = ("people_consentrecord", "people_consenttext")

TRIGGERS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_rewriting();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_emptying();
"""
BACK = """
DROP TRIGGER append_only_whole ON {table};
DROP TRIGGER append_only ON {table};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_consent"),
        ("platform", "0009_logbooks_hold_in_every_part"),
    ]
    operations = [
        migrations.RunSQL(TRIGGERS.format(table=table), BACK.format(table=table))
        for table in TABLES
    ]
