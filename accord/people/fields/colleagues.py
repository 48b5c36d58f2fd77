"""Colleagues named in custom fields, which no foreign key knows."""

from __future__ import annotations

import json

from django.db.models import F, Func, JSONField, Value
from django.db.models.functions import Cast

from accord.people.models import CustomField
from accord.platform.models import Record
from accord.platform.trail import history


def replace(old: int, new: int) -> None:
    """Name another colleague wherever a custom field names `old` (ids of users)."""
    for field in CustomField.objects.filter(kind=CustomField.Kind.PERSON):
        for model in Record.__subclasses__():
            if model._meta.model_name == field.noun:
                changed = Func(
                    F("custom"),
                    Value([field.name]),
                    Cast(Value(json.dumps(new)), JSONField()),
                    function="jsonb_set",
                )
                model._base_manager.filter(custom__contains={field.name: old}).update(
                    custom=changed, version=F("version") + 1
                )
        history.replace(field.name, old, new, subject_type=field.noun)
