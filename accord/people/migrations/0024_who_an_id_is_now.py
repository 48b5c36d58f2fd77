"""Who an id of another system is now, where its contact was merged into another one."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION accord_merged_contact(called text) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE way AS (
        SELECT id, merged_into_id, deleted_at FROM people_contact
        WHERE external_id = called AND external_id <> '' AND deleted_at IS NOT NULL
            AND merged_into_id IS NOT NULL
        UNION
        SELECT c.id, c.merged_into_id, c.deleted_at
        FROM way JOIN people_contact AS c ON c.id = way.merged_into_id
    )
    SELECT min(id) FROM way WHERE merged_into_id IS NULL AND deleted_at IS NULL
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0023_banner_only_added")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION accord_merged_contact(text)")]
