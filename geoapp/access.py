"""Who may open which URL: one declared table, enforced by ``geoapp.middleware.AccessMatrix``.

``read`` speaks for GET, HEAD and OPTIONS, ``write`` for everything else; None means nobody. ``case`` narrows
further: the case of the URL must be one the person may read (``geoapp.core.roles.may_see``), and what may be done
to it is the transition table's affair. A URL that is missing here is closed, and the suite fails.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from geoapp.core.models import Membership

PUBLIC: frozenset[str] = frozenset({"public"})
EVERY_ROLE: frozenset[str] = frozenset(Membership.Role.values)
NOBODY: frozenset[str] = frozenset()
_R = Membership.Role
FILERS = frozenset({_R.APPLICANT})
DRAWERS = frozenset({_R.TOWN, _R.DISTRICT, _R.CITY})
IMPORTERS = frozenset({_R.DISTRICT, _R.CITY})
READERS = EVERY_ROLE - {_R.ADMIN}


@dataclass(frozen=True)
class Access:
    """Roles that may read and write a URL; ``case`` when the URL names a case."""

    read: Collection[str]
    write: Collection[str] = NOBODY
    case: bool = False


MATRIX: dict[str, Access] = {
    "planner:home": Access(PUBLIC),
    "planner:signin": Access(PUBLIC, PUBLIC),
    "planner:signout": Access(NOBODY, PUBLIC),
    "planner:entry": Access(PUBLIC),
    "planner:entry_geojson": Access(PUBLIC),
    "planner:unit": Access(PUBLIC),
    "planner:unit_geojson": Access(PUBLIC),
    "planner:address": Access(PUBLIC),
    "planner:address_geojson": Access(PUBLIC),
    "planner:address_certificate": Access(PUBLIC),
    "planner:address_verify": Access(PUBLIC),
    "planner:plate": Access(PUBLIC),
    "planner:notices": Access(PUBLIC),
    "planner:notice": Access(PUBLIC, PUBLIC),
    "planner:notice_geojson": Access(PUBLIC),
    "planner:rules": Access(PUBLIC),
    "planner:guide": Access(PUBLIC),
    "planner:live": Access(PUBLIC),
    "planner:ready": Access(PUBLIC),
    "planner:plan": Access(FILERS, FILERS),
    "planner:cases": Access(EVERY_ROLE),
    "planner:case": Access(EVERY_ROLE, case=True),
    "planner:case_action": Access(NOBODY, EVERY_ROLE, case=True),
    "planner:case_reason": Access(NOBODY, FILERS | DRAWERS, case=True),
    "planner:case_item_remove": Access(NOBODY, FILERS | DRAWERS, case=True),
    "planner:case_attach": Access(NOBODY, EVERY_ROLE, case=True),
    "planner:case_attachment": Access(EVERY_ROLE, case=True),
    "planner:case_geojson": Access(EVERY_ROLE, case=True),
    "boundaries:units": Access(PUBLIC),
    "planner:workbench_new": Access(DRAWERS, DRAWERS),
    "planner:workbench_try": Access(NOBODY, DRAWERS),
    "planner:workbench_survey": Access(NOBODY, DRAWERS),
    "planner:workbench_proposals": Access(DRAWERS),
    "planner:workbench_ground": Access(DRAWERS),
    "planner:workbench": Access(EVERY_ROLE, DRAWERS, case=True),
    "planner:impact": Access(EVERY_ROLE, case=True),
    "planner:impact_pdf": Access(EVERY_ROLE, case=True),
    "planner:impact_sheet": Access(EVERY_ROLE, case=True),
    "boundaries:import_start": Access(IMPORTERS, IMPORTERS),
    "boundaries:import_report": Access(IMPORTERS, IMPORTERS),
    "boundaries:import_report_json": Access(IMPORTERS),
    "boundaries:import_places": Access(IMPORTERS),
    "boundaries:editions": Access(IMPORTERS, IMPORTERS),
    "boundaries:edition": Access(IMPORTERS, IMPORTERS),
    "boundaries:sizes": Access(READERS),
    "boundaries:sizes_csv": Access(READERS),
    "boundaries:sizes_geojson": Access(READERS),
    "boundaries:units_csv": Access(READERS),
    "boundaries:units_geojson": Access(READERS),
    "naming:check": Access(PUBLIC, PUBLIC),
    "naming:search": Access(PUBLIC),
    "naming:locate": Access(PUBLIC),
    "naming:address": Access(PUBLIC),
    "ogc:landing": Access(PUBLIC),
    "ogc:conformance": Access(PUBLIC),
    "ogc:api": Access(PUBLIC),
    "ogc:collections": Access(PUBLIC),
    "ogc:collection": Access(PUBLIC),
    "ogc:items": Access(PUBLIC),
    "ogc:item": Access(PUBLIC),
    "ogc:wfs": Access(PUBLIC, PUBLIC),
}

OWN_DOOR = "admin:"
"""The administration has its own door: staff accounts only, held by Django's admin site."""


def access_of(view_name: str) -> Access | None:
    """Return a URL's row; None when it has none."""
    if view_name.startswith(OWN_DOOR):
        return Access(PUBLIC, PUBLIC)
    return MATRIX.get(view_name)
