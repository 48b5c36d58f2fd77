"""Stage changes are a logbook: the trigger of the other logbooks refuses to rewrite them."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON sales_stagechange
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0002_open_deal_has_no_ending"),
        ("platform", "0002_event_log_and_logbooks"),
    ]
    operations = [
        migrations.RunSQL(TRIGGER, "DROP TRIGGER append_only ON sales_stagechange"),
    ]
