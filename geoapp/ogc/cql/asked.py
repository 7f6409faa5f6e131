"""The filters of a request: ``filter`` in either encoding, and properties given as parameters of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from geoapp.core.errors import BadRequest
from geoapp.core.wording import listed
from geoapp.ogc.cql import document, text
from geoapp.ogc.cql.compiler import compiled
from geoapp.ogc.cql.scope import Scope
from geoapp.ogc.filtering.fields import ID_COLUMN, by_code_point, field_of
from geoapp.ogc.layers import Column, Layer
from geoapp.ogc.query import Condition, crs_of, day_of, refuse

CQL2_TEXT, CQL2_JSON = "cql2-text", "cql2-json"
LANGUAGES = {CQL2_TEXT: text.parse, CQL2_JSON: document.parse}
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)


def properties_of(layer: Layer) -> tuple[Column, ...]:
    """Return the properties that may be given as parameters."""
    return (ID_COLUMN, *layer.columns)


def read_filters(layer: Layer, given: Mapping[str, str], vendor: str) -> tuple[Condition, ...]:
    """Return the filters of a request, all of which must hold. Raises BadRequest naming what is wrong and where."""
    found = []
    language = given.get("filter-lang", CQL2_TEXT)
    if language not in LANGUAGES:
        refuse("filter-lang", _("不支持这种过滤语言"), _("可用：%s") % listed(LANGUAGES))
    crs = crs_of("filter-crs", given.get("filter-crs"))
    if "filter" in given:
        try:
            tree = LANGUAGES[language](given["filter"])
        except BadRequest as error:
            if language == CQL2_TEXT and given["filter"].startswith("{"):
                error.remedy = _("JSON 写法的条件须同时给出 filter-lang=cql2-json")
            raise
        found.append(compiled(tree, Scope(layer, vendor, crs=crs)))
    for column in properties_of(layer):
        if column.name in given:
            found.append(_equal(layer, column, given[column.name], vendor))
    return tuple(found)


def _equal(layer: Layer, column: Column, value: str, vendor: str) -> Condition:
    field = field_of(layer, column.name, vendor)
    assert field is not None
    sql = by_code_point(field.sql, vendor) if column.kind == "text" else field.sql
    return Condition(f"{sql} = %s", (_value(column, value),))


def _value(column: Column, value: str) -> Any:
    if column.kind == "text":
        return value
    if column.kind == "boolean":
        if value.lower() not in {"true", "false"}:
            refuse(column.name, _("须为 true 或 false"), _("例如 %s") % f"{column.name}=true")
        return value.lower() == "true"
    if column.kind == "date":
        try:
            return day_of(value)
        except ValueError as error:
            refuse(column.name, str(error), _("例如 2026-11-23"))
    number = float(value) if _NUMBER.fullmatch(value) else math.nan
    if not math.isfinite(number):
        refuse(column.name, _("不是数字：%s") % value[:40], _("例如 %s") % f"{column.name}=18")
    return number
