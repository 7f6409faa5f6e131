"""What collectors bring home: tasks, doors, every revision of them, photos. CreateModel and indexes only."""

import uuid

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("boundaries", "0005_import_originals"),
        ("core", "0004_collectors"),
        ("naming", "0004_renaming"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CollectTask",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("block", models.CharField(max_length=100, verbose_name="片区")),
                ("area", models.JSONField(blank=True, null=True)),
                (
                    "setting",
                    models.CharField(
                        choices=[("urban", "城区"), ("rural", "乡村")],
                        default="rural",
                        max_length=6,
                        verbose_name="环境",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "采集中"), ("closed", "已结束")], default="open", max_length=6
                    ),
                ),
                ("due_on", models.DateField(null=True, verbose_name="截止日期")),
                ("note", models.TextField(blank=True, verbose_name="说明")),
                ("created_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("synthetic", models.BooleanField(default=False)),
                (
                    "assigned_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collect_tasks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collect_tasks",
                        to="boundaries.unit",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.jurisdiction"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="CollectedDoor",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("device", models.UUIDField()),
                ("seq", models.PositiveIntegerField()),
                ("revision", models.PositiveIntegerField()),
                ("payload_hash", models.CharField(max_length=64)),
                ("street_text", models.CharField(blank=True, max_length=200)),
                ("village", models.CharField(blank=True, max_length=100)),
                (
                    "plate",
                    models.CharField(
                        choices=[("hangs", "有门牌"), ("none", "无门牌"), ("damaged", "门牌损坏")],
                        max_length=8,
                    ),
                ),
                ("plate_text", models.CharField(blank=True, max_length=200)),
                ("number", models.PositiveIntegerField(null=True)),
                ("sub_number", models.PositiveIntegerField(null=True)),
                ("suggested", models.BooleanField(default=False)),
                ("compound", models.CharField(blank=True, max_length=100)),
                ("building", models.CharField(blank=True, max_length=40)),
                ("unit_no", models.CharField(blank=True, max_length=40)),
                ("floor", models.CharField(blank=True, max_length=20)),
                ("room", models.CharField(blank=True, max_length=40)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("side", models.CharField(blank=True, max_length=5)),
                ("accuracy_m", models.FloatField(null=True)),
                (
                    "method",
                    models.CharField(choices=[("gnss", "卫星定位"), ("map", "图上点取")], max_length=4),
                ),
                ("recorded_at", models.DateTimeField()),
                ("first_received_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("clock_skew_s", models.FloatField(default=0)),
                ("claim", models.CharField(blank=True, max_length=600)),
                ("turn", models.PositiveIntegerField(default=0)),
                ("registered", models.UUIDField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "已上传"),
                            ("conflict", "有冲突"),
                            ("returned", "已退回"),
                            ("accepted", "已通过"),
                            ("withdrawn", "与他人重复，已撤下"),
                        ],
                        default="received",
                        max_length=9,
                    ),
                ),
                (
                    "resolution",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mine", "以我的为准，请镇街裁定"),
                            ("theirs", "与对方是同一扇门，采用对方的"),
                            ("next", "改用下一个空号"),
                        ],
                        max_length=6,
                    ),
                ),
                ("review_note", models.CharField(blank=True, max_length=500)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("synthetic", models.BooleanField(default=False)),
                ("geom", django.contrib.gis.db.models.fields.PointField(srid=4547)),
                (
                    "collected_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collected_doors",
                        to="naming.placename",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="doors",
                        to="naming.collecttask",
                    ),
                ),
            ],
            options={
                "ordering": ["first_received_at", "seq"],
            },
        ),
        migrations.CreateModel(
            name="CollectedPhoto",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(choices=[("plate", "门牌照片"), ("front", "门面照片")], max_length=5),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("stored_sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("width_px", models.PositiveIntegerField()),
                ("height_px", models.PositiveIntegerField()),
                ("file", models.FileField(upload_to="collect/%Y/%m/")),
                ("uploaded_at", models.DateTimeField()),
                (
                    "door",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="naming.collecteddoor",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["uploaded_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("door", "kind", "sha256"), name="nam_collphoto_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CollectedRevision",
            fields=[
                ("row", models.BigAutoField(primary_key=True, serialize=False)),
                ("revision", models.PositiveIntegerField()),
                ("device", models.UUIDField()),
                ("payload", models.TextField()),
                ("payload_hash", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("clock_skew_s", models.FloatField(default=0)),
                (
                    "door",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="naming.collecteddoor",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["door", "revision"],
                "constraints": [
                    models.UniqueConstraint(fields=("door", "revision"), name="nam_collrevision_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="collecttask",
            index=models.Index(fields=["assigned_to", "state"], name="nam_colltask_who"),
        ),
        migrations.AddIndex(
            model_name="collecteddoor",
            index=models.Index(fields=["task", "state"], name="nam_colldoor_task"),
        ),
        migrations.AddIndex(
            model_name="collecteddoor",
            index=models.Index(fields=["claim"], name="nam_colldoor_claim"),
        ),
        migrations.AddIndex(
            model_name="collecteddoor",
            index=models.Index(fields=["street", "number"], name="nam_colldoor_street"),
        ),
    ]
