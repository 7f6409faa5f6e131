"""Which column of a table holds which part of an address: guessed from the header, confirmed by a person. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

FIELDS: dict[str, tuple[str, ...]] = {
    "district": ("区", "县区", "区县", "市辖区", "行政区", "所属区", "qu", "quxian", "district", "county"),
    "town": ("镇街", "街镇", "乡镇", "镇", "街道", "镇街道", "街道镇", "乡镇街道", "所属镇街", "zhenjie", "xiangzhen", "jiedao", "town", "township", "subdistrict"),
    "community": ("村居", "社区", "村", "村社区", "社区村", "居委会", "村居委会", "村委会", "所属村居", "shequ", "cunju", "community", "village_committee"),
    "community_code": ("村居代码", "社区代码", "村代码", "区划代码", "统计用区划代码", "shequdaima", "community_code", "code12", "division_code"),
    "street": ("街路巷", "街路巷名称", "道路", "道路名", "道路名称", "路名", "街道名称", "街巷", "街路名", "路街巷", "jieluxiang", "daolu", "luming", "street", "road", "street_name", "road_name"),
    "village": ("自然村", "自然村名", "村庄", "zirancun", "natural_village", "hamlet", "village"),
    "number": ("门牌号", "门牌", "门楼号", "门号", "号", "号码", "门牌号码", "主号", "menpai", "menpaihao", "menlouhao", "number", "house_number", "housenumber", "no"),
    "sub_number": ("附号", "门牌附号", "副号", "支号", "fuhao", "sub_number", "subnumber", "suffix"),
    "compound": ("小区", "小区名", "小区名称", "院落", "院", "小区院", "xiaoqu", "compound", "estate", "residential"),
    "building": ("楼栋", "栋", "幢", "座", "楼号", "楼栋号", "栋号", "幢号", "loudong", "donghao", "building"),
    "unit": ("单元", "单元号", "梯", "梯号", "danyuan", "unit"),
    "floor": ("层", "楼层", "层号", "louceng", "floor", "storey"),
    "room": ("户室", "室", "房号", "户室号", "室号", "房间", "房间号", "户号", "fanghao", "hushi", "shihao", "room"),
    "x": ("x", "x坐标", "横坐标", "东坐标", "东", "坐标x", "zuobiaox", "easting", "x_4547"),
    "y": ("y", "y坐标", "纵坐标", "北坐标", "北", "坐标y", "zuobiaoy", "northing", "y_4547"),
    "lon": ("经度", "lon", "lng", "long", "longitude", "jingdu"),
    "lat": ("纬度", "lat", "latitude", "weidu"),
    "text": ("地址", "地址全文", "标准地址", "详细地址", "地址全称", "门牌地址", "dizhi", "xiangxidizhi", "address", "full_address", "text"),
    "state": ("号码状态", "状态", "门牌状态", "号码性质", "zhuangtai", "state", "status"),
    "plot": ("宗地号", "宗地", "宅基地号", "不动产单元号", "宗地代码", "zongdi", "zongdihao", "plot", "parcel"),
    "historic": ("历史编号", "历史", "历史形成", "lishi", "historic"),
    "former": ("原地址", "旧地址", "原门牌", "曾用地址", "yuandizhi", "jiudizhi", "former", "former_address", "old_address"),
    "proof": ("确认书", "确认书号", "门楼号确认书", "证明", "querenshu", "confirmation", "proof"),
}  # fmt: skip
"""The parts a column may hold, each with the headers it goes by: Chinese, pinyin, English."""

_NOISE = re.compile(r"[\s_\-./()（）\[\]【】*＊:：]+")


def folded(title: str) -> str:
    """Return a header as it is compared: lower case, without blanks, brackets and marks."""
    return _NOISE.sub("", title).casefold()


_KNOWN = {folded(name): part for part, names in FIELDS.items() for name in names}


def signature(header: Sequence[str]) -> str:
    """Return what tells headers apart: the same columns in the same order have the same signature."""
    return hashlib.sha256("\x1f".join(folded(title) for title in header).encode()).hexdigest()


def guess(header: Sequence[str]) -> dict[str, str]:
    """Return the part of an address for every column that is recognised: {part: column}; the first column wins."""
    found: dict[str, str] = {}
    for title in header:
        part = _KNOWN.get(folded(title))
        if part is not None and part not in found:
            found[part] = title
    return found


def usable(mapping: Mapping[str, str], header: Sequence[str]) -> dict[str, str]:
    """Return the mapping without parts that do not exist, columns the header lacks, and columns used twice."""
    used: set[str] = set()
    kept = {}
    for part, column in mapping.items():
        if part in FIELDS and column in header and column not in used:
            used.add(column)
            kept[part] = column
    return kept
