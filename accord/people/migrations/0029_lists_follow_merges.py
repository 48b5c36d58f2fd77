"""A place on a list moves when contacts are merged: whoever had it and has it is asked anew."""

from importlib import import_module

from django.db import migrations

live = import_module("accord.people.migrations.0015_live_segments")
SELECT = (
    "SELECT places.contact_id, 'list', NULL::timestamptz FROM"
    " (SELECT contact_id, segment_id FROM gone UNION SELECT contact_id, segment_id FROM added)"
    " AS places JOIN people_segment AS list ON list.id = segment_id WHERE list.rule IS NULL"
)
FORWARD = live.FUNCTION.format(name="list_changed", select=SELECT) + live.TRIGGER.format(
    when="list_changed", event="UPDATE", table="people_membership", rows=live.BOTH, name="list_changed"
)
BACK = """
DROP TRIGGER changed_list_changed ON people_membership;
DROP FUNCTION accord_changed_list_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0028_merges_of_imports")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
