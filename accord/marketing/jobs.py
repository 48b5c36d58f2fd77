"""Jobs of campaigns and forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accord.marketing.forms import submissions
from accord.marketing.models import Campaign
from accord.people import records
from accord.platform.queue import work


@work.every("marketing.purge", timedelta(hours=1))
def purge(payload: Mapping[str, Any]) -> None:
    records.purge(Campaign, now=timezone.now())


@work.job("forms.settle")
def settle(payload: Mapping[str, Any]) -> None:
    submissions.settle(payload["submission"])


@work.every("forms.tidy", timedelta(hours=1))
def tidy(payload: Mapping[str, Any]) -> None:
    submissions.tidy(timezone.now())
