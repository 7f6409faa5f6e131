"""What adjustments are drawn on and checked with: rivers, estates, buildings, and what files said of land.

Geometry is EPSG:4547 (the city frame, metres, x east, y north).
"""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

_FRAME_SRID = 4547


class River(models.Model):
    """A river or creek (河涌) by its centreline in the city frame: what a boundary may follow."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=100)
    geom = models.MultiLineStringField(srid=_FRAME_SRID)
    width_m = models.FloatField(_("宽度（米）"))
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Estate(models.Model):
    """A residential estate (小区) inside one community; boundaries go round it, never through it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=100)
    community = models.ForeignKey("boundaries.Unit", on_delete=models.PROTECT, related_name="mapped_estates")
    geom = models.MultiPolygonField(srid=_FRAME_SRID)
    synthetic = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Building(models.Model):
    """A building with the households and people in it; ``geom`` is a point inside it, in the city frame."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    estate = models.ForeignKey(Estate, null=True, on_delete=models.PROTECT, related_name="buildings")
    community = models.ForeignKey("boundaries.Unit", on_delete=models.PROTECT, related_name="buildings")
    households = models.PositiveIntegerField(_("户数"))
    population = models.PositiveIntegerField(_("人口"))
    floors = models.PositiveSmallIntegerField(_("层数"), default=1)
    geom = models.PointField(srid=_FRAME_SRID)
    synthetic = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.households} 户 {self.id}"


class UnitOriginal(models.Model):
    """What a file said of a unit's land, untouched: the register keeps its own form in the city frame.

    ``wkb`` is the file's geometry bit for bit (ISO WKB, x before y) in ``crs`` (EPSG code or WKT); ``act`` the act
    that took it over.
    """

    unit = models.ForeignKey("boundaries.Unit", on_delete=models.PROTECT, related_name="originals")
    act = models.PositiveBigIntegerField(db_index=True)
    crs = models.TextField()
    wkb = models.BinaryField()
    source_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["act", "id"]

    def __str__(self) -> str:
        return f"{self.source_name} #{self.act}"
