"""How the short words of a text may be spelled, for an index: see accord.platform.search."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION accord_spellings(search text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE
    word text;
    found text[] := '{}';
BEGIN
    FOREACH word IN ARRAY string_to_array(search, ' ') LOOP
        CONTINUE WHEN length(word) NOT BETWEEN 3 AND 7;
        found := found || word;
        FOR place IN 1..length(word) LOOP
            found := found || overlay(word placing '' from place for 1);
        END LOOP;
    END LOOP;
    RETURN found;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0018_one_letter_off")]

    operations = [
        migrations.RunSQL("DROP FUNCTION IF EXISTS accord_one_letter_off(text, text)", ""),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION accord_spellings(text)"),
    ]
