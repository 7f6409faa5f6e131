"""The demo city's streets and addresses, taken over in bulk: located in memory, written in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from geoapp.core import acts, bulk
from geoapp.core.database import know_sizes
from geoapp.core.geometry import multiline
from geoapp.planner.demo.addresses import DemoAddress
from geoapp.planner.demo.city import DemoUnit
from geoapp.planner.demo.streets import DemoStreet
from geoapp.planner.demo_load.land import KNOWN_SINCE, Land
from naming import published, search
from naming.addressing.compose import compose
from naming.addressing.parts import AddressParts
from naming.gazetteer import form_of
from naming.models import (
    Address,
    AddressVersion,
    PlaceName,
    PlaceNameVersion,
    PublishedAddress,
    StreetVersion,
)

Progress = Callable[[int], None]
_BATCH = 500


def load_streets(
    streets: Sequence[DemoStreet], units: Sequence[DemoUnit], land: Land, at: datetime, progress: Progress
) -> dict[str, PlaceName]:
    """Take over streets by one act; return the places by the street's key."""
    names = {u.code: u for u in units}
    places = {s.key: PlaceName(category="STR", synthetic=True) for s in streets}
    with transaction.atomic(), acts.act("takeover_streets", at=at) as act:
        bulk.insert(PlaceName, places.values())
        for batch in _batches(streets):
            bulk.insert(PlaceNameVersion, (_name(s, places, names, land, act.seq) for s in batch))
            bulk.insert(StreetVersion, (_extent(s, places, names, land, act.seq) for s in batch))
            progress(len(batch))
        know_sizes(PlaceName, PlaceNameVersion, StreetVersion)
        ids = [place.pk for place in places.values()]
        for layer in ("streets", "place_names"):
            published.publish(layer, ids, known_at=act.seq, seq=act.seq)
        search.index_streets(ids, known_at=act.seq)
        act.payload |= {"streets": len(streets)}
        act.payload["publish"] = [
            {"layer": layer, "ids": "streets", "known_at": act.seq} for layer in ("streets", "place_names")
        ]
    return places


def _batches(rows: Sequence[DemoStreet]) -> Iterator[Sequence[DemoStreet]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


def _districts(street: DemoStreet, names: dict[str, DemoUnit]) -> list[str]:
    return list(dict.fromkeys(names[code].parent_code for code in street.town_codes))


def _name(
    s: DemoStreet, places: dict[str, PlaceName], names: dict[str, DemoUnit], land: Land, seq: int
) -> PlaceNameVersion:
    districts = [str(land.jurisdictions[code].pk) for code in _districts(s, names)]
    area = land.areas.get(s.built_up_area or "")
    return PlaceNameVersion(
        place=places[s.key],
        valid_from=KNOWN_SINCE,
        act_in=seq,
        meaning=s.meaning,
        scope=str(area.pk) if area else districts[0],
        scopes=([str(area.pk)] if area else []) + districts,
        scope_name=area.name if area else names[_districts(s, names)[0]].name,
        **form_of(s.name).columns(),
    )


def _extent(
    s: DemoStreet, places: dict[str, PlaceName], names: dict[str, DemoUnit], land: Land, seq: int
) -> StreetVersion:
    towns = "、".join(names[code].name for code in s.town_codes)
    return StreetVersion(
        place=places[s.key],
        valid_from=KNOWN_SINCE,
        act_in=seq,
        town=land.jurisdictions[s.town_code],
        built_up_area=land.areas.get(s.built_up_area or ""),
        roles=list(s.parts),
        width_m=s.width_m,
        length_m=round(s.geometry.length, 3),
        road_class=s.road_class,
        start_text=s.start_text,
        end_text=s.end_text,
        parent_street=places.get(s.parent_key or ""),
        where=names[_districts(s, names)[0]].name + towns,
        geom=bulk.raw(multiline(s.geometry)),
    )


def load_addresses(
    groups: Iterable[Sequence[DemoAddress]],
    streets: Sequence[DemoStreet],
    places: dict[str, PlaceName],
    units: Sequence[DemoUnit],
    land: Land,
    at: datetime,
    progress: Progress,
) -> None:
    """Take over addresses by one act; groups are taken as they come and not kept."""
    names = {u.code: u for u in units}
    by_key = {s.key: s for s in streets}
    count = counted = 0
    with transaction.atomic(), acts.act("takeover_addresses", at=at) as act:
        for addresses in groups:
            for start in range(0, len(addresses), 5000):
                batch = addresses[start : start + 5000]
                ids = [uuid4() for _ in batch]
                bulk.insert(Address, ({"id": i, "synthetic": True} for i in ids))
                bulk.insert(
                    AddressVersion,
                    (
                        {
                            "address_id": i,
                            "street_id": places[a.street_key].pk,
                            "community_id": land.units[a.community_code].pk,
                            "number": a.number,
                            "sub_number": a.sub_number,
                            "side": a.side,
                            "state": AddressVersion.State.STANDARD,
                            "text": _text(a, by_key[a.street_key], names),
                            "geom": bulk.raw(a.point),
                            "valid_from": KNOWN_SINCE,
                            "act_in": act.seq,
                        }
                        for a, i in zip(batch, ids, strict=True)
                    ),
                )
                count += len(batch)
                if count >= 2 * counted:
                    know_sizes(Address, AddressVersion, PublishedAddress)
                    counted = count
                published.publish("addresses", ids, known_at=act.seq, seq=act.seq)
                progress(len(batch))
        act.payload |= {"addresses": count}
        act.payload["publish"] = [{"layer": "addresses", "ids": "addresses", "known_at": act.seq}]


def _text(a: DemoAddress, street: DemoStreet, names: dict[str, DemoUnit]) -> str:
    town = names[names[a.community_code].parent_code]
    return compose(
        AddressParts(
            city="佛山市",
            district=names[town.parent_code].name,
            town=town.name,
            street=street.name,
            number=a.number,
            sub_number=a.sub_number,
        )
    )
