"""How many contacts a bulk change left out because their records are restricted."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0016_import_undone_by'),
    ]

    operations = [
        migrations.AddField(
            model_name='bulkchange',
            name='restricted',
            field=models.PositiveIntegerField(default=0, help_text='Left out: kept, not used.'),
        ),
    ]
