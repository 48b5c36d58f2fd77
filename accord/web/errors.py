"""What a person gets when our code broke: a page that stands alone and a number to name."""

from __future__ import annotations

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template import loader

logger = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 page. Its number is in the log and, for a fragment, in the toast."""
    incident = secrets.token_hex(4)
    logger.error("incident", extra={"incident": incident, "path": request.path})
    body = loader.render_to_string("500.html", {"incident": incident})
    return HttpResponse(body, status=500, headers={"X-Incident": incident})
