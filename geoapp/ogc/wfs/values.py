"""Values of parameters and attributes that both encodings have."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from geoapp.core.wording import listed
from geoapp.ogc.layers import LAYERS
from geoapp.ogc.wfs import names
from geoapp.ogc.wfs.faults import INVALID, MISSING, NEGOTIATION, UNSUPPORTED, refuse
from geoapp.ogc.wfs.request import OPERATIONS

_WHOLE = re.compile(r"\+?\d{1,40}", re.ASCII)
_KNOWN = {name.lower(): name for name in OPERATIONS}
_REFUSED = {"transaction", "lockfeature", "getfeaturewithlock", "createstoredquery", "dropstoredquery"}


def service(value: str | None) -> None:
    """Hold ``service`` to WFS. Raises Fault."""
    if not value:
        refuse(MISSING, _("缺少参数 %s") % "service", "service")
    if value.upper() != "WFS":
        refuse(INVALID, _("服务类型须为 WFS"), "service")


def operation(value: str | None) -> str:
    """Return the operation asked for. Raises Fault."""
    if not value:
        refuse(MISSING, _("缺少参数 %s") % "request", "request")
    if value.lower() in _REFUSED:
        refuse(UNSUPPORTED, _("本服务只读；修改须经办件"), value)
    if value.lower() not in _KNOWN:
        refuse(UNSUPPORTED, _("没有这种操作。可用：%s") % listed(OPERATIONS), value[:60])
    return _KNOWN[value.lower()]


def version(value: str | None) -> str:
    """Return the version a request is made in; the preferred one when it does not say. Raises Fault."""
    if not value:
        return names.VERSIONS[0]
    if value not in names.VERSIONS:
        refuse(INVALID, _("不支持这个版本。可用：%s") % listed(names.VERSIONS), "version")
    return value


def negotiated(accepted: Iterable[str]) -> str:
    """Return the first version the client accepts that is spoken. Raises Fault when there is none."""
    accepted = [a for a in accepted if a]
    for found in accepted:
        if found in names.VERSIONS:
            return found
    if accepted:
        refuse(NEGOTIATION, _("不支持这个版本。可用：%s") % listed(names.VERSIONS), "AcceptVersions")
    return names.VERSIONS[0]


def whole(value: str, locator: str) -> int:
    """Return a number that is not negative. Raises Fault."""
    if not _WHOLE.fullmatch(value.strip()):
        refuse(INVALID, _("须为不小于零的整数"), locator)
    return min(int(value), names.MAX_START)


def hits(value: str) -> bool:
    """Return whether only the number of features is asked. Raises Fault."""
    if value.lower() not in {"", "results", "hits"}:
        refuse(INVALID, _("resultType 须为 results 或 hits"), "resultType")
    return value.lower() == "hits"


def output_format(value: str) -> str:
    """Return ``gml`` or ``geojson``; a ``+`` may have become a blank on the way. Raises Fault."""
    plain = " ".join(value.strip().lower().replace(";", "; ").split()).replace('"', "")
    plain = re.sub(r"^application/(gml|geo) ", r"application/\1+", plain)
    if not plain:
        return "gml"
    if plain not in names.FORMATS:
        refuse(INVALID, _("没有这种格式。可用：%s") % listed(names.LISTED_FORMATS), "outputFormat")
    return names.FORMATS[plain]


def type_name(value: str, locator: str = "typeNames") -> str:
    """Return the layer a type name stands for; prefixes are the client's own affair. Raises Fault."""
    name = value.strip().rpartition(":")[2].rpartition("}")[2]
    if name not in LAYERS:
        refuse(
            INVALID,
            _("没有要素类型 %(name)s。可用：%(known)s")
            % {
                "name": value.strip()[:80],
                "known": listed(LAYERS),
            },
            locator,
        )
    return name


def value_reference(value: str | None) -> str:
    """Return the property whose values are asked for. Raises Fault when there is none or it is empty."""
    if value is None:
        refuse(MISSING, _("缺少参数 %s") % "valueReference", "valueReference")
    if not value.strip():
        refuse(INVALID, _("缺少参数 %s") % "valueReference", "valueReference")
    return value.strip()


def resolve(value: str) -> None:
    """Hold ``resolve`` to what is done: nothing refers anywhere. Raises Fault."""
    if value.lower() not in {"", "none", "local"}:
        refuse(INVALID, _("resolve 须为 none 或 local"), "resolve")


def sort_order(value: str) -> bool:
    """Return whether an order is descending. Raises Fault."""
    if value.upper() not in {"", "A", "D", "ASC", "DESC"}:
        refuse(INVALID, _("排序须为 ASC 或 DESC"), "sortBy")
    return value.upper() in {"D", "DESC"}


def stored_query(value: str, locator: str) -> str:
    """Return the id of the stored query there is, as the client spells it. Raises Fault on another."""
    wanted = value.strip()
    for name in names.GET_FEATURE_BY_ID.values():
        if wanted.lower() == name.lower():
            return name
    refuse(INVALID, _("没有存储查询 %s") % wanted[:80], locator)
