"""Segments by rule and lists, their versions, members and sizes."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

KEY = models.BigAutoField(
    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
)
TRIGGERS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON people_segmentversion
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_rewriting();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON people_segmentversion
    FOR EACH STATEMENT EXECUTE FUNCTION accord_refuse_emptying();
"""
BACK = """
DROP TRIGGER append_only_whole ON people_segmentversion;
DROP TRIGGER append_only ON people_segmentversion;
"""


def person():
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


def segment(name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=name, to="people.segment"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0011_no_index_another_begins_with"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", KEY.clone()),
                ("name", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, max_length=500)),
                (
                    "kind",
                    models.CharField(
                        choices=[("dynamic", "By a rule"), ("static", "List")], max_length=7
                    ),
                ),
                ("rule", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("archived_at", models.DateTimeField(null=True)),
                ("evaluated_at", models.DateTimeField(null=True)),
                ("owner", person()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=Q(archived_at=None),
                        name="segment_name_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(kind="static", rule__isnull=True)
                        | Q(kind="dynamic", rule__isnull=False),
                        name="dynamic_segment_has_a_rule",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="SegmentVersion",
            fields=[
                ("id", KEY.clone()),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, max_length=500)),
                ("rule", models.JSONField(null=True)),
                ("at", models.DateTimeField()),
                ("by", person()),
                ("segment", segment("versions")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("segment", "number"), name="segment_version_once"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", KEY.clone()),
                ("since", models.DateTimeField()),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.contact",
                    ),
                ),
                ("segment", segment("memberships")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("segment", "contact"), name="membership_once"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="SegmentSize",
            fields=[
                ("id", KEY.clone()),
                ("at", models.DateTimeField()),
                ("size", models.PositiveIntegerField()),
                ("entered", models.PositiveIntegerField()),
                ("left", models.PositiveIntegerField()),
                ("segment", segment("sizes")),
            ],
            options={
                "indexes": [models.Index(fields=["segment", "at"], name="segment_size")]
            },
        ),
        migrations.RunSQL(TRIGGERS, BACK),
    ]
