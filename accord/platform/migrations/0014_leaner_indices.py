"""What an import writes goes into fewer indices, and into those of empty references not at all."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('platform', '0013_events_of_merged_contacts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='fieldchange',
            name='by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='fieldchange',
            index=models.Index(condition=models.Q(('by__isnull', False)), fields=['by'], name='change_by'),
        ),
    ]
