"""What a renaming asks for beside the new name: which street, why, and whether its name is protected."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from geoapp.core.models import CaseItem
from naming.models.gazetteer import PlaceName


class RenameItem(models.Model):
    """An item that gives a registered street another name; the new name is in its ``StreetItem``.

    ``old_name`` is the name in law when it was filed. ``protected`` says that the name is on the protection list
    (地名保护名录).
    """

    class Trigger(models.TextChoices):
        """Why name and fact no longer agree (地名管理条例 art. 10)."""

        DIVISION = "division", _("区划变更")
        CONSTRUCTION = "construction", _("城乡建设")
        NATURE = "nature", _("自然变化")
        OTHER = "other", _("其他（须写明法律依据）")

    item = models.OneToOneField(CaseItem, primary_key=True, on_delete=models.CASCADE, related_name="renaming")
    place = models.ForeignKey(PlaceName, on_delete=models.PROTECT, related_name="renamings")
    old_name = models.CharField(max_length=200)
    trigger = models.CharField(max_length=20, choices=Trigger.choices, blank=True)
    legal_basis = models.CharField(max_length=500, blank=True)
    protected = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.old_name} → {self.item.title}"
