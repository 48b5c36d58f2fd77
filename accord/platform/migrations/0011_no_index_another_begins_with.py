"""An index of a reference alone is not needed where another one begins with it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0010_events_of_visitors'),
    ]

    operations = [
        migrations.AlterField(
            model_name='importrow',
            name='source',
            field=models.ForeignKey(db_column='import_id', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='result_rows', to='platform.import'),
        ),
    ]
