"""When a street, a village or a town is called otherwise, so are its doors: addresses composed anew by the same act.

One pass over the addresses concerned, in bulk; what a text says otherwise than the composition does (an address
taken over as it stood) is kept, and only the name that changed is replaced in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from boundaries.models import UnitVersion
from geoapp.core.effective import known, standing, succeed_many
from naming import address_register
from naming.address_register import Names
from naming.models import AddressVersion, PlaceName, PlaceNameVersion

_BATCH = 2000
_LOOKUP = 400


@dataclass(frozen=True)
class AddressNames:
    """The names an address is composed of."""

    district: str = ""
    town: str = ""
    community: str = ""
    street: str = ""
    village: bool = False

    def pairs(self, other: AddressNames) -> Iterator[tuple[str, str]]:
        """Yield the names that differ, (mine, the other's), from the smallest place to the largest."""
        mine = (self.street, self.community, self.town, self.district)
        theirs = (other.street, other.community, other.town, other.district)
        for old, new in zip(mine, theirs, strict=True):
            if old and new and old != new:
                yield old, new


def text_of(version: AddressVersion, names: AddressNames) -> str:
    """Compose the text of an address from its numbers and the names around it."""
    community = version.community_id
    held = Names(
        streets={version.street_id: names.street},
        villages={version.street_id} if names.village else set(),
        communities={community: names.community},
        towns={community: names.town},
        districts={community: names.district},
    )
    return address_register.text_of(version, held)


def recompose(
    *,
    streets: Collection[UUID] = (),
    units: Collection[UUID] = (),
    moves: Mapping[UUID, UUID] | None = None,
    among: Collection[UUID] | None = None,
    seq: int,
    effective: date,
) -> int:
    """Give addresses the names of their street and units as act ``seq`` made them; return how many changed.

    Concerned are the addresses of ``streets``, those in the communities ``units``, and those of ``moves`` (address
    → community), which change their community too. Names are read as they are in law on the day from which a version
    counts: ``effective``, or the later day from which it is recorded. An address none of whose words change, and
    that does not move, stays as it is. ``among`` are the only addresses to look at (None: all). Raises Conflict when another act has succeeded a version meanwhile.
    """
    moves = moves or {}
    changed = 0
    for rows in _batches(streets, units, moves):
        if among is not None:
            rows = rows.filter(address_id__among=list(among))
        for batch in _sliced(standing(rows, effective).order_by("row")):
            changed += _rewrite(batch, moves, seq, effective)
    return changed


def _batches(
    streets: Collection[UUID], units: Collection[UUID], moves: Mapping[UUID, UUID]
) -> Iterator[QuerySet[AddressVersion]]:
    """Yield the addresses concerned, each once: those that move, the rest by street, the rest by community."""
    rows, moved = AddressVersion.objects.all(), list(moves)
    for start in range(0, len(moved), _LOOKUP):
        yield rows.filter(address_id__in=moved[start : start + _LOOKUP])
    if streets:
        yield rows.filter(street_id__in=list(streets))
    if units:
        yield rows.filter(community_id__in=list(units))


def _sliced(rows: QuerySet[AddressVersion]) -> Iterator[list[AddressVersion]]:
    """Yield open versions some thousand at a time; what this act wrote is behind the last row read."""
    last = AddressVersion.objects.order_by("-row").values_list("row", flat=True).first() or 0
    after = 0
    while batch := list(rows.filter(row__gt=after, row__lte=last)[:_BATCH]):
        after = batch[-1].row
        yield batch


def _rewrite(batch: list[AddressVersion], moves: Mapping[UUID, UUID], seq: int, effective: date) -> int:
    origins = _origins(batch, seq)
    known_rows = [*batch, *origins.values()]
    communities = {r.community_id for r in known_rows} | {
        moves[r.address_id] for r in batch if r.address_id in moves
    }
    streets = {r.street_id for r in known_rows}
    before, now = PlacedNames(streets, communities, seq - 1), PlacedNames(streets, communities, None)
    changes = changes_of(batch, moves, before, now, effective, origins)
    succeed_many(changes, seq=seq, keys=False)
    return len(changes)


def _origins(batch: Iterable[AddressVersion], seq: int) -> dict[int, AddressVersion]:
    """Return what stood before this act in the place of rows that this act itself wrote, by their number.

    An act of several items comes to an address twice: names before the act are sought in the text of before it.
    """
    own = [row for row in batch if row.act_in == seq]
    if not own:
        return {}
    rows = AddressVersion.objects.filter(address_id__among=dict.fromkeys(r.address_id for r in own))
    stood: dict[UUID, list[AddressVersion]] = {}
    for row in rows.filter(act_out=seq, act_in__lt=seq):
        stood.setdefault(row.address_id, []).append(row)
    return {
        row.pk: old
        for row in own
        for old in stood.get(row.address_id, ())
        if old.valid_from <= row.valid_from and (old.valid_to is None or row.valid_from < old.valid_to)
    }


def changes_of(
    batch: Iterable[AddressVersion],
    moves: Mapping[UUID, UUID],
    before: PlacedNames,
    now: PlacedNames,
    effective: date,
    origins: Mapping[int, AddressVersion] | None = None,
) -> list[tuple[AddressVersion, date, dict[str, Any]]]:
    """Return what becomes of open versions when the names around them are other ones: as ``succeed_many`` takes it.

    ``before`` holds for the version itself, or for the one of ``origins`` where the act has written it already.
    """
    changes: list[tuple[AddressVersion, date, dict[str, Any]]] = []
    for row in batch:
        day = max(effective, row.valid_from)
        community = moves.get(row.address_id, row.community_id)
        origin = (origins or {}).get(row.pk, row)
        old = before.of(origin.street_id, origin.community_id, day)
        new = now.of(row.street_id, community, day)
        values: dict[str, Any] = {}
        if community != row.community_id:
            values["community_id"] = community
        if (text := _text(origin, old, new)) != row.text:
            values["text"] = text
        if values:
            changes.append((row, day, values))
    return changes


def _text(row: AddressVersion, old: AddressNames, new: AddressNames) -> str:
    composed, wanted = text_of(row, old), text_of(row, new)
    if row.text == composed:
        return wanted
    if composed == wanted or row.text == wanted:
        return row.text
    # Taken over in other words: they stay, but for the name that changed, sought from the end where it stands.
    head, tail = row.text, ""
    for ours, theirs in old.pairs(new):
        before, found, after = head.rpartition(ours)
        if found:
            head, tail = before, theirs + after + tail
    return head + tail if tail else wanted


@dataclass(frozen=True)
class UnitCalled:
    """What a unit shall be called, and to which town it shall belong, from each of some days on, in order.

    More than one day where later changes are on record already: each is written anew with the name. ``new`` is a unit
    that is on no record yet, ``ceases`` one that is no more from the first day on.
    """

    days: tuple[date, ...]
    name: str = ""
    parent: UUID | None = None
    new: bool = False
    ceases: bool = False


class PlacedNames:
    """The names of some streets and of the units above some communities, on record after an act.

    ``renamed`` are streets that shall be called otherwise from a day on, as if an act had said so already; ``units``
    what units shall be called and where they shall belong (None: as before), likewise, from each of some days on.
    """

    def __init__(
        self,
        streets: Collection[UUID],
        communities: Collection[UUID],
        known_at: int | None,
        *,
        renamed: Mapping[UUID, tuple[str, date]] | None = None,
        units: Mapping[UUID, UnitCalled] | None = None,
    ) -> None:
        rows = known(PlaceNameVersion.objects.filter(place_id__in=list(streets)), known_at)
        self._streets = _spans(rows.values_list("place_id", "valid_from", "valid_to", "name"))
        for street, (name, day) in (renamed or {}).items():
            self._streets[street] = _renamed(self._streets.get(street, []), name, day)
        villages = PlaceName.objects.filter(pk__in=list(streets), category=PlaceName.Category.VILLAGE)
        self._villages = set(villages.values_list("pk", flat=True))
        self._units: dict[UUID, list[tuple[Any, ...]]] = {}
        wanted = set(communities)
        for _level in range(3):  # community, town, district
            missing = [u for u in wanted if u not in self._units]
            found = known(UnitVersion.objects.filter(unit_id__in=missing), known_at)
            spans = _spans(found.values_list("unit_id", "valid_from", "valid_to", "name", "parent_id"))
            for unit in missing:
                if (said := (units or {}).get(unit)) and (unit in spans or said.new):
                    spans[unit] = _called(spans.get(unit, []), said)
            self._units |= spans
            wanted = {row[3] for rows in spans.values() for row in rows if row[3]}
        self._seen: dict[tuple[UUID, UUID, date], AddressNames] = {}

    def digest(self) -> str:
        """Return a digest of everything a text may be composed of: two that are equal compose the same texts."""
        held = [
            sorted(repr((str(key), _merged(rows))) for key, rows in said.items())
            for said in (self._streets, self._units)
        ]
        text = json.dumps([*held, sorted(map(str, self._villages))])
        return hashlib.sha256(text.encode()).hexdigest()

    def of(self, street: UUID, community: UUID, day: date) -> AddressNames:
        """Return the names in law on a day."""
        key = (street, community, day)
        if key not in self._seen:
            held = _on(self._units.get(community, ()), day)
            town = _on(self._units.get(held[3], ()), day) if held else None
            district = _on(self._units.get(town[3], ()), day) if town else None
            name = _on(self._streets.get(street, ()), day)
            words = ((row[2] if row else "") for row in (district, town, held, name))
            self._seen[key] = AddressNames(*words, village=street in self._villages)
        return self._seen[key]


def _renamed(spans: list[tuple[Any, ...]], name: str, day: date) -> list[tuple[Any, ...]]:
    """Return the spans of a street's names as ``succeed`` leaves them when it is called ``name`` from ``day`` on."""
    old = _on(spans, day)
    if old is None:
        return spans
    others = [span for span in spans if span is not old]
    past = [(old[0], day, old[2])] if old[0] < day else []
    return [*others, *past, (day, old[1], name)]


def _called(spans: list[tuple[Any, ...]], said: UnitCalled) -> list[tuple[Any, ...]]:
    first = said.days[0]
    if said.ceases:
        ending = ((s[0], min(s[1] or first, first), *s[2:]) for s in spans)
        return [span for span in ending if span[0] < first]
    if said.new:
        return [*spans, (first, None, said.name, said.parent)]
    for day in said.days:
        old = _on(spans, day)
        if old is not None:
            past = [(old[0], day, *old[2:])] if old[0] < day else []
            new = (day, old[1], said.name or old[2], said.parent or old[3])
            spans = [*(span for span in spans if span is not old), *past, new]
    return spans


def _merged(spans: Collection[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return spans in order of law, those that follow each other and say the same as one."""
    found: list[tuple[Any, ...]] = []
    for span in sorted(spans, key=lambda s: (s[0], s[1] or date.max, repr(s[2:]))):
        if found and found[-1][1] == span[0] and found[-1][2:] == span[2:]:
            found[-1] = (found[-1][0], *span[1:])
        else:
            found.append(span)
    return found


def _spans(rows: Any) -> dict[UUID, list[tuple[Any, ...]]]:
    found: dict[UUID, list[tuple[Any, ...]]] = {}
    for ident, *values in rows:
        found.setdefault(ident, []).append(tuple(values))
    return found


def _on(spans: Collection[tuple[Any, ...]], day: date) -> tuple[Any, ...] | None:
    return next((s for s in spans if s[0] <= day and (s[1] is None or day < s[1])), None)
