import pytest
from django.conf import settings
from django.db import connection

from accord.platform.models import InstanceSetting, User
from accord.platform.running import readiness, startup

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def look():
    """Asks from outside, as `accord up` does."""
    info = connection.connection.info if connection.connection else None
    connection.ensure_connection()
    info = info or connection.connection.info
    url = f"postgresql://{info.user}@/{info.dbname}?host={info.host}"
    return lambda: readiness.look(url, settings.INSTALLED_APPS)


def test_a_prepared_database_with_an_owner_is_ready(look):
    InstanceSetting.objects.all().delete()
    assert look() == readiness.Seen(migrated=False, offered_demo=False, owned=False)
    startup.prepare()
    User.objects.create(name="Olga", email="olga@acme.example", roles=["owner"])
    assert look() == readiness.Seen(migrated=True, offered_demo=False, owned=True)
    assert startup.is_first_run()
    assert not startup.is_first_run()
    assert look().offered_demo


def test_a_migration_that_is_new_or_gone_is_noticed(look, monkeypatch):
    startup.prepare()
    assert look().migrated
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(id) + 1 FROM django_migrations")
        other = cursor.fetchone()
    apps = settings.INSTALLED_APPS
    assert readiness.mark(apps, other) != readiness.mark(apps, (other[0], other[1] - 1))
    assert readiness.mark(apps[:-2], other) != readiness.mark(apps, other)


def test_what_does_not_answer_is_not_ready():
    url = "postgresql://nobody@127.0.0.1:9/none?connect_timeout=2"
    assert not readiness.look(url, []).migrated
