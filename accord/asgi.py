"""The web process: Django behind uvicorn, with a pool of database connections."""

import os
import warnings
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import connections

from accord.platform import processes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accord.settings")

# Every request runs in a thread of its own, so connections must come from a pool.
_database: dict[str, Any] = settings.DATABASES["default"]
connections.close_all()
_database["CONN_MAX_AGE"] = 0
_database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}

# WhiteNoise serves static files by iterators that do not wait; they are small.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")

application = get_asgi_application()
import_module(settings.ROOT_URLCONF)  # not by whoever comes first
processes.settle()
