"""Examples of address rules: reading them, a book made of them, running one rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import shapely

from geoapp.core import checks
from geoapp.core.checks import Finding, Registry
from naming import address_checks
from naming.address_checks import RULES
from naming.address_checks.ground import Ground, Land, Nearby
from naming.address_checks.memory import Entry, MemoryBook
from naming.address_checks.proposal import (
    AddressProposal,
    Community,
    Door,
    Place,
    ReadingFault,
)
from naming.addressing.compose import compose
from naming.addressing.numbering import build_axis
from naming.addressing.numbering import load_profile as numbering_profile
from naming.addressing.parts import AddressParts
from naming.profile import load_profile

ON = date(2026, 11, 23)
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "checks"
SHIPPED = Path(address_checks.__file__).parent / "profile_foshan.json"
CODES = [f"A-{number:02}" for number in range(1, 16)]
PROFILE = load_profile(SHIPPED)
_PARTS = ("district", "town", "compound", "building", "unit", "floor", "room", "number", "sub_number")


def _place(data: Mapping[str, Any]) -> Place:
    return Place(**{k: v for k, v in data.items() if k not in ("line", "near")})


def _entry(data: Mapping[str, Any], places: Mapping[str, Place], row: bool) -> Entry:
    place = places[data["place"]]
    parts = _parts(data, place)
    door = Door(
        data["id"],
        data.get("text") or compose(parts),
        data.get("state", "standard"),
        data.get("standing", True),
        data.get("compound", ""),
        tuple(data["point"]) if "point" in data else None,
        data.get("plot", ""),
        f"第 {data['id']} 行" if row else "",
    )
    inside = (parts.compound, parts.building, parts.unit, parts.floor, parts.room)
    return Entry(door, place.id, data["number"], data.get("sub_number"), inside)


def _parts(data: Mapping[str, Any], place: Place | None) -> AddressParts:
    given = {key: data[key] for key in _PARTS if key in data}
    defaults: dict[str, Any] = {"city": "佛山市", "district": "南海区", "town": "大沥镇"}
    name = {"village" if place and place.kind == "VIL" else "street": place.name} if place else {}
    return AddressParts(**{**defaults, **name, **given})


def proposal_from(data: Mapping[str, Any], register: Mapping[str, Any]) -> AddressProposal:
    """Build a proposal from the JSON of an example; points are frame metres."""
    places = {row["id"]: _place(row) for row in register.get("places", ())}
    place = places.get(data.get("place", ""))
    parts = _parts(data, place)
    proposal = AddressProposal(
        on=ON,
        parts=parts,
        text=compose(parts),
        row="mine",
        place=place,
        place_named=data.get("place_named", place.name if place else ""),
        places=tuple(places[i] for i in data.get("places", ())),
        community=data.get("community", "c1"),
        community_named=data.get("community_named", ""),
        point=tuple(data.get("point", (100.0, 10.0))) if data.get("point", 1) else None,
        faults=tuple(ReadingFault(**row) for row in data.get("faults", ())),
    )
    plain = (
        "state",
        "sub_depth",
        "plot",
        "historic",
        "renumbering",
        "former",
        "proof",
        "unnumbered",
        "by_rule",
        "unapproved",
    )
    return replace(proposal, **{key: data[key] for key in plain if key in data})


def book_from(proposal: AddressProposal, register: Mapping[str, Any]) -> MemoryBook:
    """Make the book of an example: register, other rows, and the proposal as a row of its own."""
    rows = list(register.get("places", ()))
    places = {row["id"]: _place(row) for row in rows}
    lines = {row["id"]: shapely.LineString(row["line"]) for row in rows if "line" in row}
    units = [
        (Community(u["id"], u["name"], "land" in u), shapely.Polygon(u["land"]) if "land" in u else None)
        for u in register.get("communities", [{"id": "c1", "name": "江北社区"}])
    ]
    ground = Ground(
        places,
        {i: build_axis(line, ["main"], numbering_profile()) for i, line in lines.items()},
        Land(units),
        Nearby([shapely.Point(p) for p in register.get("buildings", ())]),
        Nearby([lines[i] for i in lines], [places[i].name for i in lines]),
        numbering_profile(),
    )
    register_doors = [_entry(d, places, False) for d in register.get("doors", ())]
    batch = [_entry(d, places, True) for d in register.get("rows", ())]
    parts = proposal.parts
    own = Door(
        "mine", proposal.text, proposal.state, True, parts.compound, proposal.point, proposal.plot, "第 1 行"
    )
    mine = Entry(
        own, proposal.place.id if proposal.place else "", parts.number or 0, parts.sub_number, proposal.inside
    )
    return MemoryBook(ground, register_doors, [*batch, mine], leaving=register.get("leaving"))


def examples(code: str) -> list[dict[str, Any]]:
    """Return the examples of a rule."""
    data = json.loads((FIXTURES / f"{code}.json").read_text(encoding="utf-8"))
    assert data["code"] == code
    return list(data["cases"])


def findings_of(code: str, row: Mapping[str, Any], registry: Registry = RULES) -> list[Finding]:
    """Run one rule over one example, under the parameters it names, at the stages at which it speaks."""
    register = row.get("register", {})
    proposal = proposal_from(row["proposal"], register)
    values = {**PROFILE.values, code: {**PROFILE.values.get(code, {}), **row.get("parameters", {})}}
    return checks.run(
        registry,
        proposal,
        book_from(proposal, register),
        replace(PROFILE, values=values),
        stages=registry[code].stages,
        on=ON,
        only=[code],
    )


def holds(code: str, row: Mapping[str, Any], registry: Registry = RULES) -> bool:
    """Say whether the rule does with an example what the example expects."""
    found = findings_of(code, row, registry)
    variant = row.get("variant")
    concerned = [f for f in found if variant is None or f.variant == variant]
    if row["expect"] == "good":
        return not concerned
    said = row.get("message", "")
    return any(said in f.message for f in concerned) and all(
        f.law and f.remedy and f.sentence for f in concerned
    )
