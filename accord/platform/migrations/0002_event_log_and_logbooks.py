"""The event table, cut by month, and the triggers that keep logbooks append-only."""

from django.db import migrations

EVENT = """
CREATE SEQUENCE platform_event_id_seq AS bigint CACHE 20;
CREATE TABLE platform_event (
    id bigint NOT NULL DEFAULT nextval('platform_event_id_seq'),
    name varchar(80) NOT NULL,
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    team varchar(10) NOT NULL DEFAULT '',
    contact_id bigint,
    company_id bigint,
    deal_id bigint,
    user_id bigint,
    source varchar(200) NOT NULL DEFAULT '',
    channel varchar(40) NOT NULL DEFAULT '',
    campaign varchar(200) NOT NULL DEFAULT '',
    properties jsonb NOT NULL DEFAULT '{}',
    import_id bigint,
    PRIMARY KEY (id, happened_at)
) PARTITION BY RANGE (happened_at);
ALTER SEQUENCE platform_event_id_seq OWNED BY platform_event.id;
CREATE INDEX event_contact ON platform_event (contact_id, happened_at DESC, id DESC)
    WHERE contact_id IS NOT NULL;
CREATE INDEX event_company ON platform_event (company_id, happened_at DESC, id DESC)
    WHERE company_id IS NOT NULL;
CREATE INDEX event_deal ON platform_event (deal_id, happened_at DESC, id DESC)
    WHERE deal_id IS NOT NULL;
CREATE INDEX event_import ON platform_event (import_id) WHERE import_id IS NOT NULL;
"""

LOGBOOKS = ("platform_auditentry", "platform_fieldchange", "platform_event")

REFUSE = """
CREATE FUNCTION accord_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('accord.rewriting', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_first")]
    operations = [
        migrations.RunSQL(EVENT, "DROP TABLE platform_event"),
        migrations.RunSQL(REFUSE, "DROP FUNCTION accord_refuse_rewriting() CASCADE"),
        *(migrations.RunSQL(TRIGGER.format(table=table), "SELECT 1") for table in LOGBOOKS),
    ]
