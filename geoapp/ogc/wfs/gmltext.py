"""SQL that writes a row as a GML 3.2 feature, in the dialects of both databases.

The databases' own GML writers make GML that is not valid in 3.2 (no gml:id on parts, gml:MultiPolygon), so geometry
goes through their GeoJSON writer, whose numbers are then set between GML tags: a Multi* is taken apart by JSON path,
rings by their brackets. Characters XML cannot carry are taken out of the bytes afterwards (``clean``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from geoapp.ogc.crs import STORED_SRID, Crs
from geoapp.ogc.layers import GEOMETRY, IDENT, ROW, Column, Kind, Layer
from geoapp.ogc.quicktext import Proof, Text, count_of, joined
from geoapp.ogc.sqltext import DIALECTS
from geoapp.ogc.wfs.names import GEOMETRY_NAME, PREFIX

_ESCAPED = "replace(replace(replace({c}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
_BOOLEAN = "CASE WHEN {c} THEN 'true' ELSE 'false' END"
_POINT = '{"type":"Point","coordinates":['
_NOT_XML = bytes(n for n in range(0x20) if n not in (9, 10, 13))


@dataclass(frozen=True)
class _Dialect:
    """How one database says it: values as text, JSON taken apart."""

    values: dict[Kind, str]
    kind: str
    coordinates: str
    parts: str
    members: str
    joined: str
    find: str


_SQLITE = _Dialect(
    values={
        "text": _ESCAPED,
        "integer": "CAST({c} AS text)",
        "number": "CASE WHEN abs({c}) < 1e15 THEN CAST(round({c}, 3) AS text) END",
        "date": "{c}",
        "boolean": _BOOLEAN,
    },
    kind="json_extract({j}, '$.type')",
    coordinates="json_extract({j}, '$.coordinates')",
    parts="(SELECT key + 1 AS n, value AS c FROM json_each({c})) AS {alias}",
    members="(SELECT key + 1 AS n, value AS j FROM json_each({j}, '$.geometries')) AS {alias}",
    joined="group_concat({text}, '')",
    find="instr({c}, {what})",
)
_POSTGIS = _Dialect(
    values={
        "text": _ESCAPED,
        "integer": "{c}::text",
        "number": "CASE WHEN abs({c}) < 1e15 THEN round({c}::numeric, 3)::float8::text END",
        "date": "{c}::text",
        "boolean": _BOOLEAN,
    },
    kind="(({j})::json->>'type')",
    coordinates="(({j})::json->>'coordinates')",
    parts=(
        "(SELECT ordinality AS n, value::text AS c "
        "FROM json_array_elements(({c})::json) WITH ORDINALITY) AS {alias}"
    ),
    members=(
        "(SELECT ordinality AS n, value::text AS j "
        "FROM json_array_elements(({j})::json->'geometries') WITH ORDINALITY) AS {alias}"
    ),
    joined="string_agg({text}, '' ORDER BY {alias}.n)",
    find="strpos({c}, {what})",
)
_OF = {"sqlite": _SQLITE, "postgresql": _POSTGIS}


def clean(data: bytes) -> bytes:
    """Return XML without the characters it cannot carry; a carriage return survives as a reference."""
    data = data.translate(None, _NOT_XML).replace(b"\r", b"&#13;")
    return data.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


def _numbers(c: str) -> str:
    """``[[a,b],[c,d]]`` as ``a b c d``."""
    return f"replace(replace(replace({c}, ',', ' '), '[', ''), ']', '')"


class _Writer:
    """Writes geometry expressions for one database; ``id`` and ``srs`` are SQL expressions of text."""

    def __init__(self, vendor: str) -> None:
        self.say = _OF[vendor]

    def single(self, kind: str, c: str, id: str, attributes: str) -> str:
        """Return a Point, LineString or Polygon whose coordinates are the JSON text ``c``."""
        start = f"'<gml:{kind} gml:id=\"' || {id} || '\"{attributes}>'"
        if kind == "Point":
            return f"{start} || '<gml:pos>' || {_numbers(c)} || '</gml:pos></gml:Point>'"
        if kind == "LineString":
            return f"{start} || '<gml:posList>' || {_numbers(c)} || '</gml:posList></gml:LineString>'"
        ring = "<gml:LinearRing><gml:posList>"
        ended = "</gml:posList></gml:LinearRing>"
        cut = self.say.find.format(c=c, what="']],[['")
        outer = f"CASE WHEN {cut} > 0 THEN substr({c}, 1, {cut}) ELSE {c} END"
        rest = f"replace(substr({c}, {cut} + 3), ']],[[', '|')"
        between = f"{ended}</gml:interior><gml:interior>{ring}"
        holes = (
            f"CASE WHEN {cut} > 0 THEN '<gml:interior>{ring}' || "
            f"replace({_numbers(rest)}, '|', '{between}') || '{ended}</gml:interior>' ELSE '' END"
        )
        return (
            f"{start} || '<gml:exterior>{ring}' || {_numbers(outer)} || '{ended}</gml:exterior>' || "
            f"{holes} || '</gml:Polygon>'"
        )

    def many(self, kind: str, c: str, id: str, attributes: str, inner: str = "") -> str:
        """Return a MultiPoint, MultiCurve or MultiSurface of the JSON text ``c``; its parts carry ``inner``."""
        member, part = {
            "MultiPoint": ("pointMember", "Point"),
            "MultiCurve": ("curveMember", "LineString"),
            "MultiSurface": ("surfaceMember", "Polygon"),
        }[kind]
        one = self.single(part, "p.c", f"{id} || '.' || p.n", inner)
        text = f"'<gml:{member}>' || {one} || '</gml:{member}>'"
        joined = self.say.joined.format(text=text, alias="p")
        parts = self.say.parts.format(c=c, alias="p")
        return (
            f"'<gml:{kind} gml:id=\"' || {id} || '\"{attributes}>' || "
            f"coalesce((SELECT {joined} FROM {parts}), '') || '</gml:{kind}>'"
        )

    def any(self, j: str, id: str, attributes: str) -> str:
        """Return whatever plain geometry the GeoJSON text ``j`` is.

        Its parts name their reference system too: clients that look for any geometry take them one by one.
        """
        kind = self.say.kind.format(j=j)
        c = self.say.coordinates.format(j=j)
        cases = [
            f"WHEN '{name}' THEN {self.single(name, c, id, attributes)}"
            for name in ("Point", "LineString", "Polygon")
        ]
        for name, written in (
            ("MultiPoint", "MultiPoint"),
            ("MultiLineString", "MultiCurve"),
            ("MultiPolygon", "MultiSurface"),
        ):
            cases.append(f"WHEN '{name}' THEN {self.many(written, c, id, attributes, attributes)}")
        return f"CASE {kind} {' '.join(cases)} END"

    def collection(self, j: str, id: str, attributes: str) -> str:
        """Return any geometry; a collection holds plain ones."""
        inner = self.any("m.j", f"{id} || '.' || m.n", attributes)
        text = f"'<gml:geometryMember>' || ({inner}) || '</gml:geometryMember>'"
        joined = self.say.joined.format(text=text, alias="m")
        members = self.say.members.format(j=j, alias="m")
        whole = (
            f"'<gml:MultiGeometry gml:id=\"' || {id} || '\"{attributes}>' || "
            f"coalesce((SELECT {joined} FROM {members}), '') || '</gml:MultiGeometry>'"
        )
        kind = self.say.kind.format(j=j)
        return f"CASE {kind} WHEN 'GeometryCollection' THEN {whole} ELSE {self.any(j, id, attributes)} END"


def _geojson(layer: Layer, crs: Crs, vendor: str) -> str:
    dialect = DIALECTS[vendor]
    shape = f't."{GEOMETRY}"'
    if crs.srid != STORED_SRID:
        shape = f"ST_Transform({shape}, {crs.srid})"
    if layer.shape == "MultiPolygon":  # turned on the ground, before the axes are
        shape = f"ST_ForcePolygonCCW({shape})"
    if crs.north_first:
        shape = dialect.flip.format(g=shape)
    return dialect.geojson.format(g=shape, n=crs.decimals)


def fid(layer: Layer, suffix: str, vendor: str) -> str:
    """Return the expression of a feature's gml:id; ``suffix`` tells versions and queries of one answer apart."""
    ident = DIALECTS[vendor].ident.format(c=f't."{IDENT}"')
    text = f"'{layer.id}.' || {ident}"
    if "r" in suffix:
        text += f""" || '.r' || t."{ROW}" """
    _before, _sign, serial = suffix.partition("q")
    return f"{text} || '.q{int(serial)}'" if serial else text


@lru_cache(maxsize=256)
def geometry_text(layer: Layer, crs: Crs, suffix: str, vendor: str) -> str:
    """Return the expression of a row's geometry as GML; null when there is none."""
    writer = _Writer(vendor)
    id = f"g.id || '.{GEOMETRY_NAME}'"
    attributes = f' srsName="{crs.uri}"'
    if layer.shape == "Geometry":
        made = writer.collection("g.j", id, attributes)
    else:
        c = writer.say.coordinates.format(j="g.j")
        if layer.shape == "Point":
            made = writer.single("Point", c, id, attributes)
        elif layer.shape == "MultiLineString":
            made = writer.many("MultiCurve", c, id, attributes)
        else:
            made = writer.many("MultiSurface", c, id, attributes)
    source = f"(SELECT {_geojson(layer, crs, vendor)} AS j, {fid(layer, suffix, vendor)} AS id) AS g"
    return f"(SELECT {made} FROM {source} WHERE g.j IS NOT NULL)"


def value_text(column: Column, vendor: str) -> str:
    """Return the expression of a property's value as XML text; null when it is not known."""
    name = f't."{column.db}"'
    return f"({_OF[vendor].values[column.kind].format(c=name)})"


def ident_text(vendor: str) -> str:
    """Return the expression of a thing's id as text."""
    return DIALECTS[vendor].ident.format(c=f't."{IDENT}"')


def _feature_parts(layer: Layer, suffix: str, vendor: str, with_id: bool) -> list[str]:
    parts = [f"'<wfs:member><{PREFIX}:{layer.id} gml:id=\"'", fid(layer, suffix, vendor), "'\">'"]
    if with_id:
        parts += [f"'<{PREFIX}:{IDENT}>'", ident_text(vendor), f"'</{PREFIX}:{IDENT}>'"]
    return parts


def _unknown(column: Column) -> str:
    return f'<{PREFIX}:{column.name} xsi:nil="true"/>' if column.optional else ""


@lru_cache(maxsize=256)
def feature_text(layer: Layer, crs: Crs, suffix: str, vendor: str, with_id: bool, with_shape: bool) -> str:
    """Return the expression that makes a row of ``t`` one ``wfs:member``."""
    parts = _feature_parts(layer, suffix, vendor, with_id)
    for column in layer.columns:
        tag = f"{PREFIX}:{column.name}"
        value = f"'<{tag}>' || {value_text(column, vendor)} || '</{tag}>'"
        parts.append(f"coalesce({value}, '{_unknown(column)}')")
    if with_shape:
        tag = f"{PREFIX}:{GEOMETRY_NAME}"
        shape = geometry_text(layer, crs, suffix, vendor)
        parts.append(f"coalesce('<{tag}>' || {shape} || '</{tag}>', '')")
    return " || ".join([*parts, f"'</{PREFIX}:{layer.id}></wfs:member>'"])


@lru_cache(maxsize=256)
def feature(layer: Layer, crs: Crs, suffix: str, vendor: str, with_id: bool, with_shape: bool) -> Text:
    """Return the text of a ``wfs:member``, for points also the quick one (``geoapp.ogc.quicktext``)."""
    careful = feature_text(layer, crs, suffix, vendor, with_id, with_shape)
    if vendor != "postgresql" or layer.shape != "Point":  # others have more tags than can be foretold
        return Text(careful)
    parts = _feature_parts(layer, suffix, vendor, with_id)
    optional = 0
    for column in layer.columns:
        tag = f"{PREFIX}:{column.name}"
        value = f't."{column.db}"::text' if column.kind == "text" else value_text(column, vendor)
        if column.optional:
            parts.append(f"coalesce('<{tag}>' || {value} || '</{tag}>', '{_unknown(column)}')")
            optional += 1
        else:
            parts += [f"'<{tag}>'", value, f"'</{tag}>'"]
    if with_shape:
        tag, numbers = (
            f"{PREFIX}:{GEOMETRY_NAME}",
            f"substr({_geojson(layer, crs, vendor)}, {len(_POINT) + 1})",
        )
        parts += [f"'<{tag}><gml:Point gml:id=\"'", fid(layer, suffix, vendor)]
        parts += [
            f"""'.{GEOMETRY_NAME}" srsName="{crs.uri}"><gml:pos>'""",
            f"translate({numbers}, ',]}}', ' ')",
        ]
        parts.append(f"'</gml:pos></gml:Point></{tag}>'")
    parts.append(f"'</{PREFIX}:{layer.id}></wfs:member>'")
    marks = tuple((mark.encode(), count_of(parts, mark) + 2 * optional) for mark in "<>")
    return Text(careful, joined(parts), Proof(marks, b' xsi:nil="true"/>', 1, b"&"))
