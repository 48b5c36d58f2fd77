"""The worker is told only where somebody was noted for a deal: most changes concern nobody."""

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
BEFORE = import_module("accord.sales.migrations.0008_people_of_changed_deals")


def functions():
    for _, _, _, name, select in BEFORE.CHANGED.values():
        yield FUNCTION.format(name=name, select=select)


class Migration(migrations.Migration):
    dependencies = [("sales", "0010_leaner_indices")]
    operations = [migrations.RunSQL(each, migrations.RunSQL.noop) for each in functions()]
