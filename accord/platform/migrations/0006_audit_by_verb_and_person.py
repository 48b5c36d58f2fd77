from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0005_event_recorded_index")]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["verb", "-id"], name="audit_verb"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["by", "-id"], name="audit_person"),
        ),
    ]
