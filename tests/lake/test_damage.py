"""Damage is named by its file or table, and rebuilt; questions never answer less than there is."""

import pytest
from django.db import connection
from django.utils import timezone

from accord.people.models import Contact
from accord.platform import doctor
from accord.platform.lake import checking, files, reading, shipping, tables
from accord.platform.models import Event, LakeFile, LakeTable

COUNT = 'SELECT count(*) FROM "platform_event"'


@pytest.fixture
def shipped(changes):
    changes.make(60)
    shipping.ship(timezone.now())


def a_file(lake, table="platform_event"):
    return lake / LakeFile.objects.filter(table=table, retired_at=None).earliest("pk").name


def ask(sql=COUNT):
    with reading.reading() as reader:
        return reader.ask(sql)[0][0]


def damage(path, how):
    kept = path.read_bytes()
    match how:
        case "gone":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(kept[: len(kept) // 2])
        case "junk":
            path.write_bytes(b"\0" * len(kept))
        case "one bit":
            place = len(kept) // 3
            path.write_bytes(kept[:place] + bytes([kept[place] ^ 4]) + kept[place + 1 :])


@pytest.mark.parametrize("how", ["gone", "cut", "junk", "one bit"])
def test_a_damaged_file_is_named_and_rebuilt(shipped, lake, how):
    path = a_file(lake)
    damage(path, how)
    [wrong] = checking.check()
    assert wrong.table == "platform_event" and str(path.relative_to(lake)) in wrong.seen
    assert [each.seen for each in checking.mend()] == [wrong.seen]
    assert checking.check(rows=True) == []
    assert ask() == Event.objects.count()


def test_where_a_file_is_gone_or_cut_the_database_answers(shipped, lake):
    for how in ("gone", "empty", "cut"):
        damage(a_file(lake), how)
        assert ask() == Event.objects.count()
        assert not doctor.lake().well
        shipping.ship(timezone.now())
        assert doctor.lake().well and ask() == Event.objects.count()


def test_a_question_that_meets_damage_says_which_file(shipped, lake):
    path = a_file(lake)
    damage(path, "junk")
    with pytest.raises(reading.Damaged, match=str(path.relative_to(lake))):
        ask()


def manifest_row_gone():
    LakeFile.objects.filter(table="platform_event").latest("pk").delete()


def manifest_row_twice():
    row = LakeFile.objects.filter(table="people_contact").latest("pk")
    LakeTable.objects.filter(name="people_contact").update(generation=row.generation)
    path = row.name.replace(".parquet", "x.parquet")
    (files.root() / path).write_bytes((files.root() / row.name).read_bytes())
    row.pk, row.name = None, path
    row.save()


def changes_lost():
    Contact.objects.create(first_name="Ana")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM platform_lakechange")


def test_a_damaged_manifest_is_named_and_rebuilt(shipped):
    for hurt in (manifest_row_gone, manifest_row_twice, changes_lost):
        hurt()
        [wrong] = checking.mend()
        assert "rows in the database and" in wrong.seen
        assert checking.check(rows=True) == []


def test_a_whole_manifest_lost_is_built_anew(shipped, lake):
    LakeTable.objects.all().delete()
    LakeFile.objects.all().delete()
    assert ask() == Event.objects.count()
    assert shipping.ship(timezone.now()) == len(tables.names())
    assert checking.check(rows=True) == []
    assert len(list(lake.rglob("*.parquet"))) == LakeFile.objects.count()


def test_a_table_nobody_knows_is_refused(lake):
    with pytest.raises(tables.NoTable, match="there are platform_event"):
        shipping.rebuild(["people_nobody"])


def test_a_lake_let_go_of_leaves_no_file(shipped, lake):
    shipping.forget()
    assert list(lake.rglob("*.parquet")) == [] and ask() == Event.objects.count()
