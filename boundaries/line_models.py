"""Boundary lines and markers in time, and the flat layers made of them.

Register geometry is EPSG:4547 (the city frame, metres, x east, y north, whole millimetres); published geometry is
EPSG:4490 (lon, lat).
"""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from geoapp.core.models import PublishedRow, Version

_FRAME_SRID = 4547
_LEVELS = [("district", _("区级界线")), ("town", _("镇级界线")), ("community", _("村居界线"))]


class BoundaryLine(models.Model):
    """The line between two neighbouring units of one level: one line for two units, whatever becomes of its course.

    ``first`` and ``second`` are in the order of their ids; who is named first on a day is the version's affair.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    level = models.CharField(max_length=10, choices=_LEVELS)
    first = models.ForeignKey("boundaries.Unit", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("boundaries.Unit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="bnd_line_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="bnd_line_two_units"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.id}"


class BoundaryLineVersion(Version):
    """How a line ran between two days, and what it was called.

    Course, name and the words for its units follow from the units' own versions (decision 17). ``code`` and the
    agreement (协议书) are entered as registered; an agreement speaks of one course and does not pass to another.
    ``length_m`` is measured in the frame.
    """

    line = models.ForeignKey(BoundaryLine, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(_("界线名称"), max_length=210)
    units = models.CharField(_("毗邻单位"), max_length=210)
    unit_codes = models.CharField(_("毗邻单位代码"), max_length=30, blank=True)
    code = models.CharField(_("界线代码"), max_length=40, blank=True)
    agreement = models.CharField(_("协议书"), max_length=200, blank=True)
    agreed_on = models.DateField(_("协议签订日期"), null=True)
    length_m = models.FloatField(_("长度（米）"))
    synthetic = models.BooleanField(default=False)
    geom = models.MultiLineStringField(srid=_FRAME_SRID)

    class Meta:
        indexes = [models.Index(fields=["line", "act_out"], name="bnd_lineversion_line")]

    def __str__(self) -> str:
        return self.name


class BoundaryMarker(models.Model):
    """A boundary marker (界桩) with an identity of its own; number, place and state are dated."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    def __str__(self) -> str:
        return str(self.id)


class BoundaryMarkerLine(Version):
    """Which line a marker marks, between two days: at a junction there are three."""

    marker = models.ForeignKey(BoundaryMarker, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(BoundaryLine, on_delete=models.PROTECT, related_name="markers")

    class Meta:
        indexes = [
            models.Index(fields=["line", "act_out"], name="bnd_markerline_line"),
            models.Index(fields=["marker", "act_out"], name="bnd_markerline_marker"),
        ]

    def __str__(self) -> str:
        return f"{self.marker_id} {self.line_id}"


class BoundaryMarkerVersion(Version):
    """Where a marker stood between two days, under which number, in what state, and who keeps it.

    ``number`` is stored as registered, never composed. ``faces`` is the number of inscribed sides.
    """

    class Kind(models.TextChoices):
        """How many markers stand for one boundary point (GB/T 17796)."""

        SINGLE = "single", _("单立")
        DOUBLE = "double", _("双立")
        TRIPLE = "triple", _("三立")
        OTHER = "other", _("其他")

    class State(models.TextChoices):
        """What is known of the marker on the ground."""

        INTACT = "intact", _("完好")
        DAMAGED = "damaged", _("损坏")
        MOVED = "moved", _("移位")
        MISSING = "missing", _("丢失")

    marker = models.ForeignKey(BoundaryMarker, on_delete=models.PROTECT, related_name="versions")
    number = models.CharField(_("界桩编号"), max_length=40, db_index=True)
    kind = models.CharField(_("界桩类型"), max_length=10, choices=Kind.choices)
    faces = models.PositiveSmallIntegerField(_("面数"), default=2)
    responsible = models.ForeignKey(
        "boundaries.Unit", null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("责任单位")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.INTACT)
    erected_on = models.DateField(_("埋设日期"), null=True)
    synthetic = models.BooleanField(default=False)
    geom = models.PointField(srid=_FRAME_SRID)

    class Meta:
        indexes = [models.Index(fields=["marker", "act_out"], name="bnd_markerversion_marker")]

    def __str__(self) -> str:
        return self.number


class PublishedBoundaryLine(PublishedRow):
    """Lines between units; ``kind`` is the level, ``unit`` names the two units."""

    code = models.CharField(max_length=40, blank=True)
    unit_codes = models.CharField(max_length=30, blank=True)
    length_m = models.FloatField()
    agreement = models.CharField(max_length=200, blank=True)
    agreed_on = models.DateField(null=True)
    synthetic = models.BooleanField(default=False)
    geom = models.MultiLineStringField(srid=4490)

    class Meta:
        db_table = "pub_boundary_lines"
        indexes = [models.Index(fields=["id", "act_in"], name="pub_boundary_lines_id")]


class PublishedBoundaryMarker(PublishedRow):
    """Boundary markers; ``name`` is the number, ``unit`` names the units whose lines it marks."""

    unit_codes = models.CharField(max_length=60, blank=True)
    lines = models.CharField(max_length=700, blank=True)
    faces = models.PositiveSmallIntegerField()
    responsible = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10)
    synthetic = models.BooleanField(default=False)
    geom = models.PointField(srid=4490)

    class Meta:
        db_table = "pub_boundary_markers"
        indexes = [models.Index(fields=["id", "act_in"], name="pub_boundary_markers_id")]
