"""Names that hang on a street's name: X街二巷 on X街, X横路 and X二路 on X. When the street is renamed, they are not.

No rule of law renames them with it (domain.md: the parent renamed, the children are flagged): they are shown to those
who apply and decide, with the name each would have, and each may become an item of its own in the same case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from geoapp.core.effective import in_force, standing
from geoapp.core.models import Case
from naming.language.normalise import normalise_name
from naming.language.split import NameParts, split_name
from naming.models import PlaceNameVersion, RenameItem, StreetVersion


@dataclass(frozen=True)
class DerivedName:
    """A registered street whose name hangs on another's; ``new_name`` is what it would be called, ``item`` its item."""

    street: UUID
    name: str
    new_name: str
    where: str
    item: int | None = None


def derived_names(
    place: UUID, old_name: str, new_name: str, on: date, *, case: Case | None = None
) -> list[DerivedName]:
    """Return the streets in the same scope whose names hang on ``old_name``, in order of their names.

    Those are the names that begin with the whole old name and go on (鱼跃路二巷), and, when the old name is a bare
    specific part with its generic term, those of the same specific part with a position or number (鱼跃横路, 鱼跃二路).
    ``new_name`` empty: so are theirs. ``item`` is the number of an item of ``case`` that renames them already.
    """
    whole = normalise_name(old_name)
    old, new = split_name(old_name), split_name(new_name)
    stem = old.specific if not old.modifier and old.specific else ""
    held = in_force(PlaceNameVersion.objects.filter(place_id=place), on).first()
    if held is None or not whole:
        return []
    scopes = set(held.scopes)
    alike = Q(normalised__startswith=whole)
    if stem:
        alike |= Q(specific=stem) | Q(stem=stem)
    rows = standing(PlaceNameVersion.objects.filter(alike, place__category="STR"), on)
    rows = rows.exclude(place_id=place).exclude(use_state="historic").order_by("normalised", "place_id")
    items = (
        dict(RenameItem.objects.filter(item__case=case).values_list("place_id", "item__seq")) if case else {}
    )
    found: dict[UUID, DerivedName] = {}
    for row in rows:
        wanted = _derived(row.name, old_name, new_name, stem, new)
        if wanted is None or not scopes & set(row.scopes) or row.place_id in found:
            continue
        found[row.place_id] = DerivedName(row.place_id, row.name, wanted, "", items.get(row.place_id))
    where = dict(
        standing(StreetVersion.objects.filter(place_id__in=found), on).values_list("place_id", "where")
    )
    return [
        DerivedName(d.street, d.name, d.new_name, where.get(d.street, ""), d.item) for d in found.values()
    ]


def _derived(name: str, old_name: str, new_name: str, stem: str, new: NameParts) -> str | None:
    """Return what a name becomes, an empty text when the new one is not known; None when it does not hang on the old."""
    if name.startswith(old_name) and len(name) > len(old_name):
        return new_name + name[len(old_name) :] if new_name else ""
    parts = split_name(name)
    if (
        not stem
        or not parts.modifier
        or not name.startswith(stem)
        or stem not in (parts.specific, parts.stem)
    ):
        return None
    if new.specific == stem:
        return None  # only the generic term changes: what hangs on the specific part stays
    return new.specific + name[len(stem) :] if new_name else ""
