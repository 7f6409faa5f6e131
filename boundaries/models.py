"""Administrative units in time, built-up areas, and the flat layers made of them.

Register geometry is EPSG:4547 (the city frame, metres, x east, y north, whole millimetres); published geometry
is EPSG:4490 (lon, lat).
"""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from geoapp.core.models import Jurisdiction, PublishedRow, Version

FRAME_SRID = 4547


class Unit(models.Model):
    """A district, town, village or community with an identity of its own; codes and names are dated."""

    class Level(models.TextChoices):
        """Levels of administrative units."""

        DISTRICT = "district", _("区")
        TOWN = "town", _("镇街")
        COMMUNITY = "community", _("村居")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    level = models.CharField(max_length=10, choices=Level.choices)
    jurisdiction = models.OneToOneField(
        Jurisdiction, null=True, on_delete=models.PROTECT, related_name="unit"
    )

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.id}"


class UnitVersion(Version):
    """What a unit was called, coded and covered between two days."""

    class Kind(models.TextChoices):
        """Kinds of unit."""

        DISTRICT = "district", _("市辖区")
        TOWN = "town", _("镇")
        STREET_OFFICE = "street_office", _("街道")
        VILLAGE = "village", _("村")
        COMMUNITY = "community", _("社区")
        VIRTUAL = "virtual", _("虚拟社区")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="versions")
    parent = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    pinyin = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=12, db_index=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    landless = models.BooleanField(default=False)
    households = models.PositiveIntegerField(default=0)
    population = models.PositiveIntegerField(default=0)
    synthetic = models.BooleanField(default=False)
    geom = models.MultiPolygonField(srid=FRAME_SRID, null=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "act_out"], name="bnd_unitversion_unit")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class BuiltUpArea(models.Model):
    """A built-up area (建成区): the scope in which a street name must be unique."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=100)
    district = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT)
    geom = models.MultiPolygonField(srid=FRAME_SRID)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source_status = models.CharField(max_length=20, default="UNVERIFIED")
    synthetic = models.BooleanField(default=False)
    lock_version = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PublishedUnit(PublishedRow):
    """Columns the unit layers share. ``unit`` names the parent."""

    code = models.CharField(max_length=12)
    pinyin = models.CharField(max_length=300, blank=True)
    parent_code = models.CharField(max_length=12, blank=True)
    households = models.PositiveIntegerField(default=0)
    population = models.PositiveIntegerField(default=0)
    synthetic = models.BooleanField(default=False)
    geom = models.MultiPolygonField(srid=4490)

    class Meta(PublishedRow.Meta):
        abstract = True


class PublishedCommunity(PublishedUnit):
    """Villages and communities with land."""

    class Meta:
        db_table = "pub_communities"
        indexes = [
            models.Index(fields=["id", "act_in"], name="pub_communities_id"),
            models.Index(fields=["code"], name="pub_communities_code"),
        ]


class PublishedTown(PublishedUnit):
    """Towns and sub-districts."""

    class Meta:
        db_table = "pub_towns"
        indexes = [models.Index(fields=["id", "act_in"], name="pub_towns_id")]


class PublishedDistrict(PublishedUnit):
    """Districts."""

    class Meta:
        db_table = "pub_districts"
        indexes = [models.Index(fields=["id", "act_in"], name="pub_districts_id")]
