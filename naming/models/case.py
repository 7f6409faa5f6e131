"""What a naming case asks for, item by item."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from boundaries.models import FRAME_SRID
from geoapp.core.models import CaseItem


class StreetItem(models.Model):
    """The street of a naming item: the wished name, its reading and the extent (city frame, metres)."""

    class RoadClass(models.TextChoices):
        """Class of road."""

        ARTERIAL = "arterial", _("主干路")
        SECONDARY = "secondary", _("次干路")
        LOCAL = "local", _("支路")
        STREET = "street", _("街")
        LANE = "lane", _("巷")

    item = models.OneToOneField(CaseItem, primary_key=True, on_delete=models.CASCADE, related_name="street")
    name = models.CharField(max_length=60)
    pinyin = models.CharField(max_length=300, blank=True)
    mended = models.JSONField(default=list)
    meaning = models.TextField(blank=True)
    width_m = models.FloatField(null=True)
    start_text = models.CharField(max_length=200, blank=True)
    end_text = models.CharField(max_length=200, blank=True)
    road_class = models.CharField(max_length=20, choices=RoadClass.choices, blank=True)
    roles = models.JSONField(default=list)
    note = models.TextField(blank=True)
    geom = models.MultiLineStringField(srid=FRAME_SRID)

    def __str__(self) -> str:
        return self.name
