"""Open deals by value, deals by close date, and waiting tasks without those deleted."""

from django.db import migrations, models
from django.db.models import F, OrderBy, Q


class Migration(migrations.Migration):
    dependencies = [("sales", "0005_stage_changes_never_emptied")]
    operations = [
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                fields=["close_on", "id"], name="deal_alive_close", condition=Q(deleted_at=None)
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                OrderBy(F("value"), descending=True, nulls_last=True),
                F("id"),
                name="deal_open_value",
                condition=Q(outcome="", deleted_at=None),
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["deal", "due_at", "id"],
                name="task_deal_waiting",
                condition=Q(done_at=None, deleted_at=None),
            ),
        ),
        migrations.RemoveIndex(model_name="task", name="task_deal_open"),
    ]
