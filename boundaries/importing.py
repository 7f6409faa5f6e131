"""A boundary file on its way into the register: read, reported, mended, fitted, and what still stands in the way.

``read_import`` needs no database; ``plan_import`` compares with the register and writes nothing; ``commit_import``
(``boundaries.import_writing``) writes a plan without problems by one act.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries import repairs
from boundaries.coverage import text
from boundaries.coverage_report import TITLES, CoverageReport, examine, feature
from boundaries.fitting import modern_datum
from boundaries.models import Unit
from geoapp.core.errors import BadInput
from geoapp.core.geofiles import open_boundaries
from geoapp.core.geofiles.rows import Limits, Row

DIGITS = {Unit.Level.DISTRICT: 6, Unit.Level.TOWN: 9, Unit.Level.COMMUNITY: 12}
ABOVE = {Unit.Level.COMMUNITY: Unit.Level.TOWN, Unit.Level.TOWN: Unit.Level.DISTRICT}
VIRTUAL = ("498", "598")
_BLOCKING = ("invalid_ring", "degenerate_ring", "overlap", "gap")
_SHOWN = 5


@dataclass(frozen=True)
class ImportFile:
    """What a file holds of one level, and the report on it.

    ``rows`` are the features of that level in the order of the report; ``codes`` and ``names`` theirs; ``above`` the
    names of upper units the file lists, by code. ``repairs`` are proposals, numbered from 1 for people.
    """

    name: str
    sha256: str
    crs: str
    level: str
    rows: tuple[Row, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    above: dict[str, str]
    report: CoverageReport
    repairs: tuple[repairs.Repair, ...]
    notes: list[str] = field(default_factory=list)

    @property
    def synthetic(self) -> bool:
        """Whether the file says of itself that it is made up (a field ``synthetic``)."""
        return any(row.attributes.get("synthetic") in (True, 1, "1", "true", "True") for row in self.rows)


def sort_code(code: str) -> tuple[str, str]:
    """Return level and code of a unit code of 6, 9 or 12 digits; trailing zeros of longer forms are dropped.

    An empty level says that it is no code.
    """
    if not re.fullmatch(r"\d{6}|\d{9}|\d{12}", code):
        return "", code
    bare = code[:6] if not int(code[6:] or 0) else code[:9] if len(code) == 12 and code[9:] == "000" else code
    return {digits: level for level, digits in DIGITS.items()}[len(bare)], bare


def read_import(
    path: str | Path,
    *,
    level: str = Unit.Level.COMMUNITY,
    shown_name: str = "",
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    code_field: str | None = None,
    name_field: str | None = None,
    limits: Limits | None = None,
) -> ImportFile:
    """Read a boundary file and report on the units of one level in it.

    Raises BadInput (what, where, how to mend it) for a file that cannot be read, has no code field, no feature of
    the level, or a CRS on an old datum; TooLarge past the limits.
    """
    path = Path(path)
    with open_boundaries(path, layer=layer, crs=crs, encoding=encoding, limits=limits) as source:
        rows, given = list(source), source.crs
    attributes = [row.attributes for row in rows]
    for stated in (code_field, name_field):
        if stated and not any(stated in row for row in attributes):
            raise BadInput(
                _("文件里没有字段“%(field)s”") % {"field": stated},
                field="code_field" if stated == code_field else "name_field",
                remedy=_("文件里有这些字段：%(fields)s")
                % {"fields": "、".join(map(str, attributes[0]))[:300]},
            )
    code_field = code_field or text.code_field(attributes)
    name_field = name_field or text.name_field(attributes)
    if code_field is None or given is None:
        raise BadInput(
            _("没有认出哪个字段是代码") if given else _("文件没有图形，不能导入"),
            field="code_field" if given else "file",
            remedy=_("请指明代码字段，代码为 6、9 或 12 位数字") if given else _("请导出带面图形的文件"),
        )
    if not modern_datum(given):
        raise BadInput(
            _("坐标系 %(crs)s 不是国家 2000（CGCS2000）") % {"crs": given[:60]},
            field="crs",
            remedy=_("1954 北京、1980 西安坐标须先由测绘单位用本地参数转换，直接换算会偏几十米"),
        )
    kept, above = _sorted_rows(rows, level, code_field, name_field)
    if not kept:
        raise BadInput(
            _("文件里没有%(level)s一级的要素") % {"level": Unit.Level(level).label},
            field="level",
            remedy=_("请核对级别与代码字段“%(field)s”") % {"field": code_field},
        )
    report = examine(kept, given, code_field=code_field, name_field=name_field)
    names = [label.name for label in report.labels]
    return ImportFile(
        name=(shown_name or path.name)[:200],
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        crs=given,
        level=str(level),
        rows=tuple(kept),
        codes=tuple(sort_code(label.code)[1] for label in report.labels),
        names=tuple(names),
        above=above,
        report=report,
        repairs=tuple(repairs.propose(report)),
        notes=list(report.notes),
    )


def _sorted_rows(
    rows: Sequence[Row], level: str, code_field: str, name_field: str | None
) -> tuple[list[Row], dict[str, str]]:
    """Keep the rows of a level, those whose code says nothing too (they are reported); name the upper ones."""
    kept, above = [], {}
    for row in rows:
        of, code = sort_code(text.normal_code(row.attributes.get(code_field)))
        if of in ("", level):
            kept.append(row)
        elif DIGITS[Unit.Level(of)] < DIGITS[Unit.Level(level)]:
            above[code] = str(row.attributes.get(name_field) or "").strip() if name_field else ""
    return kept, above


def read_accepted(answer: str, count: int) -> list[int]:
    """Read which repairs are accepted: ``all``, ``none`` or numbers from 1 (``1,3,5-7``); return positions.

    Raises BadInput for a number there is no repair for.
    """
    answer = answer.strip()
    if answer in ("all", "none", ""):
        return list(range(count)) if answer == "all" else []
    found: set[int] = set()
    for piece in re.split(r"[,，、\s]+", answer.strip(",，、 ")):
        span = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", piece)
        first, last = (int(span[1]), int(span[2] or span[1])) if span else (0, 0)
        if not 1 <= first <= last <= count:
            raise BadInput(
                _("没有第“%(piece)s”项修补，共 %(count)s 项") % {"piece": piece[:20], "count": count},
                field="accept",
                remedy=_("请写 all、none 或序号，如 1,3,5-7"),
            )
        found |= set(range(first - 1, last))
    return sorted(found)


@dataclass(frozen=True)
class Mended:
    """The shapes after the accepted repairs (file coordinates, None without land) and what still stands in the way."""

    shapes: tuple[BaseGeometry | None, ...]
    problems: tuple[str, ...]
    noise: float


def mend(file: ImportFile, accepted: Sequence[int]) -> Mended:
    """Apply the accepted repairs (positions in ``file.repairs``) and examine the result anew."""
    report = file.report
    changed = repairs.apply(report, [file.repairs[i] for i in accepted])
    shapes = [changed.get(i, shape) for i, shape in enumerate(report.written)]
    # Codes are not looked for again: geometry is what was mended.
    rows = zip(file.rows, shapes, file.codes, file.names, strict=True)
    again = examine(
        [feature(row.index, shape, {"code": code, "name": name}) for row, shape, code, name in rows],
        file.crs,
        code_field="code",
        name_field="name",
    )
    problems = []
    for kind in _BLOCKING:
        found = again.places[kind]
        if found:
            problems.append(
                _("还有 %(count)s 处%(kind)s没有修补，如：%(text)s")
                % {"count": len(found), "kind": TITLES[kind], "text": found[0].message}
            )
    problems += _attribute_problems(file)
    return Mended(tuple(again.shapes), tuple(problems), again.noise)


def _attribute_problems(file: ImportFile) -> list[str]:
    report, problems = file.report, []
    malformed = [
        str(label)
        for label, code in zip(report.labels, file.codes, strict=True)
        if sort_code(code)[0] != file.level
    ]
    if malformed:
        problems.append(
            _("%(count)s 个要素的代码不是 %(digits)s 位数字：%(text)s")
            % {"count": len(malformed), "digits": DIGITS[Unit.Level(file.level)], "text": some(malformed)}
        )
    problems += [place.message for place in report.places["duplicate_code"]]
    fields = {report.code_field, report.name_field}
    lost = [p.message for p in report.places["lost_character"] if p.details.get("field") in fields]
    if lost:
        problems.append(_("名称或代码里有丢字：%(text)s") % {"text": some(lost)})
    missing = [
        str(label)
        for label, shape, code in zip(report.labels, report.shapes, file.codes, strict=True)
        if shape is None and not code.endswith(VIRTUAL)
    ]
    if missing:
        problems.append(
            _("%(count)s 个要素没有图形：%(text)s") % {"count": len(missing), "text": some(missing)}
        )
    return problems


def some(texts: Sequence[str]) -> str:
    """Return the first few texts of a list."""
    return "、".join(texts[:_SHOWN]) + ("…" if len(texts) > _SHOWN else "")


def by_parent(codes: Sequence[str], level: str) -> dict[str, list[str]]:
    """Group codes of a level by the code of the unit above ("" for districts)."""
    digits = DIGITS[ABOVE[Unit.Level(level)]] if level in ABOVE else 0
    found: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        found[code[:digits]].append(code)
    return dict(found)


def as_json(file: ImportFile, problems: Sequence[str] = ()) -> dict[str, Any]:
    """Return the report of ``check_coverage`` with the proposed repairs, notes and what stands in the way."""
    return {
        **file.report.as_json(),
        "file": file.name,
        "sha256": file.sha256,
        "level": file.level,
        "repairs": [
            {
                "number": n,
                "kind": r.kind,
                "explanation": r.explanation,
                "places": [place.message for place in r.places],
            }
            for n, r in enumerate(file.repairs, 1)
        ],
        "notes": file.notes,
        "problems": list(problems),
    }
