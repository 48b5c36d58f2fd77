"""Lists are of people who are there: their indexes hold nobody else, and need no look at a row."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("people", "0006_lifecycle_only_added")]
    operations = [
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                fields=["owner", "-changed_at", "-id"],
                name="contact_owner_changed",
                condition=Q(deleted_at=None),
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                fields=["stage", "-changed_at", "-id"],
                name="contact_stage_changed",
                condition=Q(deleted_at=None),
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                fields=["-changed_at", "-id"],
                name="contact_alive_changed",
                condition=Q(deleted_at=None),
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                fields=["deleted_at"],
                name="contact_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
        ),
        migrations.RemoveIndex(model_name="contact", name="contact_owner"),
        migrations.RemoveIndex(model_name="contact", name="contact_stage"),
        migrations.RemoveIndex(model_name="contact", name="contact_changed"),
    ]
