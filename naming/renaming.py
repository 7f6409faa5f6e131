"""What a renaming says beside the new name, read from a form; and what the register says of the street now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from geoapp.core.authority import authority_for, profile_on
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput, NotFound
from geoapp.core.models import Case, CaseItem
from naming.checks import RULES
from naming.models import PlaceNameVersion, RenameItem, StreetVersion

BASIS_LIMIT = 500


@dataclass(frozen=True)
class Renaming:
    """Which street is to be called otherwise, and why; ``name`` and ``extent`` as in law on the day it was read."""

    name: PlaceNameVersion
    extent: StreetVersion
    trigger: str = ""
    legal_basis: str = ""
    protected: bool = False

    @property
    def old_name(self) -> str:
        """The street's name in law."""
        return self.name.name


def street_on(ident: str, on: date) -> tuple[PlaceNameVersion, StreetVersion]:
    """Return a street's name and extent in law on a day. Raises NotFound."""
    try:
        place = UUID(str(ident))
    except ValueError:
        place = None
    names = in_force(PlaceNameVersion.objects.filter(place_id=place, place__category="STR"), on)
    name = names.select_related("place").first()
    extent = in_force(StreetVersion.objects.filter(place_id=place), on).first()
    if name is None or extent is None:
        raise NotFound(
            _("没有找到要更名的街路巷，或它在这一天已不再使用"),
            field="street",
            remedy=_("请从街路巷的词条页面点“申请更名”"),
        )
    return name, extent


def read_renaming(data: Mapping[str, Any], *, on: date) -> Renaming:
    """Read which street is renamed and why. A missing trigger is rule N-22's affair, not the form's.

    Raises NotFound for a street that is not in law, BadInput for an unknown trigger or too long a basis.
    """
    asked = str(data.get("street") or "").strip()
    if not asked:
        raise BadInput(
            _("没有指明要更名的街路巷"), field="street", remedy=_("请从街路巷的词条页面点“申请更名”")
        )
    name, extent = street_on(asked, on)
    trigger = str(data.get("trigger") or "").strip()
    if trigger and trigger not in RenameItem.Trigger.values:
        raise BadInput(
            _("没有“%(trigger)s”这种更名缘由") % {"trigger": trigger[:20]},
            field="trigger",
            remedy=_("请从列表中选择"),
        )
    basis = str(data.get("legal_basis") or "").strip()
    if len(basis) > BASIS_LIMIT:
        raise BadInput(
            _("文字有 %(count)s 个字，超过 %(limit)s 个字") % {"count": len(basis), "limit": BASIS_LIMIT},
            field="legal_basis",
            remedy=_("请精简"),
        )
    protected = str(data.get("protected") or "").lower() in {"1", "true", "on", "yes"}
    return Renaming(name, extent, trigger, basis, protected)


def current_name(place: Any, on: date) -> str:
    """Return what a street is called on a day, an empty text when it has no name then."""
    found = in_force(PlaceNameVersion.objects.filter(place_id=place), on).first()
    return found.name if found else ""


def publicity_days(case: Case, on: date) -> int:
    """Return the least days of a case's public notice: its authority's, and the profile's for a renaming."""
    authority = authority_for(case, on)
    days = authority.publicity_days if authority else 7
    if not case.items.filter(kind="rename").exclude(outcome=CaseItem.Outcome.SPLIT_OFF).exists():
        return days
    asked = profile_on(on).parameters("N-22", RULES["N-22"].parameters)["publicity_days"]
    return max(days, int(asked))
