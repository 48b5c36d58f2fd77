"""The worker is told only where somebody was noted: most changes concern nobody."""

from importlib import import_module

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION accord_changed_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF accord_segments_live() THEN
        INSERT INTO people_changedperson (contact_id, what, due_at)
        {select};
        IF FOUND THEN PERFORM pg_notify('accord_work', ''); END IF;
    END IF;
    RETURN NULL;
END $$;
"""
BEFORE = import_module("accord.people.migrations.0015_live_segments")


def functions():
    for name, (_, _, _, select) in BEFORE.PLAIN.items():
        yield FUNCTION.format(name=name, select=select)


class Migration(migrations.Migration):
    dependencies = [("people", "0025_channel_rules")]
    operations = [migrations.RunSQL(each, migrations.RunSQL.noop) for each in functions()]
