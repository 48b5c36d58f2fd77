"""The temporary tables of an import, on connections that did other things before."""

import pytest
from django.db import connection

from accord.platform.transfer import staging


@pytest.mark.django_db
def test_a_connection_that_used_a_temporary_table_before_can_import():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE other (id bigint)")
        cursor.execute("INSERT INTO other VALUES (1)")
        cursor.execute("SELECT * FROM other")
        staging.make_changes()
        cursor.execute(f"SELECT count(*) FROM {staging.CHANGES}")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_the_tables_have_room():
    connection.close()
    staging.make_changes()
    with connection.cursor() as cursor:
        cursor.execute("SHOW temp_buffers")
        assert cursor.fetchone() == ("64MB",)
