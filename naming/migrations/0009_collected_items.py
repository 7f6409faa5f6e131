"""From the field to a case: items link to the collected doors they came from; names that collectors wait for."""

from uuid import UUID

import django.db.models.deletion
from django.db import migrations, models


def link_known(apps, schema_editor):
    """Link the items that were opened with a collected door in hand before there was a table for it."""
    items = apps.get_model("naming", "AddressItem").objects.exclude(collected="")
    doors = apps.get_model("naming", "CollectedDoor").objects
    links = apps.get_model("naming", "CollectedItem").objects
    gone = {"item__outcome__in": ["refused", "sent_back"]}
    items = items.exclude(**gone).exclude(item__case__status__in=["refused", "withdrawn"])
    for item, text in items.order_by("item__case__number").values_list("item_id", "collected"):
        try:
            key = UUID(text)
        except ValueError:
            continue
        if doors.filter(pk=key).exists():
            links.get_or_create(door_id=key, defaults={"item_id": item})


class Migration(migrations.Migration):
    dependencies = [
        ("boundaries", "0006_edition_uploads"),
        ("core", "0004_collectors"),
        ("naming", "0008_prepared_cascades"),
    ]

    operations = [
        migrations.CreateModel(
            name="CollectedItem",
            fields=[
                (
                    "door",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="entered",
                        serialize=False,
                        to="naming.collecteddoor",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="collected_door",
                        to="core.caseitem",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NameWanted",
            fields=[
                ("row", models.BigAutoField(primary_key=True, serialize=False)),
                ("written", models.CharField(max_length=200)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="boundaries.unit"
                    ),
                ),
                (
                    "naming_case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names_wanted",
                        to="core.case",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("community", "written"), name="nam_namewanted_once")
                ],
            },
        ),
        migrations.RunPython(link_known, migrations.RunPython.noop),
    ]
