"""Rows written in bulk are the rows the ORM would have written."""

from __future__ import annotations

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import DatabaseError, connection, transaction

from geoapp.core import bulk
from geoapp.core.database import index_faults
from geoapp.core.models import CaseEvent, PublishedNotice
from naming.models import PlaceName, PublishedStreet
from tests import build
from tests.ogc.conftest import deed, ident, street

pytestmark = pytest.mark.django_db


def test_every_column_arrives_as_by_the_orm():
    seq = deed()
    one = street(1, '引"号\\路\t😀', seq, width_m=None, approved_on=build.TODAY)
    two = PublishedStreet(
        **{f.attname: getattr(one, f.attname) for f in PublishedStreet._meta.concrete_fields}
    )
    two.pk, two.id = None, ident(2)
    assert bulk.insert(PublishedStreet, [two]) == 1
    left = PublishedStreet.objects.values().get(id=ident(1))
    right = PublishedStreet.objects.values().get(id=ident(2))
    for row in (left, right):
        row.pop("row"), row.pop("id")
    assert left == right
    assert index_faults() == []


def test_geometry_as_wkb_or_missing():
    line = shapely.LineString([(113.0, 23.0), (113.1, 23.2)])
    common = {
        "name": "甲路",
        "kind": "name",
        "status": "open",
        "valid_from": build.TODAY,
        "act_in": 1,
        "case_number": "SM-1",
        "starts": build.TODAY,
        "ends": build.TODAY,
    }
    rows = [
        PublishedNotice(id=ident(1), geom=bulk.raw(line), **common),
        PublishedNotice(id=ident(2), geom=None, **common),
    ]
    assert bulk.insert(PublishedNotice, iter(rows)) == 2
    assert PublishedNotice.objects.get(id=ident(1)).geom.equals_exact(GEOSGeometry(line.wkt, srid=4490), 0)
    assert PublishedNotice.objects.get(id=ident(2)).geom is None


def test_moments_and_booleans(town):
    journey = build.draft(town, "映霞路")
    event = CaseEvent.objects.get(case=journey.case, seq=1)
    copy = CaseEvent(**{f.attname: getattr(event, f.attname) for f in CaseEvent._meta.concrete_fields})
    copy.pk, copy.seq = None, 99
    bulk.insert(CaseEvent, [copy])
    assert CaseEvent.objects.get(case=journey.case, seq=99).at == event.at
    bulk.insert(PlaceName, [place := PlaceName(category="STR", synthetic=True)])
    assert PlaceName.objects.get(pk=place.pk).synthetic is True


def _notices(count: int, **changes: object) -> list[PublishedNotice]:
    common = {
        "name": "甲路",
        "kind": "name",
        "status": "open",
        "valid_from": build.TODAY,
        "act_in": 1,
        "case_number": "SM-1",
        "starts": build.TODAY,
        "ends": build.TODAY,
    } | changes
    return [
        PublishedNotice(
            id=ident(n),
            geom=None if n % 7 == 0 else bulk.raw(shapely.Point(113 + n / 1000, 23 + n / 2000)),
            **common,
        )
        for n in range(1, count + 1)
    ]


def _triggers() -> set[tuple[str, str]]:
    if connection.vendor != "sqlite":
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return set(cursor.fetchall())


def test_many_rows_are_indexed_and_the_triggers_stand_again():
    before = _triggers()
    assert bulk.insert(PublishedNotice, _notices(1200)) == 1200
    assert _triggers() == before
    assert index_faults() == []
    box = (113.0999, 23.0499, 113.1011, 23.0511)
    found = PublishedNotice.objects.filter(geom__in_box=box).order_by("geom")
    assert {row.id for row in found} == {ident(100), ident(101)}
    # Row by row again: the triggers work as before.
    one = _notices(3)[2]
    one.id = ident(5000)
    one.save()
    assert ident(5000) in {
        r.id for r in PublishedNotice.objects.filter(geom__in_box=(113.002, 23, 113.004, 23.1))
    }


def test_many_rows_with_one_of_a_wrong_kind_leave_nothing():
    before = _triggers()
    first = street(1, "甲路", deed())
    values = {f.attname: getattr(first, f.attname) for f in PublishedStreet._meta.concrete_fields}
    PublishedStreet.objects.all().delete()
    rows = [PublishedStreet(**values | {"row": None, "id": ident(n)}) for n in range(1, 801)]
    rows[699].geom = bulk.raw(shapely.Point(113, 23))
    with pytest.raises(DatabaseError), transaction.atomic():
        bulk.insert(PublishedStreet, rows)
    assert PublishedStreet.objects.count() == 0
    assert _triggers() == before
    assert index_faults() == []
