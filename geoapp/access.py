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
_R = Membership.Role
EVERY_ROLE: frozenset[str] = frozenset(Membership.Role.values) - {_R.COLLECTOR}
"""Every role that may have a part in a case; collectors only collect."""
NOBODY: frozenset[str] = frozenset()
FILERS = frozenset({_R.APPLICANT})
DRAWERS = frozenset({_R.TOWN, _R.DISTRICT, _R.CITY})
IMPORTERS = frozenset({_R.DISTRICT, _R.CITY})
COUNTER = frozenset({_R.APPLICANT, _R.TOWN})
CODERS = frozenset({_R.DEPARTMENT, _R.DISTRICT, _R.CITY})
WINDOW = frozenset({_R.TOWN})
HANGERS = frozenset({_R.TOWN, _R.DEPARTMENT})
REVIEWERS = frozenset({_R.DEPARTMENT})
READERS = EVERY_ROLE - {_R.ADMIN}
FIELD = frozenset({_R.COLLECTOR, _R.TOWN})


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
    "planner:line": Access(PUBLIC),
    "planner:line_geojson": Access(PUBLIC),
    "planner:marker": Access(PUBLIC),
    "planner:marker_geojson": Access(PUBLIC),
    "planner:address": Access(PUBLIC),
    "planner:address_geojson": Access(PUBLIC),
    "planner:address_codes": Access(CODERS, CODERS),
    "planner:address_certificate": Access(PUBLIC),
    "planner:address_verify": Access(PUBLIC),
    "planner:plate": Access(PUBLIC),
    "planner:notices": Access(PUBLIC),
    "planner:notice": Access(PUBLIC, PUBLIC),
    "planner:notice_geojson": Access(PUBLIC),
    "planner:rules": Access(PUBLIC),
    "planner:guide": Access(PUBLIC),
    "planner:api": Access(PUBLIC),
    "planner:openapi": Access(PUBLIC),
    "planner:live": Access(PUBLIC),
    "planner:ready": Access(PUBLIC),
    "planner:plan": Access(FILERS, FILERS),
    "planner:renaming_find": Access(FILERS),
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
    "planner:workbench_rebase": Access(NOBODY, DRAWERS),
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
    # The worker, its manifest and the question "am I still signed in" are asked by a phone that may be signed out.
    "planner:collect_worker": Access(PUBLIC),
    "planner:collect_manifest": Access(PUBLIC),
    "planner:collect_session": Access(PUBLIC),
    "planner:collect": Access(FIELD),
    "planner:collect_state": Access(FIELD),
    "planner:collect_package": Access(FIELD),
    "planner:collect_sync": Access(NOBODY, FIELD),
    "planner:collect_photo_add": Access(NOBODY, FIELD),
    "planner:collect_photo": Access(FIELD | DRAWERS),
    "planner:collect_tasks": Access(DRAWERS, DRAWERS),
    "planner:collect_progress": Access(DRAWERS),
    "planner:collect_task": Access(DRAWERS, DRAWERS),
    "planner:collect_review": Access(NOBODY, DRAWERS),
    "planner:collect_number": Access(NOBODY, WINDOW),
    "planner:collect_doors": Access(DRAWERS),
    "naming:export_addresses": Access(PUBLIC),
    "naming:import_start": Access(IMPORTERS, IMPORTERS),
    "naming:import_addresses": Access(IMPORTERS, IMPORTERS),
    "naming:import_table": Access(IMPORTERS),
    "planner:door_owner": Access(NOBODY, COUNTER, case=True),
    "planner:door_confirmation": Access(EVERY_ROLE, case=True),
    "planner:door_photo": Access(EVERY_ROLE, case=True),
    "planner:door_counter": Access(COUNTER, COUNTER),
    "planner:door_near": Access(COUNTER),
    "planner:door_progress": Access(READERS),
    "planner:door_progress_geojson": Access(READERS),
    "planner:door_plates": Access(HANGERS),
    "planner:door_hang": Access(NOBODY, HANGERS),
    "planner:door_review": Access(REVIEWERS, REVIEWERS),
    "planner:door_block": Access(REVIEWERS),
    "planner:door_block_geojson": Access(REVIEWERS),
    "planner:door_pass": Access(NOBODY, REVIEWERS),
    "planner:door_look": Access(REVIEWERS),
    "planner:door_open": Access(NOBODY, REVIEWERS),
    "planner:verify": Access(PUBLIC),
    "naming:check": Access(PUBLIC, PUBLIC),
    "naming:search": Access(PUBLIC),
    "naming:locate": Access(PUBLIC),
    "naming:address": Access(PUBLIC),
    "naming:suggest_number": Access(PUBLIC),
    "naming:parse_address": Access(PUBLIC, PUBLIC),
    "ogc:landing": Access(PUBLIC),
    "ogc:conformance": Access(PUBLIC),
    "ogc:api": Access(PUBLIC),
    "ogc:collections": Access(PUBLIC),
    "ogc:collection": Access(PUBLIC),
    "ogc:all_queryables": Access(PUBLIC),
    "ogc:queryables": Access(PUBLIC),
    "ogc:schema": Access(PUBLIC),
    "ogc:items": Access(PUBLIC),
    "ogc:item": Access(PUBLIC),
    "ogc:matrix-sets": Access(PUBLIC),
    "ogc:matrix-set": Access(PUBLIC),
    "ogc:tilesets": Access(PUBLIC),
    "ogc:tileset": Access(PUBLIC),
    "ogc:tile": Access(PUBLIC),
    "ogc:layer-tilesets": Access(PUBLIC),
    "ogc:layer-tileset": Access(PUBLIC),
    "ogc:layer-tile": Access(PUBLIC),
    "ogc:downloads": Access(PUBLIC),
    "ogc:download": Access(PUBLIC),
    "ogc:feed": Access(PUBLIC),
    "ogc:feed_atom": Access(PUBLIC),
    "ogc:feed_head": Access(PUBLIC),
    "ogc:feed_snapshot": Access(PUBLIC),
    "ogc:feed_entry": Access(PUBLIC),
    "ogc:wfs": Access(PUBLIC, PUBLIC),
}

OWN_DOOR = "admin:"
"""The administration has its own door: staff accounts only, held by Django's admin site."""


def access_of(view_name: str) -> Access | None:
    """Return a URL's row; None when it has none."""
    if view_name.startswith(OWN_DOOR):
        return Access(PUBLIC, PUBLIC)
    return MATRIX.get(view_name)
