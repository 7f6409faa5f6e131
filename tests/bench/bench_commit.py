"""What the decision of an adjustment costs in the database at 800 and at 20,000 units: rules, proof, register, act.

Run: ``.venv/bin/python -m tests.bench.bench_commit`` (SpatiaLite in a temporary folder), or
``.ci/postgis.sh run .venv/bin/python -m tests.bench.bench_commit``. Prints medians and the ratio; asserts nothing.
The database named by GEOAPP_DATABASE_URL is emptied: give it a throw-away one.
"""

# ruff: noqa: E402 - the database is chosen before Django is set up
from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
import uuid
from datetime import date, timedelta

if not os.environ.get("GEOAPP_DATABASE_URL"):
    os.environ["GEOAPP_DATABASE_URL"] = f"spatialite:///{tempfile.mkdtemp()}/bench.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "geoapp.settings"

import django

django.setup()

import shapely
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from boundaries import intake
from boundaries.models import Unit, UnitVersion
from geoapp.core import acts, bulk
from geoapp.core.cases import case_of
from geoapp.core.geometry import multipolygon
from geoapp.core.models import ApprovalAuthority, Case, FindingRow, Jurisdiction, Membership, User
from geoapp.core.workflow import move
from geoapp.planner import reference
from tests.strategies import wiggly_grid

SIZES = {"small": (28, 29), "large": (141, 142)}
STEPS = 18
SINCE = date(2023, 1, 1)


def build(rows: int, cols: int) -> dict[str, str]:
    """Fill the empty database with a grid of units in towns; return the units' ids by the grid's names."""
    coverage = wiggly_grid(rows, cols, steps=STEPS)
    reference.seed(timezone.localdate())
    city = Jurisdiction.objects.create(
        path="440600", level="city", name="佛山市", code="440600", valid_from=SINCE
    )
    district = Jurisdiction.objects.create(
        path="440600/440605", level="district", name="南海区", code="440605", valid_from=SINCE, parent=city
    )
    towns = {}
    with transaction.atomic(), acts.act("takeover_units", at=timezone.now() - timedelta(days=9)) as act:
        top = Unit.objects.create(level="district", jurisdiction=district)
        shapes = [
            land.geometry
            for land in coverage.parents.values()
            if not land.parent or land.parent not in coverage.parents
        ]
        rows_made = [
            _version(
                top, None, "南海区", "440605000000", "district", shapely.coverage_union_all(shapes), act.seq
            )
        ]
        for n, land in enumerate(coverage.parents.values(), start=1):
            code = f"440605{n:03d}" if n < 1000 else f"44{n:07d}"
            area = Jurisdiction.objects.create(
                path=f"440600/440605/{code}",
                level="town",
                name=f"{land.id}镇",
                code=code,
                valid_from=SINCE,
                parent=district,
            )
            towns[land.id] = Unit.objects.create(level="town", jurisdiction=area)
            rows_made.append(
                _version(towns[land.id], top, f"{land.id}镇", f"{code}000", "town", land.geometry, act.seq)
            )
        ids = {unit: uuid.uuid4() for unit in coverage}
        bulk.insert(Unit, (Unit(pk=i, level="community") for i in ids.values()))
        bulk.insert(UnitVersion, rows_made)
        bulk.insert(
            UnitVersion,
            (
                _version(
                    Unit(pk=ids[land.id]),
                    towns[land.parent],
                    f"{land.id}社区",
                    "",
                    "community",
                    land.geometry,
                    act.seq,
                )
                for land in coverage.lands()
            ),
        )
    officer = User.objects.create(username="town")
    approver = User.objects.create(username="approver")
    for area in Jurisdiction.objects.filter(level="town"):
        Membership.objects.create(user=officer, role="town_officer", jurisdiction=area, valid_from=SINCE)
    Membership.objects.create(user=approver, role="approver", jurisdiction=district, valid_from=SINCE)
    ApprovalAuthority.objects.create(
        jurisdiction=district, procedure="unit_adjustment", category="COM", level="district", approver="南海区人民政府",
        legal_basis="—", valid_from=SINCE,
    )  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return {name: str(i) for name, i in ids.items()}


def _version(
    unit: Unit, parent: Unit | None, name: str, code: str, kind: str, shape: object, seq: int
) -> UnitVersion:
    return UnitVersion(
        unit_id=unit.pk, parent_id=parent.pk if parent else None, name=name, code=code, kind=kind, households=1500,
        population=4000, valid_from=SINCE, act_in=seq, geom=bulk.raw(multipolygon(shape)),  # type: ignore[arg-type]
    )  # fmt: skip


def decide(ids: dict[str, str], name: str) -> float:
    """Split one unit by a case and return the seconds its decision took."""
    version = UnitVersion.objects.get(unit_id=ids[name], act_out__isnull=True, valid_to__isnull=True)
    x0, y0, x1, y1 = version.geom.extent
    middle = (y0 + y1) / 2
    new = str(uuid.uuid4())
    line = [
        [round((x0 - 300) * 1000), round(middle * 1000)],
        [round((x1 + 300) * 1000), round((middle + 40) * 1000)],
    ]
    plan = {
        "kind": "split",
        "operations": [
            {"op": "split", "unit": ids[name], "lines": [line], "new_ids": [ids[name], new], "declare": []}
        ],
        "after": [
            {"id": ids[name], "households": 1000, "population": 3000},
            {"id": new, "name": f"{name}新社区", "kind": "community", "households": 500, "population": 1000},
        ],
    }
    now = timezone.now()
    case, item = intake.open_case(
        actor=User.objects.get(username="town"), form=intake.read_adjustment(plan), reason="测量", at=now
    )
    Case.objects.filter(pk=case.pk).update(status="reviewed", submitted_at=now, accepted_at=now)
    FindingRow.objects.filter(item=item, severity="warn").update(answer="—")
    fresh = case_of(case.number)
    data = {"doc_no": "测", "outcomes": {str(item.pk): {"outcome": "approved", "reason": ""}}}
    begin = time.perf_counter()
    move(
        fresh.number,
        "decide",
        actor=User.objects.get(username="approver"),
        version=fresh.version,
        note="同意",
        data=data,
    )
    return time.perf_counter() - begin


def main() -> None:
    """Measure both sizes in one go."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    medians = {}
    for size, (rows, cols) in SIZES.items():
        call_command("migrate", verbosity=0)
        call_command("flush", verbosity=0, interactive=False)
        ids = build(rows, cols)
        names = [
            f"u{r}-{5 * c + 2}"
            for r in range(3, rows - 2, max(1, rows // 8))
            for c in range(1, cols // 5 - 1, max(1, cols // 30))
        ]
        times = [decide(ids, name) for name in names[: runs + 2]][2:]
        medians[size] = statistics.median(times)
        print(
            f"{connection.vendor} {rows * cols:>6} units: median {medians[size] * 1000:6.1f} ms of {len(times)}",
            flush=True,
        )
    print(f"ratio {medians['large'] / medians['small']:.2f}")


if __name__ == "__main__":
    main()
