"""Search text without accents: the column is made anew, because its expression changes."""

import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import F

from accord.platform.search import Fold


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0003_stage_changes_only_added"),
        ("people", "0003_search_without_accents"),
    ]
    operations = [
        migrations.RemoveIndex(model_name="deal", name="deal_search"),
        migrations.RemoveField(model_name="deal", name="search_text"),
        migrations.AddField(
            model_name="deal",
            name="search_text",
            field=models.GeneratedField(
                expression=Fold(F("name")), output_field=models.TextField(), db_persist=True
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(F("search_text"), name="gin_trgm_ops"),
                name="deal_search",
            ),
        ),
    ]
