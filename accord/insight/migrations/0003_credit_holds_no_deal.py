"""Credit is worked out anew: it refers to deals without holding them, and knows its lookback."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0002_watermark")]
    operations = [
        migrations.RunSQL(
            "TRUNCATE insight_credit; DELETE FROM insight_watermark", migrations.RunSQL.noop
        ),
        migrations.RemoveIndex("credit", "credit_deal"),
        migrations.RemoveField("credit", "deal"),
        migrations.AddField(
            "credit", "deal_id", models.BigIntegerField(default=0), preserve_default=False
        ),
        migrations.AddIndex(
            "credit", models.Index(fields=["deal_id", "goal", "model"], name="credit_deal")
        ),
        migrations.CreateModel(
            "CreditedDeal",
            [
                ("deal_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("company_id", models.BigIntegerField(null=True)),
                ("won_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("value", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("stale", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddField("watermark", "snapshot", models.TextField(blank=True, default="")),
        migrations.AddField("watermark", "lookback_days", models.IntegerField(null=True)),
    ]
