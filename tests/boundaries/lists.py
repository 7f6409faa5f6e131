"""Yearly code lists as officers send them, and an officer to send them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from boundaries.edition_acts import Edition
from boundaries.models import UnitVersion
from geoapp.core.effective import in_force
from geoapp.core.models import Jurisdiction, Membership, User

START = "/boundaries/editions/"
HEAD = ("code", "name", "town_code", "town")
Row = Sequence[str]


def csv_of(rows: Sequence[Row], head: Sequence[str] = HEAD, encoding: str = "utf-8") -> bytes:
    """Return rows as a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode(encoding, errors="replace")


def rows_of(edition: Edition) -> list[list[str]]:
    """Return an edition's rows as its file has them."""
    towns = {t.code: t.name for t in edition.towns}
    return [[u.code, u.name, u.town_code, towns[u.town_code]] for u in edition.units]


def standing_rows(on: date, district: str = "") -> list[list[str]]:
    """Return the register of a day as a list's rows."""
    found = dict(
        in_force(UnitVersion.objects.exclude(code=""), on).order_by("code").values_list("code", "name")
    )
    return [
        [code, name, code[:9], found.get(code[:9], "")]
        for code, name in found.items()
        if len(code) == 12 and code.startswith(district)
    ]


def send(client, rows: Sequence[Row] | bytes, *, name: str = "名单.csv", year: str = "2026", **fields: str):
    """Upload a list; return the answer."""
    content = rows if isinstance(rows, bytes) else csv_of(rows)
    return client.post(START, {"file": SimpleUploadedFile(name, content), "year": year, **fields})


def seen(client, url: str) -> dict[str, str]:
    """Return what the page's forms carry of what was seen."""
    text = client.get(url).content.decode()
    return {
        key: re.search(f'name="{key}" value="(\\d+)"', text)[1]  # type: ignore[index]
        for key in ("version", "seq")
    }


def city_officer() -> User:
    """Return a city officer where there is no city yet."""
    area = Jurisdiction.objects.create(
        path="440600", level="city", name="佛山市", code="440600", valid_from=date(2016, 1, 1)
    )
    user = User.objects.create(username="city-officer", display_name="市级经办")
    Membership.objects.create(user=user, role="city_officer", jurisdiction=area, valid_from=date(2016, 1, 1))
    return user
