"""Segments: rules about people, and what they say of one person.

The SQL compiler stands apart (`accord.engine.segments.sql`): it loads SQLGlot, which only those
who compile should wait for.
"""

from accord.engine.segments.catalogue import Catalogue, Field, check
from accord.engine.segments.language import Rule
from accord.engine.segments.meaning import matches
from accord.engine.segments.notation.reading import from_json, loads
from accord.engine.segments.notation.writing import dumps, to_json
from accord.engine.segments.person import Person
from accord.engine.segments.telling.explanations import Line, explain
from accord.engine.segments.telling.sentences import describe
from accord.engine.segments.terms import BadRule
from accord.engine.segments.turns import turns_at

__all__ = [
    "BadRule",
    "Catalogue",
    "Field",
    "Line",
    "Person",
    "Rule",
    "check",
    "describe",
    "dumps",
    "explain",
    "from_json",
    "loads",
    "matches",
    "to_json",
    "turns_at",
]
