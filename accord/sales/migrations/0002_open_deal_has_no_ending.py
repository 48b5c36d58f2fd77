from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_first")]
    operations = [
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=~Q(outcome="") | Q(reason=None, closed_at=None),
                name="open_deal_has_no_ending",
            ),
        ),
    ]
