"""Versions of forms and what was sent by them stay as they are: only verdicts may change."""

from django.db import migrations

VERSIONS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON marketing_formversion
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_rewriting();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON marketing_formversion
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_emptying();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON marketing_submission
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_emptying();
"""

SUBMISSIONS = """
CREATE FUNCTION accord_refuse_other_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('accord.rewriting', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER append_only BEFORE DELETE ON marketing_submission
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_rewriting();
CREATE TRIGGER append_only_rows BEFORE UPDATE ON marketing_submission
    FOR EACH ROW WHEN (
        (OLD.version_id, OLD.form_id, OLD.at, OLD.answers, OLD.agreed, OLD.email, OLD.page,
         OLD.referrer, OLD.agent, OLD.network, OLD.visitor, OLD.ticket, OLD.proven, OLD.score,
         OLD.reasons)
        IS DISTINCT FROM
        (NEW.version_id, NEW.form_id, NEW.at, NEW.answers, NEW.agreed, NEW.email, NEW.page,
         NEW.referrer, NEW.agent, NEW.network, NEW.visitor, NEW.ticket, NEW.proven, NEW.score,
         NEW.reasons)
    ) EXECUTE FUNCTION accord_refuse_other_answers();
"""
BACK = """
DROP FUNCTION accord_refuse_other_answers() CASCADE;
DROP TRIGGER append_only ON marketing_submission;
DROP TRIGGER append_only_whole ON marketing_submission;
DROP TRIGGER append_only_whole ON marketing_formversion;
DROP TRIGGER append_only ON marketing_formversion;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("marketing", "0004_forms"),
        ("platform", "0009_logbooks_hold_in_every_part"),
    ]
    operations = [migrations.RunSQL(VERSIONS + SUBMISSIONS, BACK)]
