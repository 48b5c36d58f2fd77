"""Stage changes refuse to be emptied, as the other logbooks do."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON sales_stagechange
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_emptying();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0004_deal_search_without_accents"),
        ("platform", "0009_logbooks_hold_in_every_part"),
    ]
    operations = [
        migrations.RunSQL(TRIGGER, "DROP TRIGGER append_only_whole ON sales_stagechange"),
    ]
