"""What a child agreed to and what a parent agreed to: rows of the ledger that answer no rule."""

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("accord.people.migrations.0015_live_segments").ANSWERS.replace(
    "CREATE VIEW", "CREATE OR REPLACE VIEW"
)
PERMISSIONS = "    OR record.what IN ("
AFTER = BEFORE.replace(PERMISSIONS, f"    OR record.source <> 'child' AND{PERMISSIONS[6:]}")


class Migration(migrations.Migration):
    dependencies = [("people", "0031_contact_born_on")]

    operations = [
        migrations.AlterField(
            model_name="consentrecord",
            name="source",
            field=models.CharField(
                choices=[
                    ("person", "The person"),
                    ("staff", "A colleague heard it"),
                    ("import", "A file"),
                    ("child", "The person, as a child"),
                ],
                max_length=6,
            ),
        ),
        migrations.AlterField(
            model_name="consentrecord",
            name="what",
            field=models.CharField(
                choices=[
                    ("consent", "Agreed"),
                    ("confirmed", "Confirmed by mail"),
                    ("soft_opt_in", "Bought, and was offered to say no"),
                    ("implied_purchase", "Bought (Canada)"),
                    ("implied_inquiry", "Asked us (Canada)"),
                    ("parent", "A parent agreed"),
                    ("unknown", "Unknown origin"),
                    ("withdrawn", "Withdrew"),
                    ("objected", "Objected"),
                ],
                max_length=16,
            ),
        ),
        migrations.RunSQL(AFTER, BEFORE),
    ]
