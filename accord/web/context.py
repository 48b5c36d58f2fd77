"""What every page's shell needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accord.platform.access import preferences


def shell(request: HttpRequest) -> dict[str, Any]:
    chosen = preferences.current()
    return {
        "company_name": chosen.company_name,
        "set_up": chosen.setup_done,
        "quarantined": chosen.quarantined,
        "brand_colour": chosen.brand_colour,
        "brand_logo": chosen.brand_logo,
    }
