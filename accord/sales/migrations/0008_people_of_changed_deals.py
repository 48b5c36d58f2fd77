"""Whose deal changed is noted, for segments that ask for deals."""

from django.db import migrations

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
CREATE TRIGGER changed_{when} AFTER {event} ON {table} REFERENCING {rows}
    FOR EACH STATEMENT EXECUTE FUNCTION accord_changed_{name}();
"""
ADDED, GONE = "NEW TABLE AS added", "OLD TABLE AS gone"
CHANGED = {
    "deal": (
        "sales_deal", "UPDATE", ADDED, "deal_changed",
        "SELECT DISTINCT member.contact_id, 'deal', NULL::timestamptz"
        " FROM sales_dealcontact AS member JOIN added ON added.id = member.deal_id",
    ),
    "joined": (
        "sales_dealcontact", "INSERT", ADDED, "deal_person_added",
        "SELECT DISTINCT contact_id, 'deal', NULL::timestamptz FROM added",
    ),
    "moved": (
        "sales_dealcontact", "UPDATE", f"{GONE} {ADDED}", "deal_person_changed",
        "SELECT contact_id, 'deal', NULL::timestamptz FROM gone"
        " UNION SELECT contact_id, 'deal', NULL::timestamptz FROM added",
    ),
    "left": (
        "sales_dealcontact", "DELETE", GONE, "deal_person_gone",
        "SELECT DISTINCT contact_id, 'deal', NULL::timestamptz FROM gone",
    ),
    "team": (
        "platform_user", "UPDATE", f"{GONE} {ADDED}", "deal_team_changed",
        "SELECT DISTINCT member.contact_id, 'deal', NULL::timestamptz"
        " FROM sales_dealcontact AS member JOIN sales_deal AS deal ON deal.id = member.deal_id"
        " JOIN added ON added.id = deal.owner_id JOIN gone ON gone.id = added.id"
        " WHERE added.team_id IS DISTINCT FROM gone.team_id",
    ),
}


def triggers():
    for when, (table, event, rows, name, select) in CHANGED.items():
        made = FUNCTION.format(
            name=name, select=select, when=when, event=event, table=table, rows=rows
        )
        yield migrations.RunSQL(made, f"DROP FUNCTION accord_changed_{name}() CASCADE")


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0007_no_index_another_begins_with"),
        ("people", "0015_live_segments"),
    ]
    operations = [*triggers()]
