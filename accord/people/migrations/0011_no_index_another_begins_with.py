"""An index of a reference alone is not needed where another one begins with it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0010_consent_only_added'),
    ]

    operations = [
        migrations.AlterField(
            model_name='address',
            name='contact',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='people.contact'),
        ),
        migrations.AlterField(
            model_name='affiliation',
            name='contact',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='affiliations', to='people.contact'),
        ),
        migrations.AlterField(
            model_name='lifecyclechange',
            name='contact',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lifecycle', to='people.contact'),
        ),
    ]
