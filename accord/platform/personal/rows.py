"""Rows of tables as JSON values, whole: what a column is added for is in every export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import GeneratedField, Model, QuerySet

from accord.platform.personal import Row


def of(rows: QuerySet[Any], **more: str) -> Iterator[Row]:
    """Every column of these rows but generated ones; bytes as text.

    more: columns of related tables to tell beside, by the name they get.
    """
    columns = names(rows.model)
    paths = list(more.values())
    for found in rows.order_by("pk").values(*columns, *paths).iterator(1_000):
        row = {name: _plain(found[name]) for name in columns}
        beside = {name: found[path] for name, path in more.items()}
        yield json.loads(json.dumps(row | beside, cls=DjangoJSONEncoder))


def names(model: type[Model]) -> list[str]:
    """The columns of a table that are kept, not computed."""
    left_out = (GeneratedField,)
    return [each.attname for each in model._meta.concrete_fields if not isinstance(each, left_out)]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value
