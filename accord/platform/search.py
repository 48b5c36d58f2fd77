"""Text as search compares it: small letters without accents, the same here and in PostgreSQL."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField

ACCENTED = (
    "ßøłđıħŧæœðþàáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćĉċčďēĕėęěĝğġģĥĩīĭįĵķĺļľńņňōŏőŕŗřśŝşšţť"
    "ũūŭůűųŵŷźżžơưǎǐǒǔǖǘǚǜǟǡǧǩǫǭǰǵǹǻȁȃȅȇȉȋȍȏȑȓȕȗșțȟȧȩȫȭȯȱȳ"
)
PLAIN = (
    "soldihtaodtaaaaaaceeeeiiiinooooouuuuyyaaaccccdeeeeegggghiiiijklllnnnooorrrsssstt"
    "uuuuuuwyzzzouaiouuuuuaagkoojgnaaaeeiioorruusthaeooooy"
)
_TABLE = str.maketrans(ACCENTED, PLAIN)


def fold(text: str) -> str:
    """The text in small letters without accents: "Müller" is "muller"."""
    return text.lower().translate(_TABLE)


class Fold(Func):
    """`fold` as the database does it, for generated columns and their indexes."""

    function = "accord_fold"


class Spellings(Func):
    """The words of 3 to 7 letters in a folded text, whole and with each letter left out.

    Two words share one where one letter is more, less, another or at another place.
    """

    function = "accord_spellings"
    output_field = ArrayField(TextField())
