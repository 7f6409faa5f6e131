"""The small city for the runs with desktop clients: filling a database, what it holds, and changing it.

Usage: city.py fill DOORS STREETS | rows FILE | change FILE STOP

``rows`` writes what plain SQL finds in the published tables, for the days asked about; ``change`` renumbers and retires
doors by acts on the register, some twenty a second, until there is a file STOP, and writes which. The database is that of GEOAPP_DATABASE_URL.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
PAST = date(2021, 5, 31)
"""A day on which a street had another name."""
FORMER, LATER = "旧名路", "新名路"
RESTLESS, LONGEST_S = 3000, 120.0


def fill(doors: int, streets: int) -> None:
    """Publish rows in every layer: ``streets`` streets, ``doors`` doors, one street renamed in 2021."""
    from tests import build
    from tests.ogc import changing
    from tests.ogc.conftest import deed, street
    from tests.ogc.every_layer import fill as fill_layers

    city = build.city()
    fill_layers(city, streets)
    seq = deed(2500)
    street(900_001, FORMER, seq, valid_from=date(2015, 1, 1), valid_to=date(2021, 6, 1))
    street(900_001, LATER, seq, valid_from=date(2021, 6, 1))
    place = city.named("长街", build.line((100, 400), (1900, 400)))
    changing.doors(place, city.land.units[f"{build.TOWN_A}001"], doors)


def rows() -> dict[str, dict[str, list[list[object]]]]:
    """Return id, name, kind and geometry (hexadecimal WKB, lon lat) of every layer in law today and on ``PAST``."""
    from django.db import connection
    from django.utils import timezone

    from geoapp.ogc.layers import LAYERS

    sqlite = connection.vendor == "sqlite"
    shape = "hex(AsBinary(geom))" if sqlite else "encode(ST_AsBinary(geom), 'hex')"
    found: dict[str, dict[str, list[list[object]]]] = {}
    with connection.cursor() as cursor:
        for title, day in (("today", timezone.localdate()), ("past", PAST)):
            found[title] = {}
            for layer in LAYERS.values():
                cursor.execute(
                    f"SELECT id, name, kind, {shape} FROM {layer.table} WHERE act_out IS NULL "
                    "AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s) ORDER BY row",
                    [day, day],
                )
                found[title][layer.id] = [
                    [str(ident).replace("-", ""), *rest] for ident, *rest in cursor.fetchall()
                ]
    return found


def change(stop: Path) -> dict[str, object]:
    """Change doors until told to stop; return what was changed, what was retired and how long it took."""
    from django.utils import timezone

    from geoapp.core.effective import in_force
    from naming.models import PublishedAddress
    from tests.ogc import changing

    standing = in_force(PublishedAddress.objects.filter(number__lt="9"), timezone.localdate())
    ids = list(standing.order_by("row").values_list("id", flat=True))
    chosen = random.Random(len(ids)).sample(ids, min(RESTLESS, len(ids)))
    until = time.monotonic() + LONGEST_S
    with changing.Changing(chosen) as writer:
        while not stop.exists() and time.monotonic() < until:
            time.sleep(0.1)
    touched = {"changed": writer.changed, "retired": writer.retired}
    return {k: [i.hex for i in ids] for k, ids in touched.items()} | {"seconds": writer.seconds}


def main(command: str, *given: str) -> None:
    """Run one command."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "geoapp.settings"
    import django

    django.setup()
    if command == "fill":
        fill(*map(int, given))
    elif command == "rows":
        Path(given[0]).write_text(json.dumps(rows()), encoding="utf-8")
    elif command == "change":
        Path(given[0]).write_text(json.dumps(change(Path(given[1]))), encoding="utf-8")
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
