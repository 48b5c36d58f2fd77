import pytest
from django.db import transaction

from accord.platform import memory
from tests.authorization.house import House


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """Made once; each call is rolled back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        memory.forget_everything()
        yield House()
        transaction.set_rollback(True)
