"""What the banner says and what visitors answered are logbooks: they are only added."""

from django.db import migrations

TABLES = ("people_bannertext", "people_banneranswer")

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
    dependencies = [("people", "0022_banner")]
    operations = [
        migrations.RunSQL(TRIGGERS.format(table=table), BACK.format(table=table))
        for table in TABLES
    ]
