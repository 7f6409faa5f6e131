"""Address files for tests: a street of the small city with doors on both sides, written as offices write them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.db.models import BooleanField, Case, When

from naming.models import Address, AddressPosition, AddressVersion, PublishedAddress
from tests import build

HEADER = ("镇街", "村居", "街路巷", "门牌号", "户室", "X", "Y")


def streets(town: build.City) -> None:
    """Register two streets in town A, drawn from west to east."""
    town.named("鱼跃路", build.line((100, 500), (1900, 500)))
    town.named("鲲鹏路", build.line((100, 300), (1900, 300)))


def door(street: str, number: int, *, room: str = "", **changes: str) -> list[str]:
    """Return a good row: odd numbers left when facing west from the eastern end, 20 m apart."""
    y = {"鱼跃路": 500, "鲲鹏路": 300}[street]
    x, y = build.at(1900 - 10 * ((number + 1) // 2) * 2, y + (-8 if number % 2 else 8))
    row = dict(
        zip(HEADER, ["试验镇", "试验社区", street, str(number), room, f"{x:.3f}", f"{y:.3f}"], strict=True)
    )
    return list((row | changes).values())


def doors(count: int) -> list[list[str]]:
    """Return good rows of both streets."""
    return [door(s, n) for s in ("鱼跃路", "鲲鹏路") for n in range(1, count // 2 + 1)]


def write(
    path: Path, rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER, encoding: str = "utf-8"
) -> Path:
    """Write a CSV."""
    sink = io.StringIO()
    csv.writer(sink).writerows([header, *rows])
    path.write_bytes(sink.getvalue().encode(encoding))
    return path


def checksum() -> str:
    """Return a hash over the register of addresses and their published rows, identities included, acts not."""
    digest = hashlib.sha256()
    on_record = Case(When(act_out__isnull=True, then=True), default=False, output_field=BooleanField())
    versions = (
        AddressVersion.objects.annotate(on_record=on_record)
        .order_by("address_id", "row")
        .values_list(
            *(
                "address_id",
                "text",
                "number",
                "sub_number",
                "side",
                "room",
                "state",
                "valid_from",
                "valid_to",
            ),
            *("on_record", "geom"),
        )
    )
    shown = (
        PublishedAddress.objects.annotate(on_record=on_record)
        .order_by("id", "row")
        .values_list("id", "name", "number", "code", "valid_from", "valid_to", "on_record", "geom")
    )
    positions = AddressPosition.objects.annotate(on_record=on_record).order_by("address_id", "row")
    places = positions.values_list("address_id", "on_record", "geom")
    for rows in (versions, shown, places, Address.objects.order_by("pk").values_list("pk")):
        for row in rows:
            digest.update(repr([getattr(v, "wkt", v) for v in row]).encode())
    return digest.hexdigest()
