"""An index of how the short words of names may be spelled."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from accord.platform.search import Spellings


class Migration(migrations.Migration):
    dependencies = [("platform", "0019_spellings"), ("people", "0032_children_and_parents")]

    operations = [
        migrations.AddIndex("company", GinIndex(Spellings("search_text"), name="company_spelling")),
        migrations.AddIndex("contact", GinIndex(Spellings("search_text"), name="contact_spelling")),
    ]
