"""Applications for door numbers: items, owners apart, tasks, confirmations, the table of old and new numbers."""

import uuid

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("boundaries", "0005_import_originals"),
        ("core", "0003_tasks_of_adjustments"),
        ("naming", "0006_address_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DoorOwner",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="owner",
                        serialize=False,
                        to="core.case",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="业主姓名")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
                ("erased_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PlatePhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plate_photo",
                        to="core.attachment",
                    ),
                ),
                (
                    "plate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="naming.plate"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReviewBlock",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("made_at", models.DateTimeField()),
                ("passed_at", models.DateTimeField(null=True)),
                ("cases", models.JSONField(default=list)),
                ("items", models.JSONField(default=list)),
                ("sample", models.JSONField(default=list)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="boundaries.unit"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at"],
            },
        ),
        migrations.CreateModel(
            name="AddressItem",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="door",
                        serialize=False,
                        to="core.caseitem",
                    ),
                ),
                ("street_text", models.CharField(blank=True, max_length=60)),
                ("number", models.PositiveIntegerField(null=True)),
                ("sub_number", models.PositiveIntegerField(null=True)),
                ("compound", models.CharField(blank=True, max_length=100)),
                ("building", models.CharField(blank=True, max_length=40)),
                ("unit_no", models.CharField(blank=True, max_length=40)),
                ("floor", models.CharField(blank=True, max_length=20)),
                ("room", models.CharField(blank=True, max_length=40)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("planning_permit", "建设工程规划许可证"),
                            ("homestead_approval", "宅基地批准文件"),
                            ("town_proof", "镇街证明"),
                            ("none", "无审批手续（只能编临时号）"),
                        ],
                        max_length=20,
                    ),
                ),
                ("permit_number", models.CharField(blank=True, max_length=100)),
                ("reason", models.TextField(blank=True)),
                ("collected", models.CharField(blank=True, max_length=36)),
                ("given_number", models.PositiveIntegerField(null=True)),
                ("given_sub", models.PositiveIntegerField(null=True)),
                ("given_text", models.CharField(blank=True, max_length=300)),
                ("explanation", models.TextField(blank=True)),
                ("explanation_en", models.TextField(blank=True)),
                ("geom", django.contrib.gis.db.models.fields.PointField(srid=4547)),
                (
                    "address",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="naming.address",
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="boundaries.unit"
                    ),
                ),
                (
                    "naming_case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.case",
                    ),
                ),
                (
                    "street",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="naming.placename",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["community"], name="nam_dooritem_community")],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.CharField(max_length=40, unique=True)),
                ("token", models.CharField(max_length=32, unique=True)),
                ("text", models.CharField(max_length=300)),
                ("temporary", models.BooleanField(default=False)),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("planning_permit", "建设工程规划许可证"),
                            ("homestead_approval", "宅基地批准文件"),
                            ("town_proof", "镇街证明"),
                            ("none", "无审批手续（只能编临时号）"),
                        ],
                        max_length=20,
                    ),
                ),
                ("permit_number", models.CharField(blank=True, max_length=100)),
                ("issuer", models.CharField(max_length=100)),
                ("issued_on", models.DateField()),
                ("act_in", models.PositiveBigIntegerField()),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="naming.address",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmation",
                        to="core.caseitem",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["address"], name="nam_confirmation_address")],
            },
        ),
        migrations.CreateModel(
            name="DoorTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("notify", "通知部门"),
                            ("plates", "制作安装门牌"),
                            ("release", "发布标准地址"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "recipient",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("MZ", "民政部门"),
                            ("ZR", "自然资源部门"),
                            ("ZJ", "住房和城乡建设部门"),
                            ("TOWN", "所在镇街"),
                        ],
                        max_length=10,
                    ),
                ),
                ("started_on", models.DateField()),
                ("due_on", models.DateField()),
                ("due_law", models.CharField(blank=True, max_length=100)),
                ("done_on", models.DateField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="door_tasks", to="core.case"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "kind", "recipient"), name="nam_doortask_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemOpening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item_version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="openings",
                        to="core.caseitem",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "officer", "item_version"), name="nam_itemopening_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Renumbering",
            fields=[
                ("row", models.BigAutoField(primary_key=True, serialize=False)),
                ("old_text", models.CharField(max_length=300)),
                ("new_text", models.CharField(max_length=300)),
                ("old_number", models.CharField(max_length=40)),
                ("new_number", models.CharField(max_length=40)),
                ("valid_from", models.DateField()),
                ("act_in", models.PositiveBigIntegerField()),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renumberings",
                        to="naming.address",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renumberings",
                        to="core.case",
                    ),
                ),
            ],
            options={
                "ordering": ["row"],
                "indexes": [models.Index(fields=["address"], name="nam_renumbering_address")],
            },
        ),
    ]
