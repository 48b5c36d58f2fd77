"""Whose record is restricted no more is noted, to be asked again for segments.

So is who holds somebody's restriction no longer, because a merge was taken back.
"""

from django.db import migrations

NOTE = """
CREATE FUNCTION accord_asked_again(people bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF accord_segments_live() THEN
        WITH RECURSIVE way (id) AS (
            SELECT unnest(people)
            UNION SELECT contact.merged_into_id FROM way JOIN people_contact AS contact USING (id)
            WHERE contact.merged_into_id IS NOT NULL
        )
        INSERT INTO people_changedperson (contact_id, what) SELECT id, 'contact' FROM way;
        IF FOUND THEN PERFORM pg_notify('accord_work', ''); END IF;
    END IF;
END $$;
"""
LIFTED = """
CREATE FUNCTION accord_restriction_lifted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accord_asked_again(ARRAY(SELECT contact_id FROM gone));
    RETURN NULL;
END $$;
CREATE TRIGGER lifted_update AFTER UPDATE ON people_restriction REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION accord_restriction_lifted();
CREATE TRIGGER lifted_delete AFTER DELETE ON people_restriction REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION accord_restriction_lifted();
"""
APART = """
CREATE FUNCTION accord_merge_taken_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accord_asked_again(ARRAY[OLD.merged_into_id]);
    RETURN NULL;
END $$;
CREATE TRIGGER taken_back AFTER UPDATE OF merged_into_id ON people_contact
    FOR EACH ROW WHEN (OLD.merged_into_id IS NOT NULL AND NEW.merged_into_id IS NULL)
    EXECUTE FUNCTION accord_merge_taken_back();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0033_spellings")]
    operations = [
        migrations.RunSQL(NOTE, "DROP FUNCTION accord_asked_again"),
        migrations.RunSQL(LIFTED, "DROP FUNCTION accord_restriction_lifted CASCADE"),
        migrations.RunSQL(APART, "DROP FUNCTION accord_merge_taken_back CASCADE"),
    ]
