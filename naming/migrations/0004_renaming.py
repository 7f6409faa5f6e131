import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_tasks_of_adjustments"),
        ("naming", "0003_standard_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="RenameItem",
            fields=[
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="renaming",
                        serialize=False,
                        to="core.caseitem",
                    ),
                ),
                ("old_name", models.CharField(max_length=200)),
                (
                    "trigger",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("division", "区划变更"),
                            ("construction", "城乡建设"),
                            ("nature", "自然变化"),
                            ("other", "其他（须写明法律依据）"),
                        ],
                        max_length=20,
                    ),
                ),
                ("legal_basis", models.CharField(blank=True, max_length=500)),
                ("protected", models.BooleanField(default=False)),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renamings",
                        to="naming.placename",
                    ),
                ),
            ],
        ),
    ]
