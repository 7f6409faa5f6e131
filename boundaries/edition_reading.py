"""A year's code list as an office sends it: columns by the names offices use, every defect with its row and remedy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from boundaries import edition_names as names
from boundaries.edition_acts import Edition, Listed
from boundaries.history import is_town, town_name
from geoapp.core.errors import BadInput
from geoapp.core.geofiles.rows import Limits
from geoapp.core.geofiles.table import Table
from geoapp.core.wording import listed

COLUMNS = {
    "code": ("code", "统计用区划代码", "区划代码", "代码", "村级代码"),
    "name": ("name", "名称", "村居名称", "单位名称", "村级名称"),
    "town_code": ("town_code", "镇街代码", "乡级代码"),
    "town": ("town", "镇街", "镇街名称", "乡级名称"),
}
"""Our name of a column: the headings that mean it. ``town_code`` and ``town`` may be missing."""


@dataclass(frozen=True)
class Defect:
    """A fault of a row: where, what, how to mend it; ``stops`` when the list cannot be compared with it."""

    row: int
    kind: str
    message: str
    remedy: str
    stops: bool = True


@dataclass
class ListFile:
    """A list as read: the edition of what could be read, the line each code stands on, the defects."""

    edition: Edition
    lines: dict[str, int]
    defects: list[Defect] = field(default_factory=list)
    encoding: str = ""

    @property
    def stopped(self) -> bool:
        """Say whether a defect keeps the list from being compared."""
        return any(d.stops for d in self.defects)

    @property
    def districts(self) -> list[str]:
        """Return the codes of the districts the list speaks of."""
        return sorted({u.code[:6] for u in self.edition.units})


def read_list(
    path: Path, year: int, known: Mapping[str, str], encoding: str | None, limits: Limits
) -> ListFile:
    """Read a list of villages and communities; ``known`` gives the names standing in the register by code.

    Raises BadInput when there is no table in the file, a column is missing or nothing is listed.
    """
    table = Table(path, encoding, limits)
    columns = _columns(table.header)
    reader = _Reader(known, Edition(year, (), ()))
    for row in table.rows():
        values = {key: str(row.attributes.get(title) or "").strip() for key, title in columns.items()}
        reader.take(int("".join(c for c in row.place if c.isdigit())), values)
    if not reader.lines and not reader.defects:
        raise BadInput(_("名单没有内容"), field="file", remedy=_("请提供至少一行村居"))
    reader.towns_named()
    edition = Edition(year, tuple(sorted(reader.units.values())), tuple(sorted(reader.towns.values())))
    return ListFile(edition, reader.lines, sorted(reader.defects, key=lambda d: d.row), table.encoding)


def _columns(header: Collection[str]) -> dict[str, str]:
    found = {
        key: next((h for h in header if h.strip().casefold() in titles), "")
        for key, titles in COLUMNS.items()
    }
    missing = [COLUMNS[key][1] for key in ("code", "name") if not found[key]]
    if missing:
        raise BadInput(
            _("名单缺少列：%(columns)s") % {"columns": listed(missing)},
            field="file",
            remedy=_("首行写列名，如 code,name,town_code,town 或 代码,名称,镇街代码,镇街"),
        )
    return {key: title for key, title in found.items() if title}


class _Reader:
    """Takes rows one by one and notes what is wrong with each."""

    def __init__(self, known: Mapping[str, str], edition: Edition) -> None:
        self.known, self.year = known, edition.year
        self.units: dict[str, Listed] = {}
        self.towns: dict[str, Listed] = {}
        self.lines: dict[str, int] = {}
        self.defects: list[Defect] = []
        self._districts = {code for code in known if len(code) == 6}

    def _fault(self, line: int, kind: str, message: str, remedy: str, *, stops: bool = True) -> None:
        self.defects.append(Defect(line, kind, message, remedy, stops))

    def take(self, line: int, values: Mapping[str, str]) -> None:
        code = values["code"].strip("'\t ")
        if not self._code(line, code):
            return
        name = values["name"]
        if not name:
            self._fault(line, "name", _("代码 %(code)s 没有名称") % {"code": code}, _("请补上名称"))
            return
        self.lines[code] = line
        self.units[code] = Listed(code, name)
        self._name(line, self.units[code])
        self._town(line, code, values)

    def _code(self, line: int, code: str) -> bool:
        if len(code) != 12 or not (code.isascii() and code.isdigit()):
            remedy = (
                _("表格软件把代码改成了科学计数，请把该列设为文本后重新导出")
                if "E+" in code.upper()
                else _("请核对代码列，应为 12 位统计用区划代码")
            )
            self._fault(line, "code", _("代码“%(code)s”不是 12 位数字") % {"code": code[:30]}, remedy)
        elif code in self.lines:
            self._fault(
                line,
                "duplicate",
                _("代码 %(code)s 与第 %(first)s 行重复") % {"code": code, "first": self.lines[code]},
                _("每个代码只能列一次，请删去多余的一行或改正代码"),
            )
        elif code[:6] not in self._districts:
            self._fault(
                line,
                "district",
                _("代码 %(code)s 的前六位不是已登记的区") % {"code": code},
                _("请核对代码；外市的行请删去"),
            )
        elif code[9] > "5" or code[9:] == "000":
            self._fault(
                line,
                "segment",
                _("代码 %(code)s 的末三位不在任何号段") % {"code": code},
                _("居委会用 001–199，村委会用 200–399，类似单位用 400–599"),
            )
        else:
            return True
        return False

    def _name(self, line: int, unit: Listed) -> None:
        label = names.split_label(unit.name)[1]
        village = label.startswith("村")
        other = (village and unit.segment == "community") or (
            label and not village and unit.segment == "village"
        )
        # What stands in the register already is not this list's fault.
        if other and self.known.get(unit.code) != unit.name:
            self._fault(
                line,
                "segment",
                _("“%(name)s”的代码 %(code)s 末三位是%(segment)s的号段，与名称不符")
                % {
                    "name": unit.name,
                    "code": unit.code,
                    "segment": _("居委会") if village else _("村委会"),
                },
                _("请核对代码或名称：居委会用 001–199，村委会用 200–399；村改居须换新代码"),
            )
        if names.has_placeholder(unit.name):
            before = self.known.get(unit.code, "")
            whole = before if names.fits_placeholder(unit.name, before) else ""
            self._fault(
                line,
                "lost_character",
                _("“%(name)s”缺字") % {"name": unit.name},
                _("登记里是“%(whole)s”：请在文件里补字后用 UTF-8 保存重传，或驳回该项，登记保持原名")
                % {"whole": whole}
                if whole
                else _("生僻字在 GBK 文件里会丢失：请补字后用 UTF-8 保存重传，或逐项核对"),
                stops=False,
            )

    def _town(self, line: int, code: str, values: Mapping[str, str]) -> None:
        given, label = values.get("town_code") or code[:9], values.get("town", "")
        if given not in (code[:9], f"{code[:9]}000"):
            self._fault(
                line,
                "town_code",
                _("镇街代码“%(given)s”与 %(code)s 的前九位不符") % {"given": given[:20], "code": code},
                _("请核对镇街代码或村居代码"),
            )
        label = label or self.known.get(code[:9], "")
        town = self.towns.setdefault(code[:9], Listed(code[:9], label))
        if not town.name:
            self.towns[code[:9]] = Listed(code[:9], label)
        elif label and town.name != label:
            self._fault(
                line,
                "town",
                _("镇街 %(code)s 有两种写法：“%(first)s”和“%(other)s”")
                % {"code": code[:9], "first": town.name, "other": label},
                _("请统一镇街名称"),
            )

    def towns_named(self) -> None:
        """Note the towns without a name and those whose label does not go with their code."""
        first = {code[:9]: line for code, line in sorted(self.lines.items(), key=lambda p: -p[1])}
        for code, town in self.towns.items():
            if not is_town(code):
                continue
            if not town.name:
                self._fault(
                    first[code],
                    "town",
                    _("镇街 %(code)s 没有名称，登记里也没有这个镇街") % {"code": code},
                    _("请在名单里加上镇街名称一列"),
                )
                continue
            street = "街道" in town_name(town.name)
            if street != (code[6] == "0") and self.known.get(code) != town_name(town.name):
                self._fault(
                    first[code],
                    "segment",
                    _("“%(name)s”的代码 %(code)s 与类别不符") % {"name": town.name, "code": code},
                    _("街道用 001–099，镇用 100–199，请核对镇街代码"),
                )
