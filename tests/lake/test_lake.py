"""The lake and the database say the same, row by row, whatever happened in between."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accord.people import fields
from accord.people.models import Contact, CustomField
from accord.platform.lake import checking, manifest, reading, shipping, tables
from accord.platform.models import Event, LakeFile
from tests.lake.changes import BEGIN, Changes


def wrong():
    return [each.seen for each in checking.check(rows=True)]


def live():
    return list(LakeFile.objects.filter(retired_at=None).order_by("table", "month", "pk"))


def test_every_table_that_is_offered_is_followed(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'lake\\_%'"
        )
        found = [row[0] for row in cursor.fetchall()]
    assert sorted(found) == sorted([*tables.names()] * 3)


def test_before_anything_was_shipped_the_database_answers(changes):
    changes.make(20)
    assert wrong() == []
    with reading.reading() as reader:
        [(count,)] = reader.ask('SELECT count(*) FROM "platform_event"')
    assert count == Event.objects.count()


def test_what_is_shipped_and_what_changed_since_are_the_database(changes):
    for step in range(3):
        changes.make(25)
        assert wrong() == [], f"before shipment {step}"
        shipping.ship(timezone.now())
        assert wrong() == [], f"after shipment {step}"
    assert shipping.ship(timezone.now()) == 0
    assert shipping.compact() > 0
    assert wrong() == []
    assert shipping.compact() == 0
    assert len({(each.table, each.month) for each in live()}) == len(live())
    assert all(manifest.waiting(table) == 0 for table in tables.found())


def campaign(seed, steps):
    changes = Changes(seed)
    acts = [
        lambda: shipping.ship(timezone.now()),
        lambda: shipping.ship(timezone.now() + timedelta(minutes=20), only_due=True),
        shipping.compact,
        shipping.rebuild,
    ]
    for step in range(steps):
        changes.make(15)
        changes.random.choice([*acts[:1] * 4, *acts])()
        assert wrong() == [], (seed, step)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_lives_leave_both_equal(lake, seed):
    campaign(seed, steps=25)


def test_a_transaction_that_commits_late_is_not_passed_over(changes):
    """Its rows have lower numbers and earlier moments than those shipped before it ended."""
    import psycopg

    changes.make(10)
    with psycopg.connect(**connection.get_connection_params()) as slow:
        slow.execute(
            "INSERT INTO platform_event (name, happened_at, recorded_at) VALUES ('slow', %s, %s)",
            [BEGIN, BEGIN],
        )
        changes.make(10)
        shipping.ship(timezone.now())
        shipping.ship(timezone.now())
        slow.commit()
    shipping.ship(timezone.now())
    assert wrong() == []
    with reading.reading() as reader:
        assert reader.ask("SELECT count(*) FROM \"platform_event\" WHERE name = 'slow'") == [(1,)]


def test_a_reading_stands_still(changes):
    changes.make(20)
    shipping.ship(timezone.now())
    import psycopg

    with reading.reading() as reader:
        before = reader.ask('SELECT count(*) FROM "people_contact"')
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
            other.execute("UPDATE people_contact SET city = 'Bonn'")
        [(bonn,)] = reader.ask("SELECT count(*) FROM \"people_contact\" WHERE city = 'Bonn'")
        assert bonn == 0 == Contact.objects.filter(city="Bonn").count()
        assert reader.ask('SELECT count(*) FROM "people_contact"') == before
    with reading.reading() as reader:
        [(bonn,)] = reader.ask("SELECT count(*) FROM \"people_contact\" WHERE city = 'Bonn'")
    assert bonn == before[0][0] == Contact.objects.count()


def test_within_a_transaction_that_moves_on_nothing_is_read(lake):
    with pytest.raises(RuntimeError, match="snapshot"), transaction.atomic(), reading.reading():
        pass


def test_little_waits_and_much_or_long_goes(changes):
    shipping.ship(timezone.now())
    Contact.objects.create(first_name="Ana")
    now = timezone.now()
    assert shipping.ship(now, only_due=True) == 0
    assert shipping.ship(now + shipping.LATE * 2, only_due=True) == 1
    Contact.objects.bulk_create(Contact() for _ in range(shipping.MANY))
    assert shipping.ship(timezone.now(), only_due=True) == 1


def test_many_files_of_a_month_become_one(lake):
    shipping.ship(timezone.now())
    for _ in range(shipping.CROWD + 1):
        Contact.objects.create(first_name="Ana")
        shipping.ship(timezone.now())
    assert LakeFile.objects.filter(table="people_contact", retired_at=None).count() == 1
    assert wrong() == []


def test_custom_fields_are_typed_and_a_new_one_is_there(changes):
    Contact.objects.create(custom={"size": 2.5, "met": "2028-02-29", "likes": ["a", "b"]})
    shipping.ship(timezone.now())
    with reading.reading() as reader:
        types = {name: type for name, type, *_ in reader.ask('DESCRIBE "people_contact"')}
    assert types["custom_size"] == types["custom_budget"] == "DECIMAL(38,6)"
    assert types["custom_met"] == "DATE" and types["custom_likes"] == "VARCHAR[]"
    assert types["custom_vip"] == "BOOLEAN" and types["custom_budget_currency"] == "VARCHAR"
    name = "a_very_long_name_that_goes_on_and_on_until_nobody_reads_it"
    CustomField.objects.create(noun="contact", name=name, label="Long", kind="text")
    fields.forget()
    Contact.objects.create(custom={name: "long"})
    assert wrong() == [], "before it is shipped, the database answers"
    assert shipping.ship(timezone.now()) == 1
    assert wrong() == []


def test_files_that_no_longer_count_stay_a_while_and_go(changes, lake):
    changes.make(30)
    shipping.ship(timezone.now())
    old = live()
    shipping.rebuild()
    assert all((lake / each.name).exists() for each in old)
    shipping.ship(timezone.now() + shipping.GRACE * 2)
    assert not any((lake / each.name).exists() for each in old)
    there = {str(path.relative_to(lake)) for path in lake.rglob("*.parquet")}
    assert there == {each.name for each in live()}
