from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0030_banner_answers_in_a_chain")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="born_on",
            field=models.DateField(help_text="Tells who is a child.", null=True),
        ),
    ]
