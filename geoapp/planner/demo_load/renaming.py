"""The demo's renamings: one out for comment, with a name that hangs on it, and one announced and archived. All 示意."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from geoapp.planner.demo.streets import DemoStreet
from geoapp.planner.demo_load.journey import Journey
from geoapp.planner.demo_load.people import People
from naming.language.split import split_name
from naming.models import AddressVersion, PlaceName

RENAMING_COUNT = 2
NEW_SPECIFICS = ("揽霞", "漱石")
RENAMED_TO = frozenset(f"{specific}{generic}" for specific in NEW_SPECIFICS for generic in "路街巷")
"""Names that no street of the demo may have: they are given by these cases."""
_LEAST_DOORS = 8


def load_renamings(
    people: People,
    streets: Sequence[DemoStreet],
    places: Mapping[str, PlaceName],
    town_code: str,
    now: datetime,
    progress: Callable[[int], None],
) -> list[str]:
    """Walk the renamings through their procedure; return their case numbers.

    Raises LookupError when the town has no two streets with doors to be renamed.
    """
    stem, other = _chosen(streets, places, town_code)
    done = _begin(people, other, places[other.key].pk, NEW_SPECIFICS[1], now - timedelta(days=120))
    done.to_consulting().to_publicity().to_reviewed().decide().announce().finish()
    progress(1)
    midway = _begin(people, stem, places[stem.key].pk, NEW_SPECIFICS[0], now - timedelta(days=9))
    midway.to_consulting().to_publicity()
    midway.comment("老街坊叫惯了旧名，请在路口保留说明（示意）", stance="support")
    progress(1)
    return [done.number, midway.number]


def _begin(people: People, chosen: DemoStreet, place: object, specific: str, clock: datetime) -> Journey:
    asked = {
        "kind": "rename",
        "street": str(place),
        "name": f"{specific}{split_name(chosen.name).generic}",
        "meaning": "取近旁水石之景（示意）",
        "trigger": "construction",
    }
    journey = Journey(people.users, people.bodies["district"], clock)
    return journey.draft([asked], reason="道路改建后与原名所指不符（示意）")


def _chosen(
    streets: Sequence[DemoStreet], places: Mapping[str, PlaceName], town_code: str
) -> tuple[DemoStreet, DemoStreet]:
    """Return a street on whose name another hangs, and one on whose name none does; the last of the town have both."""
    mine = [s for s in streets if s.town_codes == (town_code,)]
    names = [s.name for s in mine]

    def hanging(street: DemoStreet) -> int:
        return sum(n != street.name and n.startswith(street.name) for n in names)

    plain = [
        s
        for s in reversed(mine)
        if split_name(s.name).generic in {"路", "街", "巷"} and not split_name(s.name).modifier
    ]
    doors = [s for s in plain if AddressVersion.objects.filter(street=places[s.key]).count() >= _LEAST_DOORS]
    plain = doors if len(doors) > 1 else plain  # a small city has short streets
    stem = next((s for s in plain if hanging(s)), None) or next(iter(plain), None)
    other = next((s for s in plain if s is not stem and not hanging(s)), None)
    if stem is None or other is None:
        raise LookupError(f"no two streets of town {town_code} have a plain name")
    return stem, other
