"""An index of how the short words of names may be spelled."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from accord.platform.search import Spellings


class Migration(migrations.Migration):
    dependencies = [("platform", "0019_spellings"), ("sales", "0011_told_where_somebody_is_noted")]

    operations = [
        migrations.AddIndex("deal", GinIndex(Spellings("search_text"), name="deal_spelling")),
    ]
