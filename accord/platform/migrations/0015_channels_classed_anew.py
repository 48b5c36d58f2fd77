"""What channel a visitor's event is of may be set again while accord.rewriting is 'classing':
channel, and nothing else of a row, of what a visitor did.
"""

from django.db import migrations

REFUSE = """
CREATE OR REPLACE FUNCTION accord_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mode text := coalesce(current_setting('accord.rewriting', true), '');
BEGIN
    IF mode = 'on' THEN RETURN NULL; END IF;
    IF mode IN ('following', 'merging', 'classing') AND TG_OP = 'UPDATE'
        AND TG_TABLE_NAME LIKE 'platform\\_event%' THEN
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
    IF mode = 'merging' AND TG_OP = 'UPDATE' AND NEW.contact_id IS NOT NULL
        AND to_jsonb(NEW) - 'contact_id' = to_jsonb(OLD) - 'contact_id'
    THEN RETURN NEW; END IF;
    IF mode = 'classing' AND TG_OP = 'UPDATE' AND OLD.visitor_id IS NOT NULL
        AND to_jsonb(NEW) - 'channel' = to_jsonb(OLD) - 'channel'
    THEN RETURN NEW; END IF;
    IF mode <> 'on' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0014_leaner_indices")]
    operations = [migrations.RunSQL(REFUSE, migrations.RunSQL.noop)]
