"""An index of how the short words of names may be spelled."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from accord.platform.search import Spellings


class Migration(migrations.Migration):
    dependencies = [("platform", "0019_spellings"), ("marketing", "0007_form_written_by_and_settled")]

    operations = [
        migrations.AddIndex("campaign", GinIndex(Spellings("search_text"), name="campaign_spelling")),
    ]
