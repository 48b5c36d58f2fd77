"""Search text without accents: the column is made anew, because its expression changes."""

import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat

from accord.platform.search import Fold

ACCENTED = (
    "ßøłđıħŧæœðþàáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćĉċčďēĕėęěĝğġģĥĩīĭįĵķĺļľńņňōŏőŕŗřśŝşšţť"
    "ũūŭůűųŵŷźżžơưǎǐǒǔǖǘǚǜǟǡǧǩǫǭǰǵǹǻȁȃȅȇȉȋȍȏȑȓȕȗșțȟȧȩȫȭȯȱȳ"
)
PLAIN = (
    "soldihtaodtaaaaaaceeeeiiiinooooouuuuyyaaaccccdeeeeegggghiiiijklllnnnooorrrsssstt"
    "uuuuuuwyzzzouaiouuuuuaagkoojgnaaaeeiioorruusthaeooooy"
)

# Most names have no accents: looking each letter up in the table would cost more than the rest.
FOLD = f"""
CREATE FUNCTION accord_fold(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$ BEGIN
    IF octet_length($1) = char_length($1) THEN RETURN lower($1); END IF;
    RETURN translate(lower($1), '{ACCENTED}', '{PLAIN}');
END $$
"""

CONTACT = Concat(F("first_name"), Value(" "), F("last_name"), Value(" "), F("email"))
COMPANY = Concat(F("name"), Value(" "), F("domain"))


def _anew(model, expression, index):
    column = models.GeneratedField(
        expression=Fold(expression), output_field=models.TextField(), db_persist=True
    )
    fast = django.contrib.postgres.indexes.GinIndex(
        django.contrib.postgres.indexes.OpClass(F("search_text"), name="gin_trgm_ops"), name=index
    )
    return [
        migrations.RemoveIndex(model_name=model, name=index),
        migrations.RemoveField(model_name=model, name="search_text"),
        migrations.AddField(model_name=model, name="search_text", field=column),
        migrations.AddIndex(model_name=model, index=fast),
    ]


class Migration(migrations.Migration):
    dependencies = [("people", "0002_sorted_names_and_tags")]

    operations = [
        migrations.RunSQL(FOLD, "DROP FUNCTION accord_fold(text) CASCADE"),
        *_anew("contact", CONTACT, "contact_search"),
        *_anew("company", COMPANY, "company_search"),
    ]
