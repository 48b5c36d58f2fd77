"""Text as search compares it: small letters without accents, the same here and in PostgreSQL."""

from __future__ import annotations

from django.db.models import Func

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
