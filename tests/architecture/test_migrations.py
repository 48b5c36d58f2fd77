from django.db.migrations.loader import MigrationLoader


def test_migrations_stand_in_one_line():
    """Two people who add one at a time end up with two ends: rename the later one."""
    conflicts = MigrationLoader(None).detect_conflicts()
    assert not conflicts, f"rename the later migration and let it depend on the other: {conflicts}"
