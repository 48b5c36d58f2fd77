"""The lake's manifest, and the list of rows that changed since they were shipped.

A statement's trigger notes each row it wrote. Nothing is deduced from ids or moments: those are
given before a transaction commits, and transactions commit in any order. What a snapshot sees of
the list is what it ships.
"""

from django.db import migrations, models

CHANGES = """
CREATE TABLE platform_lakechange (
    name varchar(63) NOT NULL,
    row_id bigint NOT NULL,
    at timestamptz,
    fresh boolean NOT NULL,
    generation integer
);
COMMENT ON COLUMN platform_lakechange.fresh IS 'A row that was not there before.';
COMMENT ON COLUMN platform_lakechange.generation IS
    'Empty: to be shipped. Else the shipment that held it: older files hold the row as it was.';
CREATE FUNCTION accord_lake_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO platform_lakechange (name, row_id, fresh)
    SELECT TG_TABLE_NAME, id, TG_OP = 'INSERT' FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION accord_lake_happened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO platform_lakechange (name, row_id, at, fresh)
    SELECT TG_TABLE_NAME, id, happened_at, TG_OP = 'INSERT' FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION accord_lake_follow(followed regclass, noting text DEFAULT 'accord_lake_changed')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
        EXECUTE format('CREATE TRIGGER lake_%s AFTER %s ON %s REFERENCING %s TABLE AS changed '
            'FOR EACH STATEMENT EXECUTE FUNCTION %I()', kind, kind, followed,
            CASE kind WHEN 'insert' THEN 'NEW' ELSE 'OLD' END, noting);
    END LOOP;
END $$;
CREATE FUNCTION accord_lake_leave(followed regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
        EXECUTE format('DROP TRIGGER lake_%s ON %s', kind, followed);
    END LOOP;
END $$;
SELECT accord_lake_follow('platform_event', 'accord_lake_happened'),
    accord_lake_follow('platform_user');
"""
CHANGES_BACK = """
SELECT accord_lake_leave('platform_event'), accord_lake_leave('platform_user');
DROP FUNCTION accord_lake_leave;
DROP FUNCTION accord_lake_follow;
DROP FUNCTION accord_lake_happened;
DROP FUNCTION accord_lake_changed;
DROP TABLE platform_lakechange;
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0011_no_index_another_begins_with")]
    operations = [
        migrations.CreateModel(
            "LakeTable",
            [
                ("name", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("shape", models.CharField(max_length=64)),
                ("generation", models.PositiveIntegerField()),
                ("shipped_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            "LakeFile",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                ("month", models.CharField(max_length=7, blank=True)),
                ("name", models.CharField(max_length=200, unique=True)),
                ("rows", models.BigIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("generation", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["table", "month"], name="lake_file_table")]},
        ),
        migrations.RunSQL(CHANGES, CHANGES_BACK),
    ]
