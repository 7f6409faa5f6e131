"""What the open JSON interfaces take and answer, as OpenAPI 3.0 schemas. Every schema is inline.

The lists of allowed values come from the code that judges them, so that the two cannot differ.
"""

from __future__ import annotations

from typing import Any

from boundaries.models import Unit, UnitVersion
from geoapp.core.checks import Severity, Stage
from geoapp.core.geometry import MAX_VERTICES
from naming.address_api import LONGEST_TEXT, MOST_TEXTS
from naming.addressing.columns import FIELDS
from naming.addressing.parts import LADDER
from naming.api import KINDS
from naming.models import RenameItem

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
DAY: Schema = {"type": "string", "format": "date"}
IDENT: Schema = {"type": "string", "format": "uuid"}


def maybe(schema: Schema) -> Schema:
    """Return a schema that allows null."""
    return {**schema, "nullable": True}


def listing(schema: Schema, **more: Any) -> Schema:
    """Return a list of a schema."""
    return {"type": "array", "items": schema, **more}


def record(optional: tuple[str, ...] = (), /, **members: Schema) -> Schema:
    """Return an object that has all ``members`` but the ``optional`` ones."""
    needed = [name for name in members if name not in optional]
    return {"type": "object", "required": needed, "properties": members} if needed else _loose(members)


def _loose(members: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": members}


def choice(*values: str) -> Schema:
    """Return a text that is one of ``values``."""
    return {"type": "string", "enum": [str(v) for v in values]}


POINT: Schema = listing(NUMBER, minItems=2, maxItems=2, description="[lon, lat], CRS84")


def shape(*kinds: str) -> Schema:
    """Return a GeoJSON geometry of one of ``kinds``, CRS84 lon/lat."""
    return record(type=choice(*kinds), coordinates=listing({}, maxItems=MAX_VERTICES))


PROBLEM: Schema = record(
    ("field", "remedy", "retry_after_s"),
    type=TEXT,
    title=TEXT,
    status=WHOLE,
    detail=TEXT,
    field=TEXT,
    remedy=TEXT,
    retry_after_s=WHOLE,
)

_NAMED: Schema = record(id=TEXT, name=TEXT)
_ANY_SHAPE = shape("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
_FINDING: Schema = record(
    code=TEXT,
    severity=choice(*(s for s in Severity if s is not Severity.OFF)),
    stage=choice(*Stage),
    message=TEXT,
    law=TEXT,
    remedy=TEXT,
    sentence=TEXT,
    subject=maybe(record(type=TEXT, id=TEXT, name=TEXT)),
    geometry=maybe(_ANY_SHAPE),
)
_JUDGED: dict[str, Schema] = {
    "verdict": record(
        score={"type": "integer", "minimum": 0, "maximum": 100}, band=choice("block", "warn", "pass")
    ),
    "findings": listing(_FINDING),
    "profile": TEXT,
}
_NAME_ANSWER: Schema = record(
    **_JUDGED,
    name=record(
        specific=TEXT,
        modifier=TEXT,
        generic=TEXT,
        pinyin=TEXT,
        pinyin_sign=TEXT,
        review=listing(TEXT),
        mended=listing(TEXT),
    ),
    street=maybe(_NAMED),
    length_m=maybe(NUMBER),
)
_PARTS: dict[str, Schema] = {
    part: maybe(WHOLE) if part in ("number", "sub_number") else TEXT for part in LADDER
}
_FILLED: Schema = _loose({part: WHOLE if part in ("number", "sub_number") else TEXT for part in LADDER})
_ADDRESS_ANSWER: Schema = record(
    **_JUDGED,
    address=record(
        text=TEXT,
        parts=_FILLED,
        street=maybe(TEXT),
        community=maybe(TEXT),
        along_m=maybe(NUMBER),
        side=maybe(TEXT),
    ),
)
CHECKED: Schema = {"oneOf": [_NAME_ANSWER, _ADDRESS_ANSWER]}

_COLUMN: Schema = {"oneOf": [{"type": "string", "maxLength": 300}, NUMBER]}
CHECK_BODY: Schema = {
    "type": "object",
    "properties": {
        "kind": choice(*sorted(KINDS)) | {"default": "name"},
        "on": DAY,
        "name": {"type": "string", "maxLength": 60},
        "pinyin": maybe(TEXT),
        "category": choice("STR") | {"default": "STR"},
        "width_m": maybe(NUMBER),
        "geometry": maybe(shape("LineString", "MultiLineString", "Point")),
        "trigger": choice(*RenameItem.Trigger.values),
        "legal_basis": TEXT,
        "protected": FLAG,
        "id": IDENT,
        "renumbering": FLAG,
        **{part: _COLUMN for part in FIELDS if part not in ("street", "text", "x", "y", "lon", "lat")},
        "street": _COLUMN,
    },
}

SEARCHED: Schema = record(
    results=listing(
        record(
            type=choice("street", "place", "address", "unit"),
            id=IDENT,
            name=TEXT,
            pinyin=TEXT,
            former=FLAG,
            now=maybe(_NAMED),
            where=TEXT,
            point=maybe(POINT),
        )
    )
)
LOCATED: Schema = record(
    units=listing(record(id=IDENT, code=TEXT, name=TEXT, level=choice(*Unit.Level.values))),
    addresses=listing(record(id=IDENT, text=TEXT, distance_m=NUMBER)),
)

_READ: Schema = record(
    parts=record(**_PARTS),
    confidence={"type": "number", "minimum": 0, "maximum": 1},
    match=maybe(record(id=TEXT, text=TEXT, former=FLAG, now=maybe(TEXT))),
    missing=listing(TEXT),
    part_confidence={"type": "object", "additionalProperties": NUMBER},
    inferred={"type": "object", "additionalProperties": TEXT},
    written={"type": "object", "additionalProperties": TEXT},
    former=listing(TEXT),
    remainder=listing(TEXT),
    several=listing(
        record(part=TEXT, values=listing({"oneOf": [WHOLE, TEXT]}), to=FLAG, written=TEXT, text=TEXT)
    ),
    candidates=listing(record(id=TEXT, text=TEXT, why=TEXT)),
    alternatives=listing(record(parts=_FILLED, confidence=NUMBER)),
)
PARSED: Schema = {"oneOf": [_READ, record(results=listing(_READ))]}
_ONE_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
PARSE_BODY: Schema = {
    "oneOf": [
        {**record(("on",), text=_ONE_TEXT, on=DAY), "not": {"required": ["texts"]}},
        {
            **record(("on",), texts=listing(_ONE_TEXT, minItems=1, maxItems=MOST_TEXTS), on=DAY),
            "not": {"required": ["text"]},
        },
    ]
}

HISTORY: Schema = record(
    id=IDENT,
    on=DAY,
    known_at=record(act=WHOLE, moment=maybe(TEXT)),
    text=maybe(TEXT),
    status=TEXT,
    parts=maybe(_loose({})),
    point=maybe(POINT),
    valid_from=maybe(DAY),
    valid_to=maybe(DAY),
    texts=listing(record(text=TEXT, valid_from=DAY, valid_to=maybe(DAY))),
    plates=listing(record(number=TEXT, text=TEXT, state=TEXT, token=TEXT)),
)

SUGGESTED: Schema = record(
    street=IDENT,
    number=maybe(WHOLE),
    sub_number=maybe(WHOLE),
    side=maybe(TEXT),
    measure_m=maybe(NUMBER),
    offset_m=maybe(NUMBER),
    explanation=listing(record(id=TEXT, text=TEXT)),
    findings=listing(
        record(code=TEXT, severity=TEXT, message=TEXT, addresses=listing(TEXT), geometry=maybe(_ANY_SHAPE))
    ),
    alternatives=listing(record(number=WHOLE, sub_number=maybe(WHOLE), text=TEXT)),
    profile=record(name=TEXT, source_status=TEXT),
)

UNITS: Schema = record(
    units=listing(
        record(
            id=IDENT,
            code=TEXT,
            name=TEXT,
            kind=choice(*UnitVersion.Kind.values),
            parent_code=TEXT,
            landless=FLAG,
        )
    )
)
LEVELS: Schema = choice(*Unit.Level.values) | {"default": "community"}
