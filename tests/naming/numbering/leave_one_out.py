"""Remove a door and ask for its number: does the suggestion give it back? Without a database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from geoapp.planner.demo.addresses import DemoAddress
from geoapp.planner.demo.streets import DemoStreet
from naming.addressing.numbering import Axis, Door, NumberingProfile, build_axis, load_profile, place
from naming.addressing.numbering.street import Seat, arrange
from naming.addressing.numbering.suggest import suggest


@dataclass
class Outcome:
    """Hits and tries by kind of street; ``misses`` are (street, door, suggested)."""

    tries: Counter = field(default_factory=Counter)
    hits: Counter = field(default_factory=Counter)
    misses: list = field(default_factory=list)

    @property
    def share(self) -> float:
        return sum(self.hits.values()) / sum(self.tries.values())

    def lines(self) -> list[str]:
        rows = [
            f"{kind:<22} {self.hits[kind]:>6} of {n:>6}  {self.hits[kind] / n:7.2%}"
            for kind, n in sorted(self.tries.items())
        ]
        return [
            *rows,
            f"{'all':<22} {sum(self.hits.values()):>6} of {sum(self.tries.values()):>6}  {self.share:7.2%}",
        ]


def kind_of(street: DemoStreet) -> str:
    roles = set(street.parts)
    if shapely.get_parts(street.geometry)[0].is_ring:
        return "ring"
    if len(street.parts) > 1:
        return "broken" if roles == {"main"} else f"with {'/'.join(sorted(roles - {'main'}))} part"
    return street.road_class


def axes(streets: Sequence[DemoStreet], profile: NumberingProfile) -> Iterator[Axis]:
    shapes = [s.geometry for s in streets]
    tree = shapely.STRtree(shapes)
    near, found = tree.query([shapely.box(*g.bounds) for g in shapes], predicate="intersects")
    around = defaultdict(list)
    for i, j in zip(near, found, strict=True):
        if i != j:
            around[i].append(shapes[j])
    for i, street in enumerate(streets):
        yield build_axis(street.geometry, street.parts, profile, around[i])


def leave_one_out(
    streets: Sequence[DemoStreet],
    addresses: Sequence[DemoAddress],
    *,
    sample: set[int] | None = None,
    profile: NumberingProfile | None = None,
    moved_m: float = 0.0,
) -> Outcome:
    """Try every address, or those whose position in ``addresses`` is in ``sample``.

    ``moved_m`` moves every door by up to so much east and north, because real doors are not evenly spaced.
    """
    profile = profile or load_profile()
    by_street: dict[str, list[int]] = defaultdict(list)
    for i, address in enumerate(addresses):
        by_street[address.street_key].append(i)
    coordinates = np.round(shapely.get_coordinates([a.point for a in addresses]), 3)
    if moved_m:
        shift = np.random.default_rng(3).uniform(-moved_m, moved_m, coordinates.shape)
        coordinates = np.round(coordinates + shift, 3)
    outcome = Outcome()
    for street, axis in zip(streets, axes(streets, profile), strict=True):
        own = by_street.get(street.key, [])
        wanted = [i for i in own if sample is None or i in sample]
        if not wanted:
            continue
        kind = kind_of(street)
        seats = {}
        for i in own:
            a = addresses[i]
            door = Door(str(i), a.number, a.sub_number, tuple(coordinates[i].tolist()))
            seats[i] = Seat(door, place(axis, door.xy))
        for i in wanted:
            rest = arrange(axis, [s for j, s in seats.items() if j != i], profile)
            found = suggest(rest, seats[i].door.xy)
            got = (found.number, found.sub_number)
            right = got == (addresses[i].number, addresses[i].sub_number)
            outcome.tries[kind] += 1
            outcome.hits[kind] += right
            if not right:
                outcome.misses.append((street, addresses[i], got, len(own), found))
    return outcome
