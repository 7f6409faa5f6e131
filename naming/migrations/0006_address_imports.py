"""Address files on their way into the register: imports, their rows, remembered columns. No geometry."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from geoapp.core.database import PostgresOnlySQL


class Migration(migrations.Migration):
    dependencies = [
        ("naming", "0005_collection"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("signature", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("header", models.JSONField()),
                ("mapping", models.JSONField()),
                ("options", models.JSONField(default=dict)),
                ("confirmed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AddressImport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("filename", models.CharField(max_length=200)),
                ("path", models.CharField(blank=True, max_length=500)),
                ("file", models.FileField(null=True, upload_to="addresses/%Y/%m/")),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("header", models.JSONField(default=list)),
                ("signature", models.CharField(max_length=64)),
                ("mapping", models.JSONField(default=dict)),
                ("options", models.JSONField(default=dict)),
                ("on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "待核对各列"),
                            ("staging", "正在读入"),
                            ("checking", "正在检查"),
                            ("checked", "已检查"),
                            ("entering", "正在登记"),
                            ("done", "已完成"),
                        ],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                ("accepted", models.BooleanField(default=False)),
                ("note", models.TextField(blank=True)),
                ("areas", models.JSONField(null=True)),
                ("total", models.PositiveIntegerField(null=True)),
                ("staged", models.PositiveIntegerField(default=0)),
                ("checked", models.PositiveIntegerField(default=0)),
                ("checked_to", models.UUIDField(null=True)),
                ("checked_seq", models.PositiveBigIntegerField(null=True)),
                ("entered", models.PositiveIntegerField(default=0)),
                ("entered_to", models.UUIDField(null=True)),
                ("acts", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("lock_version", models.PositiveIntegerField(default=0)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="AddressImportRow",
            fields=[
                ("row", models.BigAutoField(primary_key=True, serialize=False)),
                ("index", models.PositiveIntegerField()),
                ("values", models.JSONField()),
                ("place", models.UUIDField()),
                ("number", models.PositiveIntegerField(default=0)),
                ("sub_number", models.PositiveIntegerField(default=0)),
                ("x_mm", models.BigIntegerField(null=True)),
                ("y_mm", models.BigIntegerField(null=True)),
                ("cell", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("staged", "通过"),
                            ("warned", "有警告"),
                            ("blocked", "不通过"),
                            ("present", "登记中已有"),
                            ("entered", "已登记"),
                        ],
                        default="staged",
                        max_length=8,
                    ),
                ),
                ("accepted", models.BooleanField(default=False)),
                ("findings", models.JSONField(null=True)),
                ("act", models.PositiveBigIntegerField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="naming.addressimport",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["batch", "place", "number", "sub_number", "index"],
                        name="nam_import_row_place",
                    ),
                    models.Index(fields=["batch", "cell"], name="nam_import_row_cell"),
                    models.Index(
                        condition=models.Q(("state__in", ["staged", "entered"]), _negated=True),
                        fields=["batch", "state", "index"],
                        name="nam_import_row_found",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "index"), name="nam_import_row_index")
                ],
            },
        ),
        # A row's state changes in place: room on its page keeps the indexes untouched.
        PostgresOnlySQL("ALTER TABLE naming_addressimportrow SET (fillfactor = 80)", migrations.RunSQL.noop),
    ]
