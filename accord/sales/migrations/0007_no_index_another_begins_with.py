"""An index of a reference alone is not needed where another one begins with it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sales', '0006_open_deals_and_waiting_tasks'),
    ]

    operations = [
        migrations.AlterField(
            model_name='dealcontact',
            name='deal',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='people', to='sales.deal'),
        ),
        migrations.AlterField(
            model_name='stagechange',
            name='deal',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stage_changes', to='sales.deal'),
        ),
    ]
