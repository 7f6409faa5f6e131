"""The demo city's land: jurisdictions, units, built-up areas; one act takes them over and publishes them.

Before it, the yearly code lists of 2016 to 2023 may be written (``load_history``): then units keep the identity they
have there, and the land act only adds what it knows, from 2023 on (decision record 6).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import shapely
from django.db import transaction

from boundaries.edition_names import has_placeholder
from boundaries.editions import read_confirmations, read_folder
from boundaries.history import History, load_editions
from boundaries.lines import register_lines
from boundaries.models import BuiltUpArea, Unit, UnitVersion
from boundaries.published import publish_edges, publish_units
from geoapp.core import acts
from geoapp.core.effective import in_force, succeed_many
from geoapp.core.effective import known as on_record
from geoapp.core.geometry import frame_geos, multipolygon
from geoapp.core.models import Jurisdiction
from geoapp.planner.demo.city import FOLDER, DemoBuiltUpArea, DemoUnit
from geoapp.planner.demo.extents import load_extents
from naming import published, search
from naming.gazetteer import form_of
from naming.models import PlaceName, PlaceNameVersion

CITY = ("440600", "佛山市")
KNOWN_SINCE = date(2023, 1, 1)
"""The demo claims no land before 2023, the year of its code list."""


@dataclass(frozen=True)
class Land:
    """What later steps look up: rows by code and by name."""

    jurisdictions: dict[str, Jurisdiction]
    units: dict[str, Unit]
    areas: dict[str, BuiltUpArea]


def load_history(units: Sequence[DemoUnit], at: datetime) -> History:
    """Write the code lists of 2016 to 2023, one act a year from ``at`` on; ``units`` name the districts."""
    folder = FOLDER / "codes"
    return load_editions(
        read_folder(folder),
        at=at,
        districts={u.code: u.name for u in units if u.level == "district"},
        confirmed=read_confirmations((folder / "confirmed.csv").read_text(encoding="utf-8")),
        romanise=_pinyin,
    )


def load_land(
    units: Sequence[DemoUnit],
    areas: Sequence[DemoBuiltUpArea],
    at: datetime,
    known: Mapping[str, Unit] | None = None,
) -> Land:
    """Take over units and built-up areas by one act.

    ``known`` gives the units that history has written already, by code: they get their land from 2023 on by a
    change; the others begin then.
    """
    with transaction.atomic():
        jurisdictions = _jurisdictions(units)
        by_code = _units(units, jurisdictions, known or {})
        rows = {a.name: _area(a, jurisdictions[a.district_code]) for a in areas}
        BuiltUpArea.objects.bulk_create(rows.values())
        with acts.act("takeover_units", at=at) as act:
            _versions(units, by_code, known or {}, act.seq)
            places = _gazetteer(units, by_code, act.seq)
            entries = []
            for level in ("district", "town", "community"):
                publish_units(level, None, known_at=act.seq, seq=act.seq)
                entries.append({"layer": level, "ids": None, "known_at": act.seq})
                register_lines(level, seq=act.seq)
            entries += publish_edges(None, known_at=act.seq, seq=act.seq)
            ids = [p.pk for p in places.values()]
            published.publish("place_names", ids, known_at=act.seq, seq=act.seq)
            entries.append({"layer": "place_names", "ids": "units", "known_at": act.seq})
            act.payload |= {"units": len(units), "built_up_areas": len(areas), "publish": entries}
            lines = _search_rows(units, by_code)
            search.index_units([*lines, *_former_rows(lines)])
    return Land(jurisdictions, by_code, rows)


def _units(
    units: Sequence[DemoUnit], jurisdictions: dict[str, Jurisdiction], known: Mapping[str, Unit]
) -> dict[str, Unit]:
    fresh = {
        u.code: Unit(level=u.level, jurisdiction=jurisdictions.get(u.code))
        for u in units
        if u.code not in known
    }
    Unit.objects.bulk_create(fresh.values())
    for code in known.keys() & jurisdictions.keys():
        known[code].jurisdiction = jurisdictions[code]
        known[code].save(update_fields=["jurisdiction"])
    return {u.code: known.get(u.code) or fresh[u.code] for u in units}


@lru_cache(maxsize=4096)
def _pinyin(name: str) -> str:
    # Lists of the past print names no spelling can follow: letters (A区), marks for lost characters (?心).
    if not all(unicodedata.name(c, "").startswith("CJK") for c in name):
        return ""
    return form_of(name, category="ADM").pinyin_std


def _jurisdictions(units: Sequence[DemoUnit]) -> dict[str, Jurisdiction]:
    city = Jurisdiction(path=CITY[0], level="city", name=CITY[1], code=CITY[0], valid_from=KNOWN_SINCE)
    city.save()
    found = {CITY[0]: city}
    for level in ("district", "town"):
        for unit in (u for u in units if u.level == level):
            parent = found.get(unit.parent_code, city)
            row = Jurisdiction(
                parent=parent,
                path=f"{parent.path}/{unit.code}",
                level=level,
                name=unit.name,
                code=unit.code,
                valid_from=KNOWN_SINCE,
            )
            row.save()
            found[unit.code] = row
    return found


def _area(area: DemoBuiltUpArea, district: Jurisdiction) -> BuiltUpArea:
    return BuiltUpArea(
        name=area.name,
        district=district,
        geom=frame_geos(multipolygon(area.geometry)),
        valid_from=KNOWN_SINCE,
        synthetic=True,
    )


def _versions(
    units: Sequence[DemoUnit], by_code: dict[str, Unit], known: Mapping[str, Unit], seq: int
) -> None:
    extents = load_extents(units)
    UnitVersion.objects.bulk_create(
        (
            UnitVersion(
                unit=by_code[u.code],
                parent=by_code.get(u.parent_code),
                name=u.name,
                pinyin=_pinyin(u.name),
                code=u.code,
                kind=u.kind,
                landless=u.landless,
                valid_from=KNOWN_SINCE,
                act_in=seq,
                **_land(u, extents),
            )
            for u in units
            if u.code not in known
        ),
        batch_size=200,
    )
    # A landless unit gains nothing: what the lists said of it stands.
    landed = {u.code: u for u in units if u.code in known and u.geometry is not None}
    standing = in_force(UnitVersion.objects.filter(code__in=list(landed)), KNOWN_SINCE)
    succeed_many([(v, KNOWN_SINCE, _land(landed[v.code], extents)) for v in standing], seq=seq)


def _land(unit: DemoUnit, extents: Mapping[str, str]) -> dict[str, object]:
    """Return what the demo makes up about a unit, its lines and its people, and a real description of its bounds."""
    return {
        "households": unit.households,
        "population": unit.population,
        "synthetic": True,
        "extent_text": extents.get(unit.code),
        "geom": None if unit.geometry is None else frame_geos(multipolygon(unit.geometry)),
    }


def _gazetteer(units: Sequence[DemoUnit], by_code: dict[str, Unit], seq: int) -> dict[str, PlaceName]:
    places = {u.code: PlaceName(category="ADM", unit=by_code[u.code], synthetic=True) for u in units}
    PlaceName.objects.bulk_create(places.values(), batch_size=400)
    PlaceNameVersion.objects.bulk_create(
        (
            PlaceNameVersion(
                place=places[u.code],
                valid_from=KNOWN_SINCE,
                act_in=seq,
                **form_of(u.name, category="ADM").columns(),
            )
            for u in units
        ),
        batch_size=200,
    )
    return places


def _search_rows(units: Sequence[DemoUnit], by_code: dict[str, Unit]) -> list[dict[str, object]]:
    names = {u.code: u for u in units}

    def where(unit: DemoUnit) -> str:
        chain, code = [], unit.parent_code
        while code in names:
            chain.append(names[code].name)
            code = names[code].parent_code
        return "".join(reversed(chain))

    return [
        {
            "id": by_code[u.code].pk,
            "name": u.name,
            "pinyin": _pinyin(u.name),
            "where": where(u),
            "point": None if u.geometry is None else shapely.point_on_surface(u.geometry),
        }
        for u in units
    ]


def _former_rows(lines: Sequence[dict[str, object]]) -> Iterator[dict[str, object]]:
    """Yield the search lines of names no longer borne: of units that go on and of units that are no more."""
    standing = {line["id"]: line for line in lines}
    versions = list(on_record(UnitVersion.objects.defer("geom")).order_by("valid_from"))
    last = {v.unit_id: v for v in versions}

    def where(version: UnitVersion | None) -> str:
        parent = last.get(version.parent_id) if version and version.parent_id else None
        return where(parent) + parent.name if parent else ""

    seen = {(line["id"], line["name"]) for line in lines}
    for version in versions:
        key = (version.unit_id, version.name)
        if key in seen or has_placeholder(version.name):
            continue
        seen.add(key)
        yield {
            "id": version.unit_id,
            "name": version.name,
            "pinyin": version.pinyin,
            "where": where(version),
            "point": standing.get(version.unit_id, {}).get("point"),
            "former": True,
        }
