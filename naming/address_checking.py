"""Checking one address as it is typed (``/api/check``, kind ``address``): read, judged by every A-rule, composed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries import register
from boundaries.models import UnitVersion
from geoapp.core import checks
from geoapp.core.authority import profile_on
from geoapp.core.checks import Finding, Stage
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput
from geoapp.core.geometry import read_geometry
from naming.address_book import RegisterBook
from naming.address_checks import RULES
from naming.address_checks.proposal import AddressProposal, Place
from naming.address_places import Gazetteer
from naming.address_register import Names
from naming.addressing.columns import FIELDS
from naming.addressing.compose import community_part, compose
from naming.addressing.parts import AddressParts
from naming.addressing.reading import read_row

STAGES = (Stage.DRAFT, Stage.SUBMIT, Stage.ACCEPT, Stage.NUMBER)
_LONGEST = 300


def values_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts of an address in a request as texts. Raises BadInput for a part that is neither text nor number."""
    found = {}
    for part in FIELDS:
        value = body.get(part)
        if value is None or value is False or value == "":
            continue
        if not isinstance(value, (str, int, float)) or len(str(value)) > _LONGEST or "\0" in str(value):
            raise BadInput(
                _("%(key)s 应是文字") % {"key": part},
                field=part,
                remedy=_("请以字符串或者数字提交，不超过 300 个字"),
            )
        found[part] = "1" if value is True else str(value).strip(" ")
    return found


def _point_of(body: Mapping[str, Any]) -> BaseGeometry | None:
    return read_geometry(body["geometry"], types=("Point",)) if body.get("geometry") else None


def _community(named: str, code: str, town: str, point: BaseGeometry | None, on: date) -> str:
    """Return the id of the community meant; failing a name, of the one that holds the point."""
    if not named and not code:
        here = register.units_at(point, on) if point is not None else []
        return next((str(u.unit_id) for u in here if u.unit.level == "community"), "")
    rows = in_force(UnitVersion.objects.filter(unit__level="community"), on)
    rows = rows.filter(code=code) if code else rows.filter(name__startswith=named)
    held = [
        (str(u), name, parent) for u, name, parent in rows.values_list("unit_id", "name", "parent_id")[:50]
    ]
    if not code:
        held = [row for row in held if named in (row[1], community_part(row[1]))]
    if len(held) > 1 and town:
        towns = in_force(UnitVersion.objects.filter(unit_id__in=[row[2] for row in held], name=town), on)
        parents = set(towns.values_list("unit_id", flat=True))
        held = [row for row in held if row[2] in parents]
    return held[0][0] if len(held) == 1 else ""


def proposal_of(body: Mapping[str, Any], on: date) -> AddressProposal:
    """Read a request into what the rules judge. ``address`` names the address on record that is being changed.

    Raises BadInput for what cannot be read at all; everything else is for the rules to say.
    """
    values = values_of(body)
    reading = read_row(values)
    point = _point_of(body)
    given = reading.parts
    name = given.street or given.village
    place: Place | None = None
    places: tuple[Place, ...] = ()
    if name:
        place, places = Gazetteer.on(on, only=[name]).find(name, town=given.town, district=given.district)
    community = _community(given.community, reading.community_code, given.town, point, on)
    district = town = short = ""
    if community:
        key = UUID(community)
        names = Names.on(on, streets=(), communities=[key])
        district, town = names.districts.get(key, ""), names.towns.get(key, "")
        short = community_part(names.communities.get(key, ""))
    village = place is not None and place.kind == "VIL"
    parts = AddressParts(
        city=settings.GEOAPP_CITY,
        district=district,
        town=town,
        community=short if village else "",
        street="" if village else (place.name if place else name),
        village=place.name if place is not None and village else "",
        number=given.number,
        sub_number=given.sub_number,
        compound=given.compound,
        building=given.building,
        unit=given.unit,
        floor=given.floor,
        room=given.room,
    )
    return AddressProposal(
        on=on,
        parts=parts,
        text=compose(parts),
        row=_identity(body),
        place=place,
        place_named=name,
        places=places,
        community=community,
        community_named=given.community or reading.community_code,
        point=(point.x, point.y) if point is not None else None,
        state=reading.state,
        sub_depth=reading.sub_depth,
        plot=reading.plot,
        historic=reading.historic,
        renumbering=bool(body.get("renumbering")),
        former=reading.former,
        proof=reading.proof,
        faults=reading.faults,
    )


def _identity(body: Mapping[str, Any]) -> str:
    value = body.get("id")
    if not value:
        return ""
    try:
        return str(UUID(str(value)))
    except ValueError:
        raise BadInput(
            _("地址编号“%(value)s”不对") % {"value": str(value)[:60]},
            field="id",
            remedy=_("请填写地址的 UUID"),
        ) from None


def check_address(body: Mapping[str, Any], on: date) -> tuple[dict[str, Any], list[Finding]]:
    """Judge one address. Return what it was read as, and what was found."""
    proposal = proposal_of(body, on)
    profile = profile_on(on)
    book = RegisterBook(proposal, profile)
    findings = checks.run(RULES, proposal, book, profile, stages=STAGES, on=on)
    measure = book.measure(proposal)
    told = {
        "text": proposal.text,
        "parts": proposal.parts.filled(),
        "street": proposal.place.id if proposal.place else None,
        "community": proposal.community or None,
        "along_m": round(measure.along_m, 1) if measure else None,
        "side": measure.side if measure else None,
    }
    return told, findings
