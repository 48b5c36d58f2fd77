"""Evidence says a key (an address, an id) and not a contact: whose it is, is looked up."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# What was kept so far: the key is the contact's own, all of it was said in one instant.
FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE people_evidence AS e SET
    email = CASE WHEN e.kind = 'email' THEN c.email ELSE '' END,
    user_id = CASE WHEN e.kind = 'user_id' THEN c.external_id ELSE '' END,
    hour = CASE v.by WHEN 'device' THEN date_trunc('hour', e.at, 'UTC') ELSE 'epoch' END,
    first_at = e.at, last_at = e.at
FROM people_contact AS c, people_visitor AS v WHERE c.id = e.contact_id AND v.id = e.visitor_id;
DELETE FROM people_evidence WHERE email = '' AND user_id = '';
INSERT INTO people_visitorspan (visitor_id, since, contact_id)
SELECT id, NULL, contact_id FROM people_visitor WHERE contact_id IS NOT NULL;
"""
# Keys that change hands and that something was said with are written down to be looked at.
FUNCTIONS = """
CREATE FUNCTION accord_note_keys(emails text[], ids text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO people_keychange (email, user_id, due_at)
    SELECT DISTINCT key, '', now() FROM unnest(emails) AS key
    WHERE key <> '' AND EXISTS (SELECT FROM people_evidence WHERE email = key AND email <> '')
    UNION ALL
    SELECT DISTINCT '', key, now() FROM unnest(ids) AS key
    WHERE key <> '' AND EXISTS (SELECT FROM people_evidence WHERE user_id = key AND user_id <> '')
$$;
CREATE FUNCTION accord_address_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE keys text[] := '{}';
BEGIN
    IF NOT EXISTS (SELECT FROM people_evidence) THEN RETURN NULL; END IF;
    IF TG_OP <> 'INSERT' THEN
        SELECT array_agg(value) INTO keys FROM before WHERE kind = 'email';
        PERFORM accord_note_keys(keys, '{}');
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT array_agg(value) INTO keys FROM after WHERE kind = 'email';
        PERFORM accord_note_keys(keys, '{}');
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION accord_contact_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids text[] := '{}'; emails text[] := '{}';
BEGIN
    IF NOT EXISTS (SELECT FROM people_evidence) THEN RETURN NULL; END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(external_id) INTO ids FROM after WHERE external_id <> '';
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(external_id) INTO ids FROM before WHERE external_id <> '';
    ELSE
        SELECT array_agg(o.external_id) || array_agg(n.external_id) INTO ids
        FROM before AS o JOIN after AS n USING (id)
        WHERE (o.external_id, o.deleted_at, o.merged_into_id)
            IS DISTINCT FROM (n.external_id, n.deleted_at, n.merged_into_id);
        SELECT array_agg(a.value) INTO emails
        FROM before AS o JOIN after AS n USING (id)
        JOIN people_address AS a ON a.contact_id = n.id AND a.kind = 'email'
        WHERE (o.deleted_at, o.merged_into_id) IS DISTINCT FROM (n.deleted_at, n.merged_into_id);
    END IF;
    PERFORM accord_note_keys(emails, ids);
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER {table}_keys_{name} AFTER {op} ON people_{table} REFERENCING {seen}
    FOR EACH STATEMENT EXECUTE FUNCTION accord_{table}_keys();
"""
SEEN = {
    "insert": "NEW TABLE AS after",
    "update": "OLD TABLE AS before NEW TABLE AS after",
    "delete": "OLD TABLE AS before",
}
TRIGGERS = FUNCTIONS + "".join(
    TRIGGER.format(table=table, name=op, op=op.upper(), seen=seen)
    for table in ("address", "contact")
    for op, seen in SEEN.items()
)
TRIGGERS_BACK = """
DROP FUNCTION accord_address_keys() CASCADE; DROP FUNCTION accord_contact_keys() CASCADE;
DROP FUNCTION accord_note_keys(text[], text[]);
"""
EPOCH = models.DateTimeField(default="1970-01-01T00:00:00Z")


def key(length, **more):
    return models.CharField(blank=True, max_length=length, **more)


def user():
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
        to=settings.AUTH_USER_MODEL,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0013_purposes_archived"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="VisitorSpan",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True,
                                           verbose_name="ID")),
                ("since", models.DateTimeField(null=True)),
                ("contact", models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                    to="people.contact")),
                ("visitor", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="spans",
                    to="people.visitor")),
            ],
        ),
        migrations.CreateModel(
            name="KeyChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True,
                                           verbose_name="ID")),
                ("email", key(320)),
                ("user_id", key(200)),
                ("due_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ErasedKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True,
                                           verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField("evidence", "email", key(320, default=""), preserve_default=False),
        migrations.AddField("evidence", "user_id", key(200, default=""), preserve_default=False),
        migrations.AddField("evidence", "hour", EPOCH, preserve_default=False),
        migrations.AddField("evidence", "first_at", EPOCH, preserve_default=False),
        migrations.AddField("evidence", "last_at", EPOCH, preserve_default=False),
        migrations.AddField("evidence", "rejected_at", models.DateTimeField(null=True)),
        migrations.AddField("evidence", "rejected_by", user()),
        migrations.AddField("contact", "merged_into", models.ForeignKey(
            null=True, editable=False, on_delete=django.db.models.deletion.CASCADE,
            related_name="+", to="people.contact")),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveField("evidence", "kind"),
        migrations.RemoveField("evidence", "at"),
        migrations.RemoveField("evidence", "contact"),
        migrations.AddConstraint("evidence", models.UniqueConstraint(
            fields=["visitor", "email", "user_id", "strength", "hour"], name="evidence_once")),
        migrations.AddIndex("evidence", models.Index(
            fields=["email"], name="evidence_email", condition=~Q(email=""))),
        migrations.AddIndex("evidence", models.Index(
            fields=["user_id"], name="evidence_user_id", condition=~Q(user_id=""))),
        migrations.AddIndex("contact", models.Index(
            fields=["external_id"], name="contact_external_id_deleted",
            condition=~Q(external_id="") & Q(deleted_at__isnull=False))),
        migrations.RunSQL(TRIGGERS, TRIGGERS_BACK),
    ]  # fmt: skip
