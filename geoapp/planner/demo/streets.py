"""The demo's streets: a planar graph per town with families of lanes, a ring, a dual carriageway, a street
broken by a river. Geometry in the city frame (metres, whole millimetres)."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.planner.demo.city import CORE_RADIUS_M, DemoBuiltUpArea, DemoUnit, core_of, seats
from geoapp.planner.demo.grid import ARTERIAL_EVERY, Grid, Node, make_grid, runs
from geoapp.planner.demo.wording import FAMILIES, WELL_KNOWN, meaning_of, specifics

RING_TOWN = "440605124"
SIDE_M = 18.0


@dataclass(frozen=True)
class DemoStreet:
    """A street of the demo; ``parts`` holds the role of every line of ``geometry`` in order."""

    key: str
    name: str
    geometry: BaseGeometry
    width_m: float | None
    road_class: str
    start_text: str
    end_text: str
    town_code: str
    town_codes: tuple[str, ...]
    parts: tuple[str, ...]
    parent_key: str
    kind: str
    built_up_area: str | None
    meaning: str


@dataclass
class _Run:
    """A street before it has a name: a path of nodes, or ready lines."""

    town: DemoUnit
    path: list[Node]
    road_class: str
    lines: list[BaseGeometry]
    roles: tuple[str, ...] = ("main",)


_WIDTHS = {"arterial": 40.0, "secondary": 24.0, "local": 15.0, "street": 9.0, "lane": 4.5}
_GENERICS = {
    "arterial": ("大道", "大道", "路"),
    "secondary": ("路", "路", "东路", "西路", "中路"),
    "local": ("路", "街", "路"),
    "street": ("街", "大街", "直街"),
}


def make_streets(
    units: Sequence[DemoUnit],
    areas: Sequence[DemoBuiltUpArea],
    *,
    seed: int,
    count: int = 6000,
    reserved: Collection[str] = frozenset(),
    core_radius_m: float = CORE_RADIUS_M,
) -> list[DemoStreet]:
    """Return ``count`` named streets; names are unique in a built-up area and, outside one, in the district.

    ``reserved`` names are used nowhere. Streets are dense within ``core_radius_m`` of a town's seat.
    """
    rng = random.Random(seed)
    towns = [u for u in units if u.level == "town"]
    middle = seats()
    found: list[_Run] = []
    grids: dict[str, Grid] = {}
    for town in towns:
        assert town.geometry is not None
        grid = make_grid(town.geometry, core_of(town, middle.get(town.code), core_radius_m), rng)
        grids[town.code] = grid
        found += _special(town, grid, rng)
        found += _ordinary(town, grid, rng)
    found = _trim(found, count, rng)
    return _named(found, grids, areas, rng, set(reserved))


def _special(town: DemoUnit, grid: Grid, rng: random.Random) -> Iterator[_Run]:
    """Yield the town's ring, dual carriageway and broken street, one town each."""
    if town.code == RING_TOWN:
        a, b = -4, 5
        ring = [(i, a) for i in range(a, b)] + [(b, j) for j in range(a, b)]
        ring += [(i, b) for i in range(b, a, -1)] + [(a, j) for j in range(b, a - 1, -1)]
        if all(node in grid.points for node in ring):
            grid.take(ring)
            yield _Run(town, ring[:-1], "arterial", [grid.line(ring)])
    elif town.code in {"440605011", "440606005"}:
        path = [(i, 0) for i in range(-6, 7) if (i, 0) in grid.points]
        if len(path) > 4:
            grid.take(path)
            line = grid.line(path)
            opposite = shapely.reverse(shapely.offset_curve(line, -SIDE_M))
            yield _Run(town, path, "arterial", [line, _whole(opposite)], ("main", "opposite"))
    elif town.code in {"440605121", "440607001"}:
        path = [(1, j) for j in range(-5, 6) if (1, j) in grid.points]
        if len(path) > 6:
            grid.take(path)
            half = len(path) // 2
            lines = [grid.line(path[:half]), grid.line(path[half:])]
            yield _Run(town, path, "secondary", lines, ("main", "main"))


def _whole(line: BaseGeometry) -> BaseGeometry:
    return shapely.transform(line, lambda xy: xy.round(3))


def _ordinary(town: DemoUnit, grid: Grid, rng: random.Random) -> Iterator[_Run]:
    assert town.geometry is not None
    for along in (0, 1):
        for run in runs(grid, town.geometry, along=along):
            arterial = run[0][1 - along] % ARTERIAL_EVERY == 0
            start = 0
            while start < len(run) - 1:
                length = rng.randint(14, 30) if arterial else rng.choice((1, 1, 1, 2, 2, 3, 5))
                path = run[start : start + length + 1]
                start += length
                for piece in _untaken(grid, path):
                    grid.take(piece)
                    road_class = _class(arterial, len(piece) - 1, rng)
                    roles: tuple[str, ...] = ("main",)
                    lines = [grid.line(piece)]
                    if road_class == "secondary" and len(piece) > 4 and rng.random() < 0.02:
                        lines = [grid.line(piece[:-1]), grid.line(piece[-2:])]
                        roles = ("main", "planned")
                    yield _Run(town, piece, road_class, lines, roles)


def _untaken(grid: Grid, path: list[Node]) -> Iterator[list[Node]]:
    piece = path[:1]
    for node in path[1:]:
        if grid.free(piece[-1], node):
            piece.append(node)
            continue
        if len(piece) > 1:
            yield piece
        piece = [node]
    if len(piece) > 1:
        yield piece


def _class(arterial: bool, edges: int, rng: random.Random) -> str:
    if arterial:
        return "arterial"
    if edges >= 4:
        return "secondary"
    if edges >= 2:
        return rng.choice(("local", "local", "street"))
    return rng.choice(("street", "lane", "lane", "lane"))


def _trim(found: list[_Run], count: int, rng: random.Random) -> list[_Run]:
    """Keep ``count`` streets; arterial roads and the special ones stay. Raises ValueError when those are more."""
    if len(found) <= count:
        return found
    spare = [i for i, run in enumerate(found) if run.road_class != "arterial" and len(run.roles) == 1]
    if len(found) - count > len(spare):
        raise ValueError(f"示意城市至少要 {len(found) - len(spare)} 条街路巷，要求的是 {count} 条")
    dropped = set(rng.sample(spare, len(found) - count))
    return [run for i, run in enumerate(found) if i not in dropped]


def _named(
    found: list[_Run],
    grids: dict[str, Grid],
    areas: Sequence[DemoBuiltUpArea],
    rng: random.Random,
    used: set[str],
) -> list[DemoStreet]:
    tree = shapely.STRtree([a.geometry for a in areas])
    taken: dict[str, set[str]] = defaultdict(set)
    common = list(specifics(random.Random(7)))
    known = {town: list(names) for town, names in WELL_KNOWN.items()}
    used = used.union(*WELL_KNOWN.values())
    ordered = sorted(range(len(found)), key=lambda i: (list(_WIDTHS).index(found[i].road_class), i))
    named: dict[int, DemoStreet] = {}
    crossing: dict[tuple[str, Node], list[str]] = defaultdict(list)
    cursor: dict[str, int] = {}
    families: dict[tuple[str, Node], list[int]] = defaultdict(list)
    for index in ordered:
        run = found[index]
        geometry = shapely.multilinestrings(run.lines)
        hits = [
            (areas[i].geometry.intersection(geometry).length, areas[i].name)
            for i in tree.query(geometry, predicate="intersects")
        ]
        area = max(hits)[1] if hits and max(hits)[0] >= 5.0 else None
        # Names in a built-up area also count in its district: a street outside compares with all of it.
        scopes = [name for length, name in hits if length >= 5.0] + [run.town.parent_code]
        parent = _parent(run, families, named)
        name, parent_key = (
            _lane_name(run, parent, families, taken, scopes) if parent is not None else ("", "")
        )
        if not name:
            name = _well_known(run, known.get(run.town.code, []))
        if not name:
            start = cursor.setdefault(run.town.code, rng.randrange(0, 60))
            name, cursor[run.town.code] = _fresh_name(run, common, start, taken, scopes, used, rng, area)
        for scope in scopes if area is None else scopes[:-1]:
            taken[scope].add(name)
        taken[f"{run.town.parent_code}*"].add(name)
        named[index] = DemoStreet(
            key=f"{run.town.code}-{index}",
            name=name,
            geometry=geometry,
            width_m=_WIDTHS[run.road_class],
            road_class=run.road_class,
            start_text="",
            end_text="",
            town_code=run.town.code,
            town_codes=(run.town.code,),
            parts=run.roles,
            parent_key=parent_key,
            kind="lane" if name.endswith("巷") else "street",
            built_up_area=area,
            meaning=meaning_of(name.rstrip("路街巷道")),
        )
        for node in run.path:
            crossing[run.town.code, node].append(name)
            families[run.town.code, node].append(index)
    return [_with_ends(named[i], found[i], crossing) for i in range(len(found))]


def _well_known(run: _Run, left: list[str]) -> str:
    """Take the next real name that fits the class of road (大道 for arterial roads); "" when none does."""
    if run.road_class not in {"arterial", "secondary"} or len(run.roles) > 1:
        return ""
    name = next((n for n in left if n.endswith("大道") == (run.road_class == "arterial")), "")
    if name:
        left.remove(name)
    return name


def _parent(
    run: _Run, families: dict[tuple[str, Node], list[int]], named: dict[int, DemoStreet]
) -> DemoStreet | None:
    if run.road_class != "lane":
        return None
    for node in (run.path[0], run.path[-1]):
        for index in families[run.town.code, node]:
            street = named[index]
            if street.road_class in {"street", "local"} and street.name[-1] in "街路":
                return street
    return None


def _lane_name(
    run: _Run, parent: DemoStreet | None, families: object, taken: dict[str, set[str]], scopes: list[str]
) -> tuple[str, str]:
    assert parent is not None
    for ordinal in FAMILIES:
        for middle in ("", "横"):
            name = f"{parent.name}{middle}{ordinal}巷"
            if (
                not any(name in taken[scope] for scope in scopes)
                and name not in taken[f"{run.town.parent_code}*"]
            ):
                return name, parent.key
    return "", ""


def _fresh_name(
    run: _Run,
    common: list[str],
    start: int,
    taken: dict[str, set[str]],
    scopes: list[str],
    used: set[str],
    rng: random.Random,
    area: str | None,
) -> tuple[str, int]:
    """Return a name that is free in its scopes: towns walk the same list, so names repeat across towns."""
    position = start
    while True:
        specific = common[position % len(common)]
        position += 1
        generics = _GENERICS.get(run.road_class, ("巷",))
        name = specific + rng.choice(generics)
        elsewhere = f"{run.town.parent_code}*" if area is None else scopes[0]
        if name not in used and name not in taken[elsewhere] and not any(name in taken[s] for s in scopes):
            return name, position


def _with_ends(street: DemoStreet, run: _Run, crossing: dict[tuple[str, Node], list[str]]) -> DemoStreet:
    def end(node: Node) -> str:
        others = [n for n in crossing[run.town.code, node] if n != street.name]
        return others[0] if others else "规划路口"

    return replace(street, start_text=end(run.path[0]), end_text=end(run.path[-1]))
