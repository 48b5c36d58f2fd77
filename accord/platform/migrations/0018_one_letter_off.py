"""Names that one wrong letter keeps from being found by trigrams: short ones."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

FUNCTION = """
CREATE FUNCTION accord_one_letter_off(search text, typed text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(bool_or(levenshtein_less_equal(word, typed, 1) <= 1), false)
    FROM unnest(string_to_array(search, ' ')) AS word
    WHERE length(word) BETWEEN length(typed) - 1 AND length(typed) + 1
$$
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0017_bulk_leaves_out_restricted")]

    operations = [
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION accord_one_letter_off(text, text)"),
    ]
