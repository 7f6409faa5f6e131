"""Rows in every published layer, more streets than two pages hold; and what the database holds of them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import shapely
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from boundaries.markers import MarkerEntry, register_markers
from boundaries.published import publish_markers
from geoapp.core import acts
from geoapp.core.effective import in_force
from geoapp.ogc.layers import LAYERS
from naming.models import PublishedStreet
from tests import build
from tests.boundaries.test_lines import line_of
from tests.naming.test_address_history import door, entered
from tests.ogc.conftest import deed, ident, notice, place, street

AWKWARD = '引"号\\<路>&😀'
Held = dict[str, tuple[str, np.ndarray | None]]


def fill(city: build.City, many: int) -> None:
    """Publish ``many`` streets and one or more rows of every other layer, one name as awkward as names can be."""
    seq = deed()
    template = street(0, "0路", seq)
    copies = []
    for number in range(1, many):
        row = PublishedStreet(
            **{f.attname: getattr(template, f.attname) for f in PublishedStreet._meta.concrete_fields}
        )
        row.pk, row.id, row.name = None, ident(number), f"{number}路" if number != 1500 else AWKWARD
        copies.append(row)
    PublishedStreet.objects.bulk_create(copies)
    place(5003, "魁星阁", seq, "POINT(113.123456789 23.012345678)")
    notice(5004, "公示路", seq)
    named = city.named("鱼跃路", build.line((100, 300), (900, 300)))
    entered(*(door(city, named, number, 200 + number) for number in (1, 2, 3)))
    mark()


def mark() -> str:
    """Put one marker on the small city's district line; return the line's id."""
    line = line_of("440604", "440605")
    with transaction.atomic(), acts.act("takeover_markers", at=build.NOW) as act:
        entry = MarkerEntry("9001001Q", shapely.Point(build.at(4000, 1000)), (line.line_id,), synthetic=True)
        ids = register_markers([entry], seq=act.seq, valid_from=build.TODAY - timedelta(days=30))
        publish_markers(ids, known_at=act.seq, seq=act.seq)
    return str(line.line_id)


def stored() -> dict[str, Held]:
    """Return what the database holds of every layer today: name and coordinates (lon, lat) by id."""
    models = {model._meta.db_table: model for model in apps.get_models()}
    found = {}
    for layer in LAYERS.values():
        standing = in_force(models[layer.table].objects.all(), timezone.localdate())
        found[layer.id] = {
            str(row.id): (
                row.name,
                shapely.get_coordinates(shapely.from_wkb(bytes(row.geom.wkb))) if row.geom else None,
            )
            for row in standing
        }
    return found


def same_corners(got: np.ndarray, expected: np.ndarray) -> bool:
    """Say whether coordinates agree within 1e-8 degree. Formats turn rings: the order does not count."""
    if got.shape != expected.shape:
        return False
    ordered = [one[np.lexsort(np.round(one, 7).T)] for one in (got, expected)]
    return bool(np.abs(ordered[0] - ordered[1]).max() < 1e-8)
