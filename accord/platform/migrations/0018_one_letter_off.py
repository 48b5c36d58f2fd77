"""Nothing any more: what stood here, and its extension `fuzzystrmatch`, is replaced by 0019."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("platform", "0017_bulk_leaves_out_restricted")]

    operations: list[object] = []
