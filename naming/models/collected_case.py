"""From the field to a case: which item came from which collected door, and which names collectors wait for."""

from __future__ import annotations

from django.db import models

from boundaries.models import Unit
from geoapp.core.models import Case, CaseItem
from naming.models.collection import CollectedDoor


class CollectedItem(models.Model):
    """The item of a door case that a collected door became: a door is asked for once, whoever presses the button.

    The row of an item that was refused, sent back or withdrawn with its case makes way for the next one
    (``naming.collected_items``); that of a removed item goes with it.
    """

    door = models.OneToOneField(
        CollectedDoor, primary_key=True, on_delete=models.PROTECT, related_name="entered"
    )
    item = models.OneToOneField(CaseItem, on_delete=models.CASCADE, related_name="collected_door")

    def __str__(self) -> str:
        return f"{self.door_id} → {self.item_id}"


class NameWanted(models.Model):
    """The case that names what collectors wrote down in a community (``written``, normalised), because it had no name."""

    row = models.BigAutoField(primary_key=True)
    community = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    written = models.CharField(max_length=200)
    naming_case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="names_wanted")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "written"], name="nam_namewanted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.written} → {self.naming_case_id}"
