"""Where a list of people is from and what they may be written to on, as a form asks it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_date

from accord.engine.errors import Refused
from accord.platform.access.permissions import Forbidden
from accord.platform.models import Import, User
from accord.platform.transfer import imports
from accord.platform.transfer.origins import evidence as kept
from accord.platform.transfer.origins import stating
from accord.platform.transfer.origins.stating import Basis, Evidence, Statement
from accord.web.http import StaffRequest
from accord.web.transfer import drafts

HINTS = {
    Basis.UNKNOWN: "They are kept, and nobody is written to for marketing unless they agree "
    "themselves. You can state it later.",
    Basis.INTEREST: "Whom the assessments in Settings, Consent cover may be written to.",
    Basis.CONSENT: "Each row is written into the ledger, for what you tick below.",
    Basis.SOFT_OPT_IN: "Each row is written into the ledger as a sale. It counts in Europe, for "
    "e-mail and text messages about similar products of yours.",
}


_SETTLED = (Import.State.DRAFT, Import.State.DONE, Import.State.FAILED)


class NotADay(Refused):
    """This is no day. Choose it from the calendar, or write it as 2026-03-31."""


def state(request: StaffRequest, job: Import) -> None:
    """State what the form says. Raises NotADay, and what `stating.state` raises."""
    form = request.POST
    told = Statement(
        form.get("basis", ""),
        form.get("origin", ""),
        _day(form.get("collected_on", "")),
        tuple(form.getlist("places")),
    )
    file = request.FILES.get("evidence")
    evidence = Evidence(file.name or "", file) if file is not None and file.size else None  # type: ignore[arg-type]
    stating.state(job, told, evidence, by=request.user)


def shown(job: Import, user: User, posted: QueryDict | None = None) -> dict[str, Any]:
    """What the page asks: what was posted, else what was stated; nothing where no people come."""
    target = drafts.target(job)
    if not target.people:
        return {}
    run = job.state != Import.State.DRAFT
    offered = (Basis.UNKNOWN, Basis.INTEREST) if run else tuple(Basis)
    told: Mapping[str, Any] = {
        "basis": job.basis if job.basis in offered else Basis.UNKNOWN,
        "origin": job.origin,
        "collected_on": job.collected_on.isoformat() if job.collected_on else "",
        "places": job.places,
    }
    if posted is not None:
        told = {**posted.dict(), "places": posted.getlist("places")}
    return {
        "told": told,
        "bases": [(each, HINTS[each]) for each in offered],
        "places": () if run else target.places().items(),
        "may_state": job.state in _SETTLED and _may(job, user),
        "written": run and job.basis in (Basis.CONSENT, Basis.SOFT_OPT_IN),
        "has_evidence": kept.is_there(job),
    }


def _may(job: Import, user: User) -> bool:
    try:
        imports.may_touch(job, user)
    except Forbidden:
        return False
    return True


def _day(text: str) -> date | None:
    try:
        found = parse_date(text.strip())
    except ValueError:
        found = None
    if text.strip() and found is None:
        raise NotADay
    return found
