"""Words that name a person are taken out of texts, wherever they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Field, JSONField, Model, UniqueConstraint

from accord.platform.personal import Person, Texts

ERASED = "[erased]"
_ENDING = r"(?:csv|tsv|txt|xlsx?|pdf|eml|vcf|json)(?![\w.-])"  # of a file named after one
_NO_DOMAIN = rf"(?!\.(?!{_ENDING})\w)"  # an address ends here: no longer one begins with it
SHORTEST = 5  # characters: what is shorter stands in too many other words


def sweep(texts: Texts, person: Person) -> int:
    """Write [erased] for a person's words in columns of a table; answers how many rows changed.

    Whole words only, in either case, also as addresses of pages write them. The logbooks must
    be open where the table is one.
    """
    return sum(_sweep(texts.model, each) for each in _looked_for(texts, person))


def count(texts: Texts, person: Person) -> int:
    """In how many rows of a table a word of the person stands."""
    found: set[int] = set()
    for each in _looked_for(texts, person):
        name = connection.ops.quote_name(texts.model._meta.db_table)
        with connection.cursor() as cursor:
            where = _where(texts.model, each)
            cursor.execute(f"SELECT id FROM {name} WHERE {where}", {"pattern": each.pattern})
            found.update(pk for (pk,) in cursor.fetchall())
    return len(found)


@dataclass(frozen=True)
class _Look:
    """A pattern that is looked for in columns of some rows. but: a key of JSON that stays."""

    columns: Collection[str]
    pattern: str
    rows: str = "true"
    but: str = ""


def _looked_for(texts: Texts, person: Person) -> Iterator[_Look]:
    no_ids = matching([word for word in person.words if word not in person.ids])
    ids, both = matching(person.ids), matching(person.words)
    mine = f"NOT ({texts.others})" if texts.others else "true"
    looks = [_Look(texts.columns, both, mine), _Look(texts.keys, no_ids)]
    if texts.others:
        looks.append(_Look(texts.columns, no_ids, texts.others))
    if texts.own:
        free = [field.name for field in texts.model._meta.fields if isinstance(field, JSONField)]
        within = [name for name in texts.columns if name in free]
        looks.append(_Look(within, ids, texts.others, texts.own))
        rest = [name for name in texts.columns if name not in free]
        looks.append(_Look(rest, ids, texts.others))
    return (look for look in looks if look.columns and look.pattern)


def _sweep(model: type[Model], look: _Look) -> int:
    sets = ", ".join(_replaced(field, model, look.but) for field in _fields(model, look.columns))
    name = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {name} SET {sets} WHERE {_where(model, look)}",
            {"pattern": look.pattern, "erased": ERASED},
        )
        return int(cursor.rowcount)


def _where(model: type[Model], look: _Look) -> str:
    texts = (_text(field, look.but) for field in _fields(model, look.columns))
    return f"({look.rows}) AND ({' OR '.join(f'{text} ~* %(pattern)s' for text in texts)})"


def matching(words: Collection[str]) -> str:
    """A regular expression of PostgreSQL for these words; "" where there is none to look for."""
    one = "|".join(_escaped(form) + (_NO_DOMAIN if "@" in form else "") for form in _all(words))
    return rf"(?<![[:alnum:]_.+-])({one})(?![[:alnum:]_-])" if one else ""


def finder(words: Collection[str]) -> re.Pattern[str] | None:
    """A regular expression of Python for these words, None where there is none to look for."""
    ends = ((re.escape(form), _NO_DOMAIN if "@" in form else "") for form in _all(words))
    one = "|".join(form + end for form, end in ends)
    return re.compile(rf"(?<![\w.+-])({one})(?![\w-])", re.IGNORECASE) if one else None


def free_text(model: type[Model]) -> tuple[str, ...]:
    """Columns of a table in which anything can be written."""
    return tuple(field.name for field in model._meta.concrete_fields if _is_free(field))


def _fields(model: type[Model], columns: Collection[str]) -> list[Field[Any, Any]]:
    known = {each.name: each for each in model._meta.concrete_fields}
    return [known[name] for name in columns]


def _is_free(field: Field[Any, Any]) -> bool:
    kind = field.get_internal_type()
    if field.choices or field.primary_key or kind == "GeneratedField" or field.unique:
        return False
    return kind in ("TextField", "JSONField", "CharField", "ArrayField") and (
        kind != "CharField" or (field.max_length or 0) > 20
    )


def _replaced(field: Field[Any, Any], model: type[Model], but: str) -> str:
    name = connection.ops.quote_name(str(field.column))
    said = f"regexp_replace({_text(field, but)}, %(pattern)s, %(erased)s, 'gi')"
    match field:
        case JSONField() if but:
            own = f"SELECT key, value FROM jsonb_each({name}) WHERE key = '{but}'"
            stays = f"SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM ({own}) AS own"
            return f"{name} = ({said})::jsonb || ({stays})"
        case JSONField():
            return f"{name} = ({said})::jsonb"
        case ArrayField():
            return (
                f"{name} = ARRAY(SELECT regexp_replace(one, %(pattern)s, %(erased)s, 'gi') "
                f"FROM unnest({name}) AS one)"
            )
        case _:
            length = getattr(field, "max_length", None)
            cut = f"left({said}, {int(length)})" if length else said
            # Two rows must not come to have the same name where each has its own.
            numbered = f"left({said}, {int(length or 40) - 20}) || ' ' || id"
            return f"{name} = " + (
                f"CASE WHEN {_text(field)} ~* %(pattern)s THEN {numbered} ELSE {name} END"
                if _is_ones_own(field, model)
                else cut
            )


def _is_ones_own(field: Field[Any, Any], model: type[Model]) -> bool:
    """Whether no two rows may have the same value in this column."""
    only = (each for each in model._meta.constraints if isinstance(each, UniqueConstraint))
    named = (f"F({field.name})", f"F('{field.name}')")
    return any(
        field.name in each.fields or any(name in repr(each.expressions) for name in named)
        for each in only
    )


def _text(field: Field[Any, Any], but: str = "") -> str:
    name = connection.ops.quote_name(str(field.column))
    return f"({name} - '{but}')::text" if but else f"{name}::text"


def _all(words: Collection[str]) -> list[str]:
    """Every form of these words, longer ones first."""
    forms = {form for word in words if len(word) >= SHORTEST for form in _forms(word)}
    return sorted(forms, key=lambda form: (-len(form), form))


def _forms(word: str) -> set[str]:
    """A word as texts, JSON and addresses of pages write it."""
    return {word, json.dumps(word, ensure_ascii=False)[1:-1], quote(word), quote(word, safe="")}


def _escaped(word: str) -> str:
    return re.sub(r"([^\w\s@-])", r"\\\1", word).replace(" ", r"\s+")
