"""What happened between two yearly code lists: typed acts with evidence, for an officer to confirm. Pure.

A list says what stands, never what happened. An act is therefore an inference: it names the rows it rests on, why
it was drawn, how sure it is (0 to 1) and what else the rows would allow. Applying the acts of a step to the first
list gives the second, whatever the lists are. The reasons, strongest first:

* **Same code, other name.** Codes are not reused (统计用区划代码), so the body goes on. A mark in place of a
  character (华?) is a *lost character*, its return a *correction*; another label on the same specific part is a
  *label* of the list and no act of anybody; one character exchanged for another read alike (潭州 → 潭洲, Putonghua
  or Cantonese) is most likely a misprint mended, a *correction*, else a *rename*; anything else is a *rename*.
* **Other code, same name and kind.** In another town: a *town transfer*, surer when several go the same way. In
  the same town: *recoded*; since the number is new, a change of extent may lie behind it.
* **2xx/3xx code gone, 0xx/1xx code new, same specific part.** *Village to community* (村改居): the segment must move.
* **One gone, several new whose names are its name and an ordinal or a direction** (夏南 → 夏南一、夏南二): *split*; the
  mirror image is a *merger*.
* **The rest** is *added* or *removed*. Land does not appear from nowhere, so an added unit was split from, or took
  the place of, something: the rows that could be it are listed as alternatives, never chosen.

What a document tells (``Confirmation``) goes before every inference.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from boundaries import edition_rules as rules
from boundaries.edition_acts import (
    ActKind,
    Alternative,
    Confirmation,
    Edition,
    Evidence,
    InferredAct,
    Listed,
    apply_acts,
)
from geoapp.core.errors import BadInput

__all__ = [
    "ActKind",
    "Alternative",
    "Confirmation",
    "Edition",
    "Evidence",
    "InferredAct",
    "Listed",
    "apply_acts",
    "infer",
    "infer_history",
    "read_confirmations",
    "read_edition",
    "read_folder",
]

_PASSES = (
    rules.same_code,
    rules.same_name,
    rules.village_to_community,
    rules.split_and_merged,
    rules.rest,
)


def read_edition(text: str, year: int) -> Edition:
    """Read one year's list from CSV with the columns ``code,name,town_code,town``.

    Raises BadInput naming the line: a column missing, a code that is not 12 digits or comes twice, a town code
    that is not the code's first nine digits, a town with two labels, an empty name.
    """
    units: dict[str, Listed] = {}
    towns: dict[str, Listed] = {}
    for line, row in _rows(text, ("code", "name", "town_code", "town"), f"{year} 年名单"):
        code, name, town_code, town = (row[k].strip() for k in ("code", "name", "town_code", "town"))
        where = f"{year} 年名单第 {line} 行"
        if len(code) != 12 or not code.isascii() or not code.isdigit():
            raise BadInput(f"{where}：代码“{code}”不是 12 位数字", field="code", remedy="请核对代码列")
        if code in units:
            raise BadInput(f"{where}：代码 {code} 重复", field="code", remedy="每个代码只能列一次")
        if town_code != code[:9]:
            raise BadInput(f"{where}：镇街代码“{town_code}”与 {code} 的前九位不符", field="town_code")
        if not name or not town:
            raise BadInput(f"{where}：名称空缺", field="name", remedy="请补上名称")
        if towns.setdefault(town_code, Listed(town_code, town)).name != town:
            raise BadInput(f"{where}：镇街 {town_code} 有两种写法“{town}”", field="town")
        units[code] = Listed(code, name)
    if not units:
        raise BadInput(f"{year} 年名单没有内容", remedy="请提供 code,name,town_code,town 四列的 CSV")
    return Edition(year, tuple(sorted(units.values())), tuple(sorted(towns.values())))


def read_confirmations(text: str) -> list[Confirmation]:
    """Read what documents say, from CSV ``year,kind,from_codes,to_codes,effective,source`` (codes by spaces).

    Raises BadInput naming the line when a kind is unknown, a date is not ISO 8601 or a source is missing.
    """
    found = []
    columns = ("year", "kind", "from_codes", "to_codes", "effective", "source")
    for line, row in _rows(text, columns, "确认材料"):
        if not row["source"].strip():
            raise BadInput(f"确认材料第 {line} 行没有写明依据", field="source", remedy="请写明文件或出处")
        try:
            found.append(
                Confirmation(
                    year=int(row["year"]),
                    kind=ActKind(row["kind"]),
                    before=tuple(row["from_codes"].split()),
                    after=tuple(row["to_codes"].split()),
                    effective=date.fromisoformat(row["effective"]) if row["effective"] else None,
                    source=row["source"].strip(),
                )
            )
        except ValueError as error:
            raise BadInput(
                f"确认材料第 {line} 行无法识别：{error}", remedy="请核对年份、类型与日期"
            ) from None
    return found


def _rows(text: str, columns: tuple[str, ...], what: str) -> Iterable[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [c for c in columns if c not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(f"{what}缺少列：{'、'.join(missing)}", remedy=f"首行应为 {','.join(columns)}")
    for row in reader:
        if any(row[c] is None for c in columns):
            raise BadInput(f"{what}第 {reader.line_num} 行列数不足", remedy="请核对该行")
        yield reader.line_num, row


def read_folder(folder: Path) -> list[Edition]:
    """Return the lists ``YYYY.csv`` of a folder in order of year. Raises BadInput as ``read_edition``."""
    files = sorted(f for f in folder.glob("*.csv") if f.stem.isdigit())
    return [read_edition(f.read_text(encoding="utf-8"), int(f.stem)) for f in files]


def infer(old: Edition, new: Edition, confirmed: Iterable[Confirmation] = ()) -> tuple[InferredAct, ...]:
    """Return the acts that turn one list into the next, in order of code.

    Raises ValueError when a confirmation for that step names rows the lists do not have.
    """
    before, after = old.rows(), new.rows()
    step = rules.Step(old, new)
    step.gone = {c: Listed(c, n) for c, n in before.items() if after.get(c) != n}
    step.come = {c: Listed(c, n) for c, n in after.items() if before.get(c) != n}
    for told in confirmed:
        if told.year == new.year:
            _take(step, told, before, after)
    for look in _PASSES:
        look(step)
    return tuple(sorted(step.acts, key=lambda a: (a.codes[0], str(a.kind))))


def _take(step: rules.Step, told: Confirmation, before: dict[str, str], after: dict[str, str]) -> None:
    """Note what a document says. A code that stays with its unit takes part and stands on (``beside``)."""
    missing = [c for c in told.before if c not in before] + [c for c in told.after if c not in after]
    if missing:
        raise ValueError(f"{told.year} 年的确认材料提到名单中没有的代码：{'、'.join(missing)}")
    stays = before.keys() & after.keys()
    gives = told.kind is ActKind.SPLIT
    takes = told.kind is ActKind.MERGED
    ends = [step.gone[c] for c in told.before if c in step.gone and not (gives and c in stays)]
    begins = [step.come[c] for c in told.after if c in step.come and not (takes and c in stays)]
    beside = [Listed(c, before[c]) for c in told.before if gives and c in stays]
    beside += [Listed(c, after[c]) for c in told.after if takes and c in stays]
    used = {r.code for r in (*ends, *begins, *beside)}
    stray = [c for c in (*told.before, *told.after) if c not in used]
    single = len(ends) == 1 and len(begins) == 1
    if stray or not (ends or begins) or (told.kind.continues and not single):
        raise ValueError(
            f"{told.year} 年的确认材料“{told.kind.label}”与名单不符：{'、'.join(stray) or told.source}"
        )
    step.found(
        told.kind,
        ends,
        begins,
        1.0,
        [Evidence("document", told.source)],
        beside=tuple(beside),
        effective=told.effective,
        source=told.source,
    )


def infer_history(
    editions: Sequence[Edition], confirmed: Iterable[Confirmation] = ()
) -> list[tuple[InferredAct, ...]]:
    """Return the acts of every step between successive lists; what only several lists show is added.

    A unit that stands in one list only was probably listed too early or taken back: said as evidence on both acts.
    Raises ValueError when the lists are not in order of year.
    """
    years = [e.year for e in editions]
    if years != sorted(set(years)):
        raise ValueError(f"名单年份应递增且不重复：{years}")
    told = list(confirmed)
    steps = [infer(a, b, told) for a, b in zip(editions, editions[1:], strict=False)]
    for here, there in zip(range(len(steps)), range(1, len(steps)), strict=False):
        came = {a.after[0].code for a in steps[here] if a.kind is ActKind.ADDED}
        left = {a.before[0].code for a in steps[there] if a.kind is ActKind.REMOVED}
        brief = came & left
        if brief:
            note = Evidence(
                "one_list_only", f"只见于 {editions[there].year} 年一版名单，可能误列或设立后收回"
            )
            for index in (here, there):
                steps[index] = tuple(
                    replace(a, evidence=(*a.evidence, note)) if set(a.codes) <= brief else a
                    for a in steps[index]
                )
    return steps
