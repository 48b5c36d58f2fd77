import pytest
from django.db import connection

from accord.people import fields, lifecycle
from tests.lake import backends
from tests.lake.changes import Changes


@pytest.fixture
def lake(transactional_db, tmp_path, settings):
    """An empty lake in a folder of its own."""
    backends.end_others()
    settings.LAKE = tmp_path / "lake"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM platform_lakechange")
    lifecycle.ensure()
    fields.forget()
    return settings.LAKE


@pytest.fixture
def changes(lake):
    """People and events that change at random, from a seed."""
    return Changes(7)
