"""The published layers as data: one row per layer, read by every service.

Only the names written here ever become SQL identifiers. ``checks.py`` holds them against the installed models and
the database. Geometry is EPSG:4490, stored (lon, lat).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from geoapp.core.errors import NotFound
from geoapp.core.wording import listed

Kind = Literal["text", "integer", "number", "date", "boolean"]
Shape = Literal["Point", "MultiLineString", "MultiPolygon", "Geometry"]

ROW, IDENT, GEOMETRY = "row", "id", "geom"
VALID_FROM, VALID_TO = "valid_from", "valid_to"
ACT_IN, ACT_OUT = "act_in", "act_out"
BOOKKEEPING = (ROW, IDENT, GEOMETRY, VALID_FROM, VALID_TO, ACT_IN, ACT_OUT)
"""Columns every published table has and the services themselves need."""


@dataclass(frozen=True)
class Text:
    """Words for people, in both languages."""

    zh: str
    en: str

    def here(self) -> str:
        """Return the words in the language of the request."""
        return self.en if get_language() == "en" else self.zh


@dataclass(frozen=True)
class Column:
    """A property of a feature: the name consumers see, the column behind it, its type.

    ``number`` is a length in metres and is delivered to the millimetre. ``optional`` ones may be unknown or open
    (null); a text that is not known is empty instead.
    """

    name: str
    db: str
    kind: Kind
    title: Text
    optional: bool = False


@dataclass(frozen=True)
class Layer:
    """A published layer: its table, what it is called, what it delivers.

    ``synthetic`` is the column that marks made-up demonstration rows ("" when the table has none).
    """

    id: str
    table: str
    title: Text
    description: Text
    shape: Shape
    columns: tuple[Column, ...]
    synthetic: str = ""


def _text(name: str, zh: str, en: str) -> Column:
    return Column(name, name, "text", Text(zh, en))


def _of(kind: Kind, name: str, zh: str, en: str, *, optional: bool = False) -> Column:
    return Column(name, name, kind, Text(zh, en), optional)


_NAME = _text("name", "名称", "Name")
_PINYIN = _text("pinyin", "汉语拼音", "Pinyin")
_MEANING = _text("meaning", "含义", "Meaning")
_CASE = _text("case_number", "案件编号", "Case number")
_SYNTHETIC = _of("boolean", "synthetic", "示意数据", "Demonstration data")
_COMMON = (
    _text("kind", "类别", "Kind"),
    _text("unit", "所在区划", "Unit"),
    _text("status", "状态", "Status"),
    _of("date", VALID_FROM, "生效日期", "Valid from"),
    _of("date", VALID_TO, "失效日期（当日起不再有效）", "Valid to (exclusive)", optional=True),
    Column("act", ACT_IN, "integer", Text("登记行为序号", "Sequence number of the act")),
)
_UNIT = (
    _text("code", "代码", "Code"),
    _NAME,
    _PINYIN,
    *_COMMON,
    _text("parent_code", "上级代码", "Code of the parent"),
    _of("integer", "households", "户数", "Households"),
    _of("integer", "population", "人口", "Population"),
    _SYNTHETIC,
)


def _units(id: str, table: str, title: Text, description: Text) -> Layer:
    return Layer(id, table, title, description, "MultiPolygon", _UNIT, "synthetic")


_ALL = (
    Layer(
        "streets",
        "pub_streets",
        Text("道路", "Streets"),
        Text(
            "已公告的道路名称及其走向；一条道路在不同时期的名称和起止各为一行。",
            "Announced street names with their course; one row per name and extent in time.",
        ),
        "MultiLineString",
        (
            _NAME,
            _PINYIN,
            _text("pinyin_sign", "标志用拼音", "Pinyin on signs"),
            *_COMMON,
            _MEANING,
            _text("start_text", "起点", "From"),
            _text("end_text", "止点", "To"),
            _of("number", "width_m", "宽度（米）", "Width (m)", optional=True),
            _of("number", "length_m", "长度（米）", "Length (m)"),
            _text("approver", "批准机关", "Approved by"),
            _of("date", "approved_on", "批准日期", "Approved on", optional=True),
            _text("doc_no", "批准文号", "Document number"),
            _CASE,
            _SYNTHETIC,
        ),
        "synthetic",
    ),
    _units(
        "communities",
        "pub_communities",
        Text("村居", "Communities"),
        Text(
            "村和社区的名称、代码与范围（无地域的虚拟社区不在图层中）。",
            "Villages and communities with name, code and extent (landless virtual units are not in it).",
        ),
    ),
    _units(
        "towns",
        "pub_towns",
        Text("镇街", "Towns"),
        Text("镇和街道的名称、代码与范围。", "Towns and sub-districts with name, code and extent."),
    ),
    _units(
        "districts",
        "pub_districts",
        Text("市辖区", "Districts"),
        Text("市辖区的名称、代码与范围。", "Districts with name, code and extent."),
    ),
    Layer(
        "place_names",
        "pub_place_names",
        Text("地名", "Place names"),
        Text(
            "地名录：各类标准地名，以点表示位置。", "The gazetteer: standard names of every kind, as points."
        ),
        "Point",
        (_text("code", "代码", "Code"), _NAME, _PINYIN, *_COMMON, _MEANING, _SYNTHETIC),
        "synthetic",
    ),
    Layer(
        "addresses",
        "pub_addresses",
        Text("标准地址", "Addresses"),
        Text(
            "门楼牌标准地址；name 为完整地址，code 为村居代码。",
            "Standard addresses; name is the whole address, code that of the community.",
        ),
        "Point",
        (
            _text("code", "村居代码", "Code of the community"),
            _NAME,
            *_COMMON,
            _text("street", "道路", "Street"),
            _text("number", "门牌号", "House number"),
            _of("text", "compound", "小区（院）", "Compound", optional=True),
            _of("text", "building", "楼栋", "Building", optional=True),
            _of("text", "unit_no", "单元", "Stair", optional=True),
            _of("text", "floor", "层", "Floor", optional=True),
            _of("text", "room", "户室", "Room", optional=True),
            _SYNTHETIC,
        ),
        "synthetic",
    ),
    Layer(
        "boundary_lines",
        "pub_boundary_lines",
        Text("界线", "Boundary lines"),
        Text(
            "相邻两个同级区划单位之间的界线；kind 为级别（district 区级、town 镇级、community 村居），"
            "unit 为毗邻的两个单位。",
            "Lines between two neighbouring units of one level; kind is the level (district, town, community), "
            "unit names the two units.",
        ),
        "MultiLineString",
        (
            _text("code", "界线代码", "Code of the line"),
            _NAME,
            *_COMMON,
            _text("unit_codes", "毗邻单位代码", "Codes of the two units"),
            _of("number", "length_m", "长度（米）", "Length (m)"),
            _text("agreement", "协议书", "Agreement"),
            _of("date", "agreed_on", "协议签订日期", "Agreed on", optional=True),
            _SYNTHETIC,
        ),
        "synthetic",
    ),
    Layer(
        "boundary_markers",
        "pub_boundary_markers",
        Text("界桩", "Boundary markers"),
        Text(
            "界桩的位置；name 为编号，kind 为类型（single 单立、double 双立、triple 三立、other 其他），"
            "unit 为所在界线的毗邻单位，state 为 intact 完好、damaged 损坏、moved 移位、missing 丢失。",
            "Boundary markers; name is the number, kind says how many stand for one point (single, double, triple, "
            "other), unit names the units whose lines it marks, state is intact, damaged, moved or missing.",
        ),
        "Point",
        (
            Column("name", "name", "text", Text("界桩编号", "Number")),
            *_COMMON,
            _text("unit_codes", "毗邻单位代码", "Codes of the units"),
            _text("lines", "所在界线", "Lines it marks"),
            _of("integer", "faces", "面数", "Inscribed faces"),
            _text("responsible", "责任单位", "Responsible party"),
            _text("state", "界桩状况", "State on the ground"),
            _SYNTHETIC,
        ),
        "synthetic",
    ),
    Layer(
        "notices",
        "pub_notices",
        Text("公示中的名称", "Notices"),
        Text(
            "正在征求公众意见的拟用名称；意见截止后不再显示。",
            "Proposed names out for public comment; a name leaves the layer when its notice ends.",
        ),
        "Geometry",
        (
            _NAME,
            _PINYIN,
            *_COMMON,
            _CASE,
            _of("date", "starts", "公示起始日", "Notice starts"),
            _of("date", "ends", "意见截止日", "Notice ends"),
            _text("text", "公示内容", "Text of the notice"),
        ),
    ),
)

LAYERS: dict[str, Layer] = {layer.id: layer for layer in _ALL}


def layer_of(id: str) -> Layer:
    """Return the layer of an id. Raises NotFound."""
    if id not in LAYERS:
        raise NotFound(_("没有图层 %s") % id, remedy=_("可用的图层：%s") % listed(LAYERS))
    return LAYERS[id]


SYNTHETIC_NOTICE = Text(
    "示意数据：界线和道路为合成演示数据，不代表实际位置，不得作为依据。",
    "Demonstration data: boundaries and streets are synthetic, do not show real places and prove nothing.",
)
