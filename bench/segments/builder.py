"""How fast the builder answers where there are a million contacts, in process.

Opening a rule and typing in it never wait for a count: that arrives after, an estimate first.
"""

from __future__ import annotations

import json
from statistics import median
from typing import Any

from bench import figures
from bench.figures import Figure

SOON = 300.0  # milliseconds, p95
ROUNDS = 5


def measure(rules: dict[str, Any]) -> list[Figure]:
    """Open the builder and each reference rule in it, change it, and look at who that is."""
    from django.test import Client

    from accord.engine import segments as engine
    from accord.people.consents import purposes
    from accord.platform.models import User

    user = User.objects.get(email="user0@accord.example")
    purposes.add(label="Newsletter", by=user)
    whole = Client(headers={"host": "localhost"})
    client = Client(headers={"host": "localhost", "hx-request": "true"})
    for each in (whole, client):
        each.force_login(user)
    forms = [_form(engine.to_json(rule)) for rule in rules.values()]
    times: dict[str, list[float]] = {
        "opening": [_took(whole, "get", "/segments/new/") for _ in range(len(forms) * ROUNDS)],
        "typing": [
            _took(client, "post", "/segments/new/", form) for _ in range(ROUNDS) for form in forms
        ],
        "the estimate": [_took(client, "post", "/segments/look/", form) for form in forms],
        "the count": [_took(client, "post", "/segments/look/?exact", form) for form in forms],
        "who is reached": [_took(client, "post", "/segments/look/?reach", form) for form in forms],
    }
    return [each for what, found in times.items() for each in _told(what, found)]


def _form(rule: Any) -> dict[str, list[str]]:
    """What the builder's form posts for a rule."""
    from accord.web.segments import rows

    form: dict[str, list[str]] = {}
    for place, row in enumerate(rows.of(rule)):
        form |= {f"what-{place}": [row.what], f"depth-{place}": [str(row.depth)]}
        form |= {f"{name}-{place}": list(values) for name, values in row.given.items()}
        if row.denied:
            form[f"not-{place}"] = ["1"]
    return form


def _took(client: Any, method: str, path: str, form: Any = None) -> float:
    answered = []
    ms = figures.took(lambda: answered.append(getattr(client, method)(path, form or {})))
    if answered[0].status_code != 200:
        raise RuntimeError(f"{path} answered {answered[0].status_code}: {json.dumps(form)}")
    return ms


def _told(what: str, times: list[float]) -> list[Figure]:
    name, worst = f"segments: builder, {what}", figures.percentile(times, 0.95)
    middle = figures.reported(f"{name}, p50", median(times), "ms")
    if what in ("opening", "typing"):
        return [middle, figures.at_most(f"{name}, p95", worst, "ms", SOON)]
    return [middle, figures.reported(f"{name}, p95", worst, "ms")]
