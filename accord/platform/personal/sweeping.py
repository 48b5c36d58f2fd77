"""Words that name a person are taken out of texts, wherever they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
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
    return sum(_sweep(texts.model, *each) for each in _looked_for(texts, person))


def count(texts: Texts, person: Person) -> int:
    """In how many rows of a table a word of the person stands."""
    found: set[int] = set()
    for columns, pattern in _looked_for(texts, person):
        fields = _fields(texts.model, columns)
        where = " OR ".join(f"{_text(field)} ~* %(pattern)s" for field in fields)
        name = connection.ops.quote_name(texts.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {name} WHERE {where}", {"pattern": pattern})
            found.update(pk for (pk,) in cursor.fetchall())
    return len(found)


def _sweep(model: type[Model], columns: Collection[str], pattern: str) -> int:
    fields = _fields(model, columns)
    sets = ", ".join(_replaced(field, model) for field in fields)
    where = " OR ".join(f"{_text(field)} ~* %(pattern)s" for field in fields)
    name = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {name} SET {sets} WHERE {where}",
            {"pattern": pattern, "erased": ERASED},
        )
        return int(cursor.rowcount)


def _looked_for(texts: Texts, person: Person) -> Iterator[tuple[Collection[str], str]]:
    """Columns, and the pattern that is looked for in them."""
    no_ids = [word for word in person.words if word not in person.ids]
    for columns, words in ((texts.columns, person.words), (texts.keys, no_ids)):
        if columns and (pattern := matching(words)):
            yield columns, pattern


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


def _replaced(field: Field[Any, Any], model: type[Model]) -> str:
    name = connection.ops.quote_name(str(field.column))
    said = f"regexp_replace({_text(field)}, %(pattern)s, %(erased)s, 'gi')"
    match field:
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


def _text(field: Field[Any, Any]) -> str:
    return f"{connection.ops.quote_name(str(field.column))}::text"


def _all(words: Collection[str]) -> list[str]:
    """Every form of these words, longer ones first."""
    forms = {form for word in words if len(word) >= SHORTEST for form in _forms(word)}
    return sorted(forms, key=lambda form: (-len(form), form))


def _forms(word: str) -> set[str]:
    """A word as texts, JSON and addresses of pages write it."""
    return {word, json.dumps(word, ensure_ascii=False)[1:-1], quote(word), quote(word, safe="")}


def _escaped(word: str) -> str:
    return re.sub(r"([^\w\s@-])", r"\\\1", word).replace(" ", r"\s+")
