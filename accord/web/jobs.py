"""What pages leave to the worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accord.platform.queue import work
from accord.web.accounts import letters


@work.job(letters.NEW_PASSWORD)
def new_password(payload: Mapping[str, Any]) -> None:
    letters.new_password(payload["email"])
