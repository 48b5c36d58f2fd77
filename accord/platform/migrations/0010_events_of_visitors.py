"""Events of visitors: who (visitor), in which visit (session), a person or a machine (actor).

Whose a visitor's event is follows from evidence, and its visit from what else that visitor did
that day. So those two columns, and nothing else of a row, may be set again while
accord.rewriting is 'following'.
"""

from django.db import migrations

COLUMNS = """
ALTER TABLE platform_event
    ADD COLUMN visitor_id bigint,
    ADD COLUMN session_id bigint,
    ADD COLUMN actor varchar(8) NOT NULL DEFAULT '';
CREATE INDEX event_visitor ON platform_event (visitor_id, happened_at)
    WHERE visitor_id IS NOT NULL;
"""
COLUMNS_BACK = """
ALTER TABLE platform_event DROP COLUMN visitor_id, DROP COLUMN session_id, DROP COLUMN actor;
"""

REFUSE = """
CREATE OR REPLACE FUNCTION accord_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mode text := coalesce(current_setting('accord.rewriting', true), '');
BEGIN
    IF mode = 'on' THEN RETURN NULL; END IF;
    IF mode = 'following' AND TG_OP = 'UPDATE' AND TG_TABLE_NAME LIKE 'platform\\_event%' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE FUNCTION accord_refuse_rewriting_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mode text := coalesce(current_setting('accord.rewriting', true), '');
BEGIN
    IF mode = 'following' AND TG_OP = 'UPDATE' AND OLD.visitor_id IS NOT NULL
        AND to_jsonb(NEW) - '{contact_id,session_id}'::text[]
            = to_jsonb(OLD) - '{contact_id,session_id}'::text[]
    THEN RETURN NEW; END IF;
    IF mode <> 'on' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0009_logbooks_hold_in_every_part")]
    operations = [
        migrations.RunSQL(COLUMNS, COLUMNS_BACK),
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
    ]
