from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0002_event_log_and_logbooks")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="again_at",
            field=models.DateTimeField(null=True, help_text="Asked for anew while it was running."),
        ),
        migrations.AddField(
            model_name="job",
            name="holder",
            field=models.BigIntegerField(null=True, help_text="The heartbeat of who runs it."),
        ),
        migrations.AlterField(
            model_name="job",
            name="state",
            field=models.CharField(
                choices=[
                    ("ready", "Waiting"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("dead", "Given up"),
                    ("discarded", "Discarded"),
                ],
                default="ready",
                max_length=9,
            ),
        ),
    ]
