"""Who changed is noted by triggers, whoever changes them; who turns by time, when; sizes by day."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# Nobody is noted while no segment asks for anybody. Whoever saw none holds the lock until the
# end, and the first evaluation of the first segment waits for them all.
LIVE = """
CREATE FUNCTION accord_segments_live() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM people_segment WHERE rule IS NOT NULL AND archived_at IS NULL) THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hashtext('people_changedperson'));
    RETURN EXISTS (SELECT FROM people_segment WHERE rule IS NOT NULL AND archived_at IS NULL);
END $$;
"""

FUNCTION = """
CREATE FUNCTION accord_changed_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF accord_segments_live() THEN
        INSERT INTO people_changedperson (contact_id, what, due_at)
        {select};
        PERFORM pg_notify('accord_work', '');
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER changed_{when} AFTER {event} ON {table} REFERENCING {rows}
    FOR EACH STATEMENT EXECUTE FUNCTION accord_changed_{name}();
"""
ADDED, GONE = "NEW TABLE AS added", "OLD TABLE AS gone"
BOTH = f"{GONE} {ADDED}"

# The rows that changed: table, what happened to it, and who is noted for what.
PLAIN = {
    "contact_added": (
        "people_contact", "INSERT", ADDED,
        "SELECT id, 'contact', NULL::timestamptz FROM added",
    ),
    "contact_changed": (
        "people_contact", "UPDATE", ADDED,
        "SELECT id, 'contact', NULL::timestamptz FROM added",
    ),
    "affiliation_added": (
        "people_affiliation", "INSERT", ADDED,
        "SELECT DISTINCT contact_id, 'company', NULL::timestamptz FROM added",
    ),
    "affiliation_changed": (
        "people_affiliation", "UPDATE", BOTH,
        "SELECT contact_id, 'company', NULL::timestamptz FROM gone"
        " UNION SELECT contact_id, 'company', NULL::timestamptz FROM added",
    ),
    "affiliation_gone": (
        "people_affiliation", "DELETE", GONE,
        "SELECT DISTINCT contact_id, 'company', NULL::timestamptz FROM gone",
    ),
    "company_changed": (
        "people_company", "UPDATE", ADDED,
        "SELECT member.contact_id, 'company', NULL::timestamptz FROM people_affiliation AS member"
        " JOIN added ON added.id = member.company_id WHERE member.is_primary",
    ),
    "stage_added": (
        "people_lifecyclechange", "INSERT", ADDED,
        "SELECT DISTINCT contact_id, 'stage', NULL::timestamptz FROM added"
        " UNION SELECT contact_id, 'stage', at FROM added WHERE at > clock_timestamp()",
    ),
    "stage_changed": (
        "people_lifecyclechange", "UPDATE", BOTH,
        "SELECT contact_id, 'stage', NULL::timestamptz FROM gone"
        " UNION SELECT contact_id, 'stage', NULL::timestamptz FROM added"
        " UNION SELECT contact_id, 'stage', at FROM added WHERE at > clock_timestamp()",
    ),
    "stage_gone": (
        "people_lifecyclechange", "DELETE", GONE,
        "SELECT DISTINCT contact_id, 'stage', NULL::timestamptz FROM gone",
    ),
    "consent_added": (
        "people_consentrecord", "INSERT", ADDED,
        "SELECT DISTINCT contact_id, 'consent', NULL::timestamptz FROM added"
        " UNION SELECT contact_id, 'consent', at FROM added WHERE at > clock_timestamp()",
    ),
    "consent_changed": (
        "people_consentrecord", "UPDATE", BOTH,
        "SELECT contact_id, 'consent', NULL::timestamptz FROM gone"
        " UNION SELECT contact_id, 'consent', NULL::timestamptz FROM added",
    ),
    "consent_gone": (
        "people_consentrecord", "DELETE", GONE,
        "SELECT DISTINCT contact_id, 'consent', NULL::timestamptz FROM gone",
    ),
    "purpose_added": (
        "people_purpose", "INSERT", ADDED,
        "SELECT DISTINCT contact_id, 'consent', NULL::timestamptz FROM people_consentrecord"
        " WHERE purpose = '' AND EXISTS (SELECT FROM added)",
    ),
    "purpose_changed": (
        "people_purpose", "UPDATE", BOTH,
        "SELECT DISTINCT contact_id, 'consent', NULL::timestamptz FROM people_consentrecord"
        " WHERE purpose IN (SELECT added.name FROM added JOIN gone USING (name)"
        " WHERE added.double <> gone.double)",
    ),
    "list_added": (
        "people_membership", "INSERT", ADDED,
        "SELECT DISTINCT contact_id, 'list', NULL::timestamptz FROM added"
        " JOIN people_segment AS list ON list.id = segment_id WHERE list.rule IS NULL",
    ),
    "list_gone": (
        "people_membership", "DELETE", GONE,
        "SELECT DISTINCT contact_id, 'list', NULL::timestamptz FROM gone"
        " JOIN people_segment AS list ON list.id = segment_id WHERE list.rule IS NULL",
    ),
    "event_added": (
        "platform_event", "INSERT", ADDED,
        "SELECT contact_id, 'event:' || name, NULL::timestamptz FROM added"
        " WHERE contact_id IS NOT NULL GROUP BY contact_id, name"
        " UNION ALL SELECT contact_id, 'event:' || name, happened_at FROM added"
        " WHERE contact_id IS NOT NULL AND happened_at > clock_timestamp()",
    ),
    "event_changed": (
        "platform_event", "UPDATE", BOTH,
        "SELECT contact_id, 'event:' || name, NULL::timestamptz FROM gone"
        " WHERE contact_id IS NOT NULL"
        " UNION SELECT contact_id, 'event:' || name, NULL::timestamptz FROM added"
        " WHERE contact_id IS NOT NULL"
        " UNION SELECT contact_id, 'event:' || name, happened_at FROM added"
        " WHERE contact_id IS NOT NULL AND happened_at > clock_timestamp()",
    ),
    "event_gone": (
        "platform_event", "DELETE", GONE,
        "SELECT contact_id, 'event:' || name, NULL::timestamptz FROM gone"
        " WHERE contact_id IS NOT NULL GROUP BY contact_id, name",
    ),
    "team_changed": (
        "platform_user", "UPDATE", BOTH,
        "SELECT contact.id, 'contact', NULL::timestamptz FROM people_contact AS contact"
        " JOIN added ON added.id = contact.owner_id JOIN gone ON gone.id = added.id"
        " WHERE added.team_id IS DISTINCT FROM gone.team_id"
        " UNION SELECT member.contact_id, 'company', NULL::timestamptz"
        " FROM people_affiliation AS member"
        " JOIN people_company AS company ON company.id = member.company_id"
        " JOIN added ON added.id = company.owner_id JOIN gone ON gone.id = added.id"
        " WHERE added.team_id IS DISTINCT FROM gone.team_id AND member.is_primary",
    ),
}

# The ledger as answers: for each purpose and channel what was said when, until when it holds.
# A permission that does not end an earlier stop is no answer; one that waits to be confirmed
# is none either. Implied consent ends as the gate says (accord/engine/consent/gate.py).
ANSWERS = """
CREATE VIEW people_consentanswer AS
SELECT record.id, record.contact_id, purpose.name AS purpose, channel.name AS channel,
    record.what NOT IN ('withdrawn', 'objected') AS given, record.at AS happened_at,
    CASE record.what
        WHEN 'implied_purchase' THEN record.at + interval '17520 hours'
        WHEN 'implied_inquiry'
            THEN (record.at AT TIME ZONE 'UTC' + interval '6 months') AT TIME ZONE 'UTC'
    END AS expires_at
FROM people_consentrecord AS record
JOIN people_purpose AS purpose ON record.purpose IN ('', purpose.name)
JOIN (VALUES ('email'), ('sms'), ('phone'), ('post')) AS channel (name)
    ON record.channel IN ('', channel.name)
WHERE record.what IN ('withdrawn', 'objected')
    OR record.what IN ('consent', 'soft_opt_in', 'implied_purchase', 'implied_inquiry')
    AND NOT (record.what = 'consent' AND purpose.double AND NOT EXISTS (
        SELECT FROM people_consentrecord AS confirmed WHERE confirmed.confirms_id = record.id))
    AND NOT (record.what = 'soft_opt_in' AND NOT record.opt_out_offered)
    AND NOT EXISTS (
        SELECT FROM people_consentrecord AS stop
        WHERE stop.contact_id = record.contact_id AND stop.what IN ('withdrawn', 'objected')
            AND stop.purpose IN ('', purpose.name) AND stop.channel IN ('', channel.name)
            AND stop.at <= record.at
            AND NOT (record.what = 'consent' AND record.at > stop.at AND CASE stop.what
                WHEN 'withdrawn' THEN record.source <> 'import'
                ELSE record.source = 'person' END))
"""


def triggers():
    for name, (table, event, rows, select) in PLAIN.items():
        made = FUNCTION.format(name=name, select=select)
        made += TRIGGER.format(
            name=name, when=event.lower(), event=event, table=table, rows=rows
        )
        yield migrations.RunSQL(made, f"DROP FUNCTION accord_changed_{name}() CASCADE")


def segment(name, **more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=name, to="people.segment", **more
    )


KEY = models.BigAutoField(
    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0014_evidence"),
        ("platform", "0011_no_index_another_begins_with"),
    ]
    operations = [
        migrations.AddField("segment", "stale_at", models.DateTimeField(null=True)),
        migrations.AddField("segment", "size", models.PositiveIntegerField(default=0)),
        migrations.AddField("segment", "checked_at", models.DateTimeField(null=True)),
        migrations.AddField("segment", "differed", models.PositiveIntegerField(default=0)),
        migrations.RemoveIndex("segmentsize", "segment_size"),
        migrations.RemoveField("segmentsize", "at"),
        migrations.AddField("segmentsize", "day", models.DateField(), preserve_default=False),
        migrations.AddConstraint(
            "segmentsize",
            models.UniqueConstraint(fields=("segment", "day"), name="segment_size_a_day"),
        ),
        migrations.CreateModel(
            name="ChangedPerson",
            fields=[
                ("id", KEY.clone()),
                ("contact_id", models.BigIntegerField()),
                ("what", models.CharField(max_length=90)),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["due_at"],
                        name="changed_person_due",
                        condition=Q(due_at__isnull=False),
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="MembershipTurn",
            fields=[
                ("id", KEY.clone()),
                ("segment", segment("+", db_index=False)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.contact",
                    ),
                ),
                ("due_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("segment", "contact"), name="membership_turn_once"
                    )
                ],
                "indexes": [
                    models.Index(fields=["due_at", "contact"], name="membership_turn_due")
                ],
            },
        ),
        migrations.RunSQL(ANSWERS, "DROP VIEW people_consentanswer"),
        migrations.RunSQL(LIVE, "DROP FUNCTION accord_segments_live()"),
        *triggers(),
    ]
