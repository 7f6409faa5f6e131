"""Standard addresses: the ladder below the number, positions, codes, plates. All nullable: no table is remade."""

import uuid

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("boundaries", "0005_import_originals"),
        ("naming", "0002_no_overlap_on_postgresql"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressCode",
            fields=[
                ("row", models.BigAutoField(primary_key=True, serialize=False)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("act_in", models.PositiveBigIntegerField()),
                ("act_out", models.PositiveBigIntegerField(null=True)),
                ("scheme", models.CharField(max_length=40)),
                ("code", models.CharField(max_length=60)),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="naming.address"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["address", "act_out"], name="nam_code_address"),
                    models.Index(fields=["code"], name="nam_code_code"),
                ]
            },
        ),
        migrations.CreateModel(
            name="AddressPosition",
            fields=[
                ("row", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("entrance", "入口"), ("plate", "门牌"), ("building", "楼栋")], max_length=10
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("gnss", "卫星定位"),
                            ("map", "图上点取"),
                            ("survey", "测绘成果"),
                            ("import", "数据导入"),
                        ],
                        max_length=10,
                    ),
                ),
                ("accuracy_m", models.FloatField(null=True)),
                ("source", models.CharField(blank=True, max_length=200)),
                ("taken_at", models.DateTimeField(null=True)),
                ("act_in", models.PositiveBigIntegerField()),
                ("act_out", models.PositiveBigIntegerField(null=True)),
                ("geom", django.contrib.gis.db.models.fields.PointField(spatial_index=False, srid=4547)),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="positions",
                        to="naming.address",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["address", "act_out"], name="nam_position_address")]},
        ),
        migrations.CreateModel(
            name="Plate",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("token", models.CharField(max_length=24, unique=True)),
                ("text", models.CharField(max_length=300)),
                ("number", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ordered", "待制作安装"),
                            ("hung", "已安装"),
                            ("replaced", "已更换"),
                            ("removed", "已拆除"),
                        ],
                        default="ordered",
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField(null=True)),
                ("hung_on", models.DateField(null=True)),
                ("ordered_in", models.PositiveBigIntegerField()),
                ("closed_in", models.PositiveBigIntegerField(null=True)),
                ("case_number", models.CharField(blank=True, max_length=40)),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plates",
                        to="naming.address",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["address", "state"], name="nam_plate_address")]},
        ),
        migrations.AddField(
            model_name="addressversion",
            name="building",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="addressversion",
            name="case_number",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="addressversion",
            name="compound",
            field=models.CharField(max_length=100, null=True),
        ),
        migrations.AddField(
            model_name="addressversion",
            name="floor",
            field=models.CharField(max_length=20, null=True),
        ),
        migrations.AddField(
            model_name="addressversion",
            name="room",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="addressversion",
            name="secret",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="addressversion",
            name="source",
            field=models.CharField(max_length=100, null=True),
        ),
        migrations.AddField(
            model_name="addressversion",
            name="state",
            field=models.CharField(
                choices=[("standard", "正式"), ("temporary", "临时（不作产权证明）"), ("reserved", "预留")],
                max_length=10,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="addressversion",
            name="unit_no",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="publishedaddress",
            name="building",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="publishedaddress",
            name="compound",
            field=models.CharField(max_length=100, null=True),
        ),
        migrations.AddField(
            model_name="publishedaddress",
            name="floor",
            field=models.CharField(max_length=20, null=True),
        ),
        migrations.AddField(
            model_name="publishedaddress",
            name="room",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="publishedaddress",
            name="unit_no",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="placename",
            name="lock_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="placename",
            name="category",
            field=models.CharField(
                choices=[("STR", "街路巷"), ("ADM", "行政区划与村居"), ("VIL", "自然村")], max_length=10
            ),
        ),
        migrations.AddIndex(
            model_name="addressversion",
            index=models.Index(fields=["text"], name="nam_addr_text"),
        ),
    ]
