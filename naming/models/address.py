"""Standard addresses: an anchor and its versions. Positions are EPSG:4547 metres."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models

from boundaries.models import FRAME_SRID, Unit
from geoapp.core.models import Version
from naming.models.gazetteer import PlaceName


class Address(models.Model):
    """A door with an address; the identity outlives every text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    synthetic = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.id)


class AddressVersion(Version):
    """Number, street, community, composed text and entrance of an address between two days."""

    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="versions")
    street = models.ForeignKey(PlaceName, on_delete=models.PROTECT, related_name="addresses")
    community = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="addresses")
    number = models.PositiveIntegerField()
    sub_number = models.PositiveIntegerField(null=True)
    side = models.CharField(max_length=5, blank=True)
    text = models.CharField(max_length=300)
    geom = models.PointField(srid=FRAME_SRID)

    class Meta:
        indexes = [
            models.Index(fields=["address", "act_out"], name="nam_addr_address"),
            models.Index(fields=["street", "number"], name="nam_addr_number"),
        ]

    def __str__(self) -> str:
        return self.text
