"""Rules find no permission that was taken back, and find a published address (Canada)."""

from importlib import import_module

from django.db import migrations

VIEW = import_module("accord.people.migrations.0036_merged_answers")
BEFORE = VIEW.alone() + "UNION ALL\n" + VIEW.family()
KINDS, SALE = "'implied_inquiry')", "AND NOT record.opt_out_offered)\n"
LIFTING = "AND lift.at <= greatest(mine.since, stop.since)\n"
TAKEN_BACK = """    AND NOT EXISTS (SELECT FROM people_consentrecord AS back
        WHERE back.confirms_id = {said}.id AND back.what = 'retracted')
"""


def after():
    """The answers without what was taken back, which ends no stop either."""
    made = BEFORE.replace(KINDS, f"{KINDS[:-1]}, 'published')")
    for said, place in (("record", SALE), ("lift", LIFTING)):
        confirmed = f"confirmed.confirms_id = {said}.id"
        made = made.replace(confirmed, f"{confirmed} AND confirmed.what = 'confirmed'")
        made = made.replace(place, place + TAKEN_BACK.format(said=said))
    return made


class Migration(migrations.Migration):
    dependencies = [("people", "0037_published_and_taken_back")]
    operations = [migrations.RunSQL(after(), BEFORE)]
