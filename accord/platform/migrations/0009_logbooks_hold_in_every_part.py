"""Logbooks refuse to be rewritten month by month, and to be emptied.

A statement's trigger on the event table does not see who names one of its parts, a row's does:
PostgreSQL gives it to every part, those to come included.
"""

from django.db import migrations

ROWS = """
CREATE FUNCTION accord_refuse_rewriting_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('accord.rewriting', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON platform_event
    FOR EACH ROW EXECUTE FUNCTION accord_refuse_rewriting_rows();
"""
ROWS_BACK = "DROP FUNCTION accord_refuse_rewriting_rows() CASCADE"

EMPTYING = """
CREATE FUNCTION accord_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('accord.emptying', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DO $$
DECLARE part text;
BEGIN
    FOR part IN
        SELECT relid::regclass::text FROM pg_partition_tree('platform_event')
        UNION ALL SELECT unnest(ARRAY['platform_auditentry', 'platform_fieldchange'])
    LOOP
        EXECUTE format('CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_emptying()', part);
    END LOOP;
END $$;
"""
EMPTYING_BACK = "DROP FUNCTION accord_refuse_emptying() CASCADE"


class Migration(migrations.Migration):
    dependencies = [("platform", "0008_import_digest_rehearsal_and_makers")]
    operations = [
        migrations.RunSQL(ROWS, ROWS_BACK),
        migrations.RunSQL(EMPTYING, EMPTYING_BACK),
    ]
