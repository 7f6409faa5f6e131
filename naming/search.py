"""The public search: characters, pinyin, initials; present and former names, units and doors."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from boundaries.lineage import resolve
from geoapp.core import frame
from geoapp.core.effective import in_force, known
from geoapp.core.geometry import to_shapely
from naming import address_codes
from naming.address_names import address_names
from naming.code_schemes import clean
from naming.language.normalise import normalise_name
from naming.language.romanise import numeral_words, parse_romanised, strip_tones
from naming.language.search_keys import (
    fold_digits,
    initials_of,
    initials_splits,
    latin_query,
    matches_latin,
    query_kind,
)
from naming.matching import read_and_match
from naming.models import PlaceNameVersion, PublishedAddress, SearchName, StreetVersion
from naming.published import midpoint

_BATCH = 400


def keys_of(pinyin: str) -> tuple[str, str]:
    """Return the run-together toneless spelling and the initials of a romanised name."""
    syllables = _syllables_of(pinyin)
    return "".join(strip_tones(s) for s in syllables).lower(), initials_of(syllables)


_LONG_NUMBER = re.compile(r"(\d{4,})")


def _syllables_of(pinyin: str) -> list[str]:
    """Return the syllables of a romanised name; a number that nobody reads out (四位以上) stands as it is written."""
    parts = _LONG_NUMBER.split(pinyin)
    return [s for part in parts for s in ([part] if _LONG_NUMBER.fullmatch(part) else parse_romanised(part))]


def index_streets(ids: Collection[UUID], *, known_at: int) -> None:
    """Write the search lines of streets: the current name and every earlier one."""
    wanted = list(ids)
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        SearchName.objects.filter(subject_type="street", subject_id__in=batch).delete()
        extents = {
            row.place_id: row
            for row in known(StreetVersion.objects.filter(place_id__in=batch), known_at).order_by(
                "valid_from"
            )
        }
        names = known(PlaceNameVersion.objects.filter(place_id__in=batch), known_at)
        lines = [_street_line(name, extents[name.place_id]) for name in names if name.place_id in extents]
        SearchName.objects.bulk_create(lines, batch_size=_BATCH)


def _street_line(name: PlaceNameVersion, extent: StreetVersion) -> SearchName:
    point = frame.to_geographic(midpoint(to_shapely(extent.geom)))
    latin, initials = keys_of(name.pinyin_std)
    return SearchName(
        subject_type="street",
        subject_id=name.place_id,
        name=name.name,
        pinyin=name.pinyin_std,
        latin=latin,
        initials=initials,
        jyutping=name.key_jyutping_toneless,
        former=name.valid_to is not None or name.use_state == "historic",
        where=extent.where,
        lon=point.x,
        lat=point.y,
    )


def index_units(rows: Iterable[dict[str, Any]]) -> None:
    """Write the search lines of units: ``id name pinyin where point`` (frame point or None), ``former`` if it is."""
    lines = []
    for row in rows:
        latin, initials = keys_of(row["pinyin"])
        point = frame.to_geographic(row["point"]) if row["point"] is not None else None
        lines.append(
            SearchName(
                subject_type="unit",
                subject_id=row["id"],
                name=row["name"],
                pinyin=row["pinyin"],
                latin=latin,
                initials=initials,
                former=row.get("former", False),
                where=row["where"],
                lon=point.x if point is not None else None,
                lat=point.y if point is not None else None,
            )
        )
    SearchName.objects.bulk_create(lines, batch_size=_BATCH)


def search(text: str, *, limit: int = 20) -> list[dict[str, Any]]:
    """Find names by characters, full pinyin or initials, best first, in the shape of ``/api/search``."""
    text = text.replace("\0", "").strip()[:60]
    kind = query_kind(text)
    if kind == "empty":
        return []
    if found := _by_code(text, limit):
        return found
    if kind == "latin":
        return _by_latin(latin_query(text), limit)
    found = _by_characters(normalise_name(text), limit)
    folded = normalise_name(fold_digits(text, numeral_words))
    if len(found) < limit and folded != normalise_name(text):
        found += _by_characters(folded, limit - len(found))
    if len(found) < limit and any(c.isdigit() or c == "号" for c in text):
        found += _addresses(normalise_name(text), limit - len(found)) or _read(text, limit - len(found))
    return found


def _by_characters(text: str, limit: int) -> list[dict[str, Any]]:
    rows = list(SearchName.objects.filter(name__contains=text)[: 20 * limit])
    rows.sort(
        key=lambda r: (r.name != text, not r.name.startswith(text), r.former, len(r.name), r.name, r.where)
    )
    return [_result(row) for row in rows[:limit]]


def _by_latin(text: str, limit: int) -> list[dict[str, Any]]:
    if not text:
        return []
    rows = list(
        SearchName.objects.filter(Q(latin__startswith=text) | Q(initials__startswith=text))[: 20 * limit]
    )
    if len(rows) < limit:
        rows += _mixed(text, {row.pk for row in rows}, 20 * limit)
    rows.sort(key=lambda r: (text not in (r.latin, r.initials), r.former, len(r.latin), r.name, r.where))
    return [_result(row) for row in rows[:limit]]


def _mixed(text: str, seen: Collection[int], most: int) -> list[SearchName]:
    """Return names whose syllables begin with the pieces of the query, some in full, some by initial (zmlu)."""
    begins = Q(pk__in=[])
    for initials in initials_splits(text):
        begins |= Q(initials__startswith=initials)
    rows = SearchName.objects.filter(begins, latin__startswith=text[0])[: 50 * most]
    found = [r for r in rows if r.pk not in seen and matches_latin(text, _syllables_of(r.pinyin))]
    return found[:most]


def _addresses(text: str, limit: int) -> list[dict[str, Any]]:
    rows = PublishedAddress.objects.filter(act_out__isnull=True, name__contains=text)
    found = sorted(rows[: 20 * limit], key=lambda r: (r.valid_to is not None, len(r.name), r.name))[:limit]
    past = [row.id for row in found if row.valid_to is not None]
    current = PublishedAddress.objects.filter(act_out__isnull=True, valid_to__isnull=True, id__in=past)
    now = {row.id: {"id": str(row.id), "name": row.name} for row in current.defer("geom")}
    return [_address(row, now.get(row.id) if row.valid_to is not None else None) for row in found]


def _by_code(text: str, limit: int) -> list[dict[str, Any]]:
    """Return the addresses an official code means or meant; a former code leads to what the address is today."""
    today = timezone.localdate()
    return [
        _address(row, None) | {"code": clean(text), "former_code": former}
        for row, former in address_codes.find(text, today, most=limit)
    ]


def _read(text: str, limit: int) -> list[dict[str, Any]]:
    """Read an address as people write it, and return the door it means, failing that the doors it may mean."""
    today = timezone.localdate()
    _readings, told = read_and_match(text, address_names(today), today)
    meant = [told.match.id] if told.match else [near.id for near in told.near]
    ids = [UUID(one) for one in meant[:limit]]
    rows = in_force(PublishedAddress.objects.filter(id__in=ids, act_out__isnull=True), today)
    standing = {row.id: row for row in rows}
    return [_address(standing[one], None) for one in ids if one in standing]


def _address(row: PublishedAddress, now: dict[str, str] | None) -> dict[str, Any]:
    return {
        "type": "address",
        "id": str(row.id),
        "name": row.name,
        "pinyin": "",
        "former": row.valid_to is not None,
        "now": now,
        "where": row.unit,
        "point": [row.geom.x, row.geom.y],
    }


def _heir(row: SearchName) -> dict[str, str] | None:
    """Return what stands today for a unit that is no more, when that is one unit; its page lists several."""
    if row.subject_type != "unit":
        return None
    living = resolve(row.subject_id, timezone.localdate()).living
    return {"id": str(living[0].unit_id), "name": living[0].name} if len(living) == 1 else None


def _result(row: SearchName) -> dict[str, Any]:
    now = None
    if row.former:
        current = SearchName.objects.filter(
            subject_type=row.subject_type, subject_id=row.subject_id, former=False
        ).first()
        now = {"id": str(current.subject_id), "name": current.name} if current else _heir(row)
    return {
        "type": row.subject_type,
        "id": str(row.subject_id),
        "name": row.name,
        "pinyin": row.pinyin,
        "former": row.former,
        "now": now,
        "where": row.where,
        "point": [row.lon, row.lat] if row.lon is not None else None,
    }
