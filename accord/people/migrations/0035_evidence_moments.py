"""Evidence keeps each moment equal words were said at: another may have been said in between.

Of rows from before, the first and the last moment are all that is known.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0034_asked_again_once_not_restricted")]

    operations = [
        migrations.AddField(
            "evidence", "moments", ArrayField(models.DateTimeField(), default=list, db_default=[])
        ),
    ]
