"""Rules read what merged records said and were: consent as the gate does, stages as they were."""

from importlib import import_module

from django.db import migrations

# Whose rows are read for a contact others were merged into: its own, and theirs as they were known
# until they were merged. since: when they came, be it with somebody they had been merged into.
FAMILY = """
CREATE VIEW people_family AS
SELECT head.id AS contact_id, kin.member_id, kin.since, kin.until
FROM people_contact AS head
CROSS JOIN LATERAL (
    WITH RECURSIVE kin AS (
        SELECT head.id AS member_id, timestamptz '-infinity' AS since,
            timestamptz 'infinity' AS until
        UNION ALL
        SELECT gone.id, greatest(kin.since, gone.deleted_at), gone.deleted_at
        FROM kin JOIN people_contact AS gone ON gone.merged_into_id = kin.member_id
    )
    SELECT member_id, since, until FROM kin
) AS kin
WHERE EXISTS (SELECT FROM people_contact AS gone WHERE gone.merged_into_id = head.id)
"""
ALONE = import_module("accord.people.migrations.0032_children_and_parents").AFTER
SHOWN, STOPS = "SELECT record.id, record.contact_id,", "\nWHERE record.what IN ("
BLOCKED = "    AND NOT EXISTS ("
LIFTS = """{said}.what = 'consent' AND {said}.source <> 'child' AND {said}.at > stop.at
                AND CASE stop.what
                    WHEN 'withdrawn' THEN {said}.source <> 'import'
                    ELSE {said}.source = 'person' END"""
# Whether somebody knew of a stop when they said something: it was theirs, or had come to them.
KNEW = """({said}.contact_id = stop.contact_id OR EXISTS (
                SELECT FROM people_family AS met
                WHERE met.contact_id = {said}.contact_id AND met.member_id = stop.contact_id
                    AND met.since < {said}.recorded_at))"""
# A stop in one of two records ends what the other one said, as accord/engine/consent/merging.py
# says: unless it held no longer in its own record when the two were merged. OFFSET 0 has
# PostgreSQL look up the few rows of a family before it asks what is dear.
TOGETHER = f"""
        SELECT FROM (
            SELECT said.contact_id, said.what, said.at, theirs.since
            FROM people_family AS theirs
            JOIN people_consentrecord AS said ON said.contact_id = theirs.member_id
                AND said.recorded_at <= theirs.until
            WHERE theirs.contact_id = mine.contact_id AND said.what IN ('withdrawn', 'objected')
                AND said.purpose IN ('', purpose.name) AND said.channel IN ('', channel.name)
            OFFSET 0) AS stop
        WHERE CASE WHEN {KNEW.format(said="record")}
            THEN stop.at <= record.at AND NOT ({LIFTS.format(said="record")})
            ELSE NOT EXISTS (
                SELECT FROM (
                    SELECT said.id, said.contact_id, said.what, said.source, said.at,
                        said.recorded_at
                    FROM people_family AS heard
                    JOIN people_consentrecord AS said ON said.contact_id = heard.member_id
                        AND said.recorded_at <= heard.until
                    WHERE heard.contact_id = mine.contact_id AND said.what = 'consent'
                        AND said.purpose = purpose.name AND said.channel = channel.name
                    OFFSET 0) AS lift
                WHERE lift.recorded_at <= greatest(mine.since, stop.since)
                AND lift.at <= greatest(mine.since, stop.since)
                AND {LIFTS.format(said="lift")}
                AND NOT (purpose.double AND NOT EXISTS (
                    SELECT FROM people_consentrecord AS confirmed
                    WHERE confirmed.confirms_id = lift.id))
                AND {KNEW.format(said="lift")}) END)
"""


def alone():
    """The answers as they were, of contacts nobody was merged into."""
    shown, said = ALONE.rstrip().split(STOPS)
    merged = "SELECT FROM people_contact AS gone WHERE gone.merged_into_id = record.contact_id"
    return f"{shown}\nWHERE NOT EXISTS ({merged})\n    AND (record.what IN ({said})\n"


def family():
    """The answers of a contact and all that were merged into it."""
    made = ALONE[ALONE.index("SELECT") :].rstrip()
    made = made.replace(SHOWN, "SELECT record.id, mine.contact_id,")
    made = made.replace(
        "FROM people_consentrecord AS record\n",
        "FROM people_family AS mine\nJOIN people_consentrecord AS record"
        " ON record.contact_id = mine.member_id AND record.recorded_at <= mine.until\n",
    )
    return made[: made.rindex(BLOCKED) + len(BLOCKED)] + TOGETHER


# What merged records were, as far as it was known when they were merged.
ENTRIES = """
CREATE VIEW people_stageentry AS
SELECT id, contact_id, stage, previous, at FROM people_lifecyclechange
UNION ALL
SELECT entry.id, family.contact_id, entry.stage, entry.previous, entry.at
FROM people_family AS family
JOIN people_lifecyclechange AS entry ON entry.contact_id = family.member_id
    AND entry.recorded_at <= family.until
WHERE family.member_id <> family.contact_id
"""
NOTE = """
CREATE FUNCTION accord_changed_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF accord_segments_live() THEN
        INSERT INTO people_changedperson (contact_id, what, due_at)
        SELECT DISTINCT rows.kept_id, topic, NULL::timestamptz
        FROM {rows} AS rows, unnest(ARRAY['consent', 'stage']) AS topic;
        IF FOUND THEN PERFORM pg_notify('accord_work', ''); END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER changed_{name} AFTER {event} ON people_merge REFERENCING {table} TABLE AS {rows}
    FOR EACH STATEMENT EXECUTE FUNCTION accord_changed_{name}();
"""
# The one that goes or comes back is noted by its own row.
NOTED = (
    NOTE.format(name="merge_added", event="INSERT", table="NEW", rows="added")
    + NOTE.format(name="merge_changed", event="UPDATE", table="NEW", rows="added")
    + NOTE.format(name="merge_gone", event="DELETE", table="OLD", rows="gone")
)
UNNOTED = """
DROP FUNCTION accord_changed_merge_added() CASCADE;
DROP FUNCTION accord_changed_merge_changed() CASCADE;
DROP FUNCTION accord_changed_merge_gone() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0035_evidence_moments")]
    operations = [
        migrations.RunSQL(FAMILY, "DROP VIEW people_family"),
        migrations.RunSQL(alone() + "UNION ALL\n" + family(), ALONE),
        migrations.RunSQL(ENTRIES, "DROP VIEW people_stageentry"),
        migrations.RunSQL(NOTED, UNNOTED),
    ]
