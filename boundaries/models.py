"""Administrative units in time, built-up areas, and the flat layers made of them.

Register geometry is EPSG:4547 (the city frame, metres, x east, y north, whole millimetres); published geometry
is EPSG:4490 (lon, lat).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from boundaries.edition_models import EditionAnswer, EditionUpload
from boundaries.line_models import (
    BoundaryLine,
    BoundaryLineVersion,
    BoundaryMarker,
    BoundaryMarkerLine,
    BoundaryMarkerVersion,
    PublishedBoundaryLine,
    PublishedBoundaryMarker,
)
from boundaries.material_models import Building, Estate, River, UnitOriginal
from geoapp.core.models import Case, CaseItem, Jurisdiction, PublishedRow, Version

__all__ = [
    "FRAME_SRID",
    "AdjustmentItem",
    "BoundaryLine",
    "BoundaryLineVersion",
    "BoundaryMarker",
    "BoundaryMarkerLine",
    "BoundaryMarkerVersion",
    "BoundaryUpload",
    "Building",
    "BuiltUpArea",
    "CoverageCertificate",
    "EditionAnswer",
    "EditionUpload",
    "Estate",
    "Meeting",
    "PublishedBoundaryLine",
    "PublishedBoundaryMarker",
    "PublishedCommunity",
    "PublishedDistrict",
    "PublishedTown",
    "PublishedUnit",
    "River",
    "Unit",
    "UnitLineage",
    "UnitOriginal",
    "UnitVersion",
]
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

    class EdgeStatus(models.TextChoices):
        """How settled the unit's line is."""

        SETTLED = "settled", _("已定")
        PENDING = "pending", _("待定")
        DISPUTED = "disputed", _("争议")

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
    population_registered = models.PositiveIntegerField(_("户籍人口"), null=True)
    population_actual = models.PositiveIntegerField(_("实有人口"), null=True)
    office_address = models.CharField(_("办公地址"), max_length=300, null=True)
    estates = models.TextField(_("辖内小区"), null=True)
    extent_text = models.TextField(_("四至"), null=True)
    collective = models.CharField(_("集体经济组织"), max_length=200, null=True)
    edge_status = models.CharField(_("界线状态"), max_length=10, choices=EdgeStatus.choices, null=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "act_out"], name="bnd_unitversion_unit")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class UnitLineage(models.Model):
    """Where a unit came from or went to: n:m, with the shares that passed along each arrow.

    ``area_mm2x2`` is twice the area in square millimetres of the city frame, an exact integer; shares are empty
    where nobody measured them. ``confidence`` is empty for what a case decided, 0 to 1 for what was inferred from
    lists. Rows are never changed in place: ``[act_in, act_out)`` as everywhere.
    """

    class Kind(models.TextChoices):
        """How one unit follows another."""

        SPLIT = "split", _("分设")
        MERGED = "merged", _("合并")
        VILLAGE_TO_COMMUNITY = "village_to_community", _("村改居")
        TRANSFER = "transfer", _("划转范围")
        SUCCEEDED = "succeeded", _("撤销后承接")

    row = models.BigAutoField(primary_key=True)
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="lineage_out")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="lineage_in")
    effective = models.DateField(_("生效日期"))
    kind = models.CharField(max_length=24, choices=Kind.choices)
    area_mm2x2 = models.PositiveBigIntegerField(null=True)
    households = models.PositiveIntegerField(null=True)
    addresses = models.PositiveIntegerField(null=True)
    confidence = models.FloatField(null=True)
    source = models.CharField(_("依据"), max_length=500, blank=True)
    act_in = models.PositiveBigIntegerField()
    act_out = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["effective", "row"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(from_unit=models.F("to_unit")), name="bnd_lineage_two_units"
            ),
            models.UniqueConstraint(
                fields=["from_unit", "to_unit", "effective", "act_in"],
                condition=models.Q(act_out__isnull=True),
                name="bnd_lineage_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_unit_id} → {self.to_unit_id} {self.effective}"


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


class AdjustmentItem(models.Model):
    """What an adjustment case asks for, item by item: operations on land and the units as they shall be.

    ``operations`` is the JSON of ``boundaries.editing`` in order; ``after`` describes every unit the item makes or
    changes (``boundaries.proposed``). ``base_seq`` is the act up to which the drawer knew the register, ``base``
    the row numbers of the versions the operations were drawn on: when they are no longer the standing ones the
    operations are replayed on the new land, or refused with who moved it.
    """

    class Kind(models.TextChoices):
        """Kinds of adjustment (domain table A5)."""

        SETUP = "setup", _("设立")
        SPLIT = "split", _("分设")
        MERGE = "merge", _("合并")
        DISSOLVE = "dissolve", _("撤销")
        TRANSFER = "transfer", _("调整范围")
        CONVERT = "convert", _("村改居")
        RENAME = "rename", _("更名")

    item = models.OneToOneField(
        CaseItem, primary_key=True, on_delete=models.CASCADE, related_name="adjustment"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    operations = models.JSONField(default=list)
    after = models.JSONField(default=list)
    base = models.JSONField(default=dict)
    base_seq = models.PositiveBigIntegerField(default=0)
    assets_touched = models.BooleanField(_("涉及集体资产"), default=False)
    note = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.item_id}"


class Meeting(models.Model):
    """A villagers' meeting about an adjustment, by its counts: what it decided is computed, never ticked."""

    class Body(models.TextChoices):
        """Who met (村民委员会组织法)."""

        VILLAGERS = "villagers", _("村民会议")
        HOUSEHOLDS = "households", _("户代表参加的村民会议")
        REPRESENTATIVES = "representatives", _("村民代表会议")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="meetings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("村"))
    body = models.CharField(_("会议形式"), max_length=16, choices=Body.choices)
    notice_on = models.DateField(_("通知日期"))
    held_on = models.DateField(_("召开日期"))
    eligible = models.PositiveIntegerField(_("应到人数（十八周岁以上村民或户代表）"))
    present = models.PositiveIntegerField(_("实到人数"))
    votes_for = models.PositiveIntegerField(_("赞成"))
    votes_against = models.PositiveIntegerField(_("反对"))
    votes_abstained = models.PositiveIntegerField(_("弃权"), default=0)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "unit"], name="bnd_meeting_once")]

    def __str__(self) -> str:
        return f"{self.get_body_display()} {self.held_on}"


class CoverageCertificate(models.Model):
    """The proof of a change of land at a date, kept with the act that made it; ``body`` verifies offline."""

    act = models.PositiveBigIntegerField(db_index=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="certificates")
    on = models.DateField()
    holds = models.BooleanField()
    sha256 = models.CharField(max_length=64)
    body = models.TextField()

    class Meta:
        ordering = ["act", "on"]

    def __str__(self) -> str:
        return f"#{self.act} {self.on}"


class BoundaryUpload(models.Model):
    """A boundary file waiting to be imported, with what its sender said about it; ``act`` once it was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filename = models.CharField(max_length=200)
    file = models.FileField(upload_to="boundaries/%Y/%m/")
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    level = models.CharField(max_length=10, choices=Unit.Level.choices)
    on = models.DateField()
    options = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    uploaded_at = models.DateTimeField()
    act = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.filename
