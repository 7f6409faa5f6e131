"""``manage.py prove_coverage``: what is proved, what is counted apart, what fails."""

from __future__ import annotations

import json
from io import StringIO

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import transaction

from boundaries.certificates import verify_certificate
from boundaries.ground import shape_of
from boundaries.lines import register_lines
from boundaries.models import UnitVersion
from geoapp.core import acts
from geoapp.core.effective import in_force
from geoapp.core.geometry import frame_geos, multipolygon
from tests import build


def run(*options: str) -> str:
    out = StringIO()
    call_command("prove_coverage", *options, stdout=out, stderr=out)
    return out.getvalue()


def test_sound_land_is_proved_and_the_report_holds_offline(town, tmp_path):
    path = tmp_path / "r.json"
    said = run("--on", "2026-11-23", "--report", str(path))
    assert "6 个村居与 5 个上级单位不重不漏" in said
    assert "no geometry for 1 units" in said and "1 个虚拟社区" in said and "应当有图形" not in said
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["without_geometry"] == {"landless": 1, "before_record": 0, "missing": 0}
    rows = in_force(UnitVersion.objects.filter(geom__isnull=False, unit__level="community"), build.TODAY)
    assert verify_certificate(told["certificate"], {str(v.unit_id): shape_of(v) for v in rows}) == ()


def test_units_without_land_are_told_apart_by_why(town):
    UnitVersion.objects.filter(landless=True).update(valid_from="2016-01-01")
    UnitVersion.objects.filter(code=f"{build.TOWN_A}001").update(valid_from="2016-01-01", geom=None)
    said = run("--on", "2019-12-31")
    assert "登记中没有图形" in said and "1 个虚拟社区" in said
    assert "1 个在图形开始登记之前（图形自 2023-01-01 起）" in said
    with pytest.raises(CommandError, match="不合"):
        run("--on", "2026-11-23")


def test_a_missing_unit_is_counted_when_the_rest_adds_up(town):
    # One district, its one town and two communities.
    assert UnitVersion.objects.filter(code__startswith="440604").update(geom=None) == 4
    with transaction.atomic(), acts.act("test", at=build.NOW) as act:
        for level in ("district", "town", "community"):
            register_lines(level, seq=act.seq)
    said = run("--on", "2026-11-23")
    assert "4 个应当有图形而没有" in said and "4 个村居与 3 个上级单位" in said


def test_a_gap_fails_and_says_where(town):
    version = UnitVersion.objects.get(code=f"{build.TOWN_A}001")
    smaller = shapely.box(*build.at(0, 0), *build.at(2000, 999))
    UnitVersion.objects.filter(pk=version.pk).update(geom=frame_geos(multipolygon(smaller)))
    out = StringIO()
    with pytest.raises(CommandError, match="不合"):
        call_command("prove_coverage", "--on", "2026-11-23", stdout=out, stderr=out)
    assert "相差 2000.000000 平方米" in out.getvalue() and "空隙或越界" in out.getvalue()
    assert "在 (41" in out.getvalue()


def test_the_register_as_it_was_known_then(town):
    assert "登记中没有图形" in run("--on", "2026-11-23", "--known-at", "0")
    assert "6 个村居" in run("--on", "2026-11-23", "--known-at", "1")
    with pytest.raises(CommandError, match=f"最后一号是 {acts.head_seq()}"):
        run("--known-at", "999")
    with pytest.raises(CommandError, match="不对"):
        run("--on", "2026-02-30")
