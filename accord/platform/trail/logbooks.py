"""Append-only tables refuse to be changed. Erasure, undo and a few others may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def opened() -> Iterator[None]:
    """Within this block, in one transaction, audit, history and events may be rewritten.

    For erasure on a person's demand, the undo of an import, the removal of demo data, and a
    placeholder that turns out to be somebody, only.
    """
    with _rewriting("on"):
        yield


@contextmanager
def following() -> Iterator[None]:
    """Within this block, in one transaction, whose a visitor's event is and which visit it
    belongs to may be set again: `contact_id` and `session_id`, nothing else of any row.
    """
    with _rewriting("following"):
        yield


@contextmanager
def merging() -> Iterator[None]:
    """Within this block, in one transaction, whose an event is may be set again: `contact_id` of
    the event log, nothing else. Merging contacts and its undo keep which events they moved.
    """
    with _rewriting("merging"):
        yield


@contextmanager
def classing() -> Iterator[None]:
    """Within this block, in one transaction, what channel a visitor's event is of may be set
    again: `channel`, nothing else of any row. For classing the past by other rules.
    """
    with _rewriting("classing"):
        yield


@contextmanager
def _rewriting(mode: str) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('accord.rewriting', %s, true)", [mode])
        yield
        cursor.execute("SET LOCAL accord.rewriting = 'off'")
