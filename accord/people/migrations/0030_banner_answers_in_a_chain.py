"""Answers to the banner are a chain: one that is taken away is missed. Those before are none."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0029_lists_follow_merges'),
    ]

    operations = [
        migrations.AddField(
            model_name='banneranswer',
            name='chain',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
    ]
