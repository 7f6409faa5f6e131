"""Judging the doors of a case. ``judge_items`` is the one way in; the rule registry of addresses takes its place.

Codes are those of domain table B. A finding speaks at the stages of its code (``SPEAKS``) and blocks there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from boundaries.models import UnitVersion
from geoapp.core import wording
from geoapp.core.checks import Finding, Severity, Stage, Subject
from geoapp.core.effective import in_force
from geoapp.core.errors import NotReady
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case
from naming import door_numbers
from naming.addressing.compose import number_text
from naming.bilingual import both
from naming.models import AddressItem, AddressVersion, PlaceNameVersion

ALL_STAGES = (Stage.SUBMIT, Stage.ACCEPT, Stage.NUMBER)
_LATE = (Stage.ACCEPT, Stage.NUMBER)
SPEAKS: Mapping[str, tuple[Stage, ...]] = {
    "A-01": _LATE,
    "A-02": ALL_STAGES,
    "A-07": ALL_STAGES,
    "A-09": ALL_STAGES,
    "A-14": ALL_STAGES,
    "A-15": ALL_STAGES,
}
_LAW = {
    "A-01": "江门市门楼号牌管理条例 第三条、第五条（邻市条例，待本市确认）",
    "A-02": "江门市门楼号牌管理条例 第六条、第十二条（邻市条例，待本市确认）",
    "A-07": "江门市门楼号牌管理条例 第六条（邻市条例，待本市确认）",
    "A-09": "地址须落在所属村、社区范围内的技术要求（UNVERIFIED）",
    "A-14": "江门市门楼号牌管理条例 第十条（邻市条例，待本市确认）",
    "A-15": "江门市门楼号牌管理条例 第十一条、第二十二条（邻市条例，待本市确认）",
}
Wishes = Mapping[str, door_numbers.Number | None]
Results = dict[AddressItem, list[Finding]]


def doors_of_case(case: Case, *, pending: bool = True) -> list[AddressItem]:
    """Return the doors of a case in order; ``pending`` leaves out those with an outcome."""
    rows = AddressItem.objects.filter(item__case=case).select_related("item__case")
    if pending:
        rows = rows.filter(item__outcome="pending")
    return list(rows.order_by("item__seq"))


def judge_items(case: Case, stages: Sequence[Stage], on: date, wishes: Wishes | None = None) -> Results:
    """Judge every pending door of a case at some stages on a day; siblings see each other's numbers.

    ``wishes`` replaces the number an item asks for (item id → number, None for a suggestion).
    """
    found: Results = {}
    given: dict[UUID, set[door_numbers.Number]] = {}
    for row in doors_of_case(case):
        wish = (wishes or {}).get(str(row.pk), (row.number, row.sub_number) if row.number else None)
        judged = [f for f in _judge(row, wish, on, given) if set(SPEAKS[f.code]) & set(stages)]
        found[row] = judged
        if wish and row.street_id and row.inside() == door_numbers.NOTHING_INSIDE:
            given.setdefault(row.street_id, set()).add(wish)
    return found


def _judge(
    row: AddressItem,
    wish: door_numbers.Number | None,
    on: date,
    given: Mapping[UUID, set[door_numbers.Number]],
) -> list[Finding]:
    kind = row.item.kind
    found: list[Finding | None] = [_standing_address(row, on) if kind in {"change", "cancel"} else None]
    if kind != AddressItem.Kind.CANCEL:
        found += [_street(row, on), _community(row, on), _basis(row), _number(row, wish, on, given)]
    return [f for f in found if f is not None]


def _finding(
    code: str, message: Any, remedy: Any, *, subject: Subject | None = None, **words: Any
) -> Finding:
    said, said_en = both(message, **words)
    mend, mend_en = both(remedy, **words)
    return Finding(
        code,
        Severity.BLOCK,
        SPEAKS[code][0],
        said,
        _LAW[code],
        mend,
        said,
        "",
        subject,
        None,
        said_en,
        mend_en,
    )


def standard_name(street: UUID | None, on: date) -> PlaceNameVersion | None:
    """Return the standard name a street has on a day; None for one without, or out of use."""
    if street is None:
        return None
    return in_force(PlaceNameVersion.objects.filter(place_id=street, use_state="standard"), on).first()


def _street(row: AddressItem, on: date) -> Finding | None:
    if standard_name(row.street_id, on) is not None:
        return None
    if row.street_id is None:
        return _finding(
            "A-01",
            _lazy("“%(street)s”还没有标准地名，不能编号"),
            _lazy("请先开街路巷命名案件，命名后恢复办理"),
            street=row.street_text or "—",
        )
    named = PlaceNameVersion.objects.filter(place_id=row.street_id).order_by("-valid_from").first()
    if named is not None and row.item.kind == AddressItem.Kind.TEMPORARY and named.use_state == "existing":
        return None
    return _finding(
        "A-01",
        _lazy("“%(street)s”不是现行的标准地名，不能沿它编号"),
        _lazy("请改选现行的街路巷或自然村；名称未经批准的，先办理命名"),
        street=named.name if named else "—",
    )


def _community(row: AddressItem, on: date) -> Finding | None:
    unit = in_force(UnitVersion.objects.filter(unit_id=row.community_id), on).first()
    if unit is not None and unit.geom and to_shapely(unit.geom).covers(to_shapely(row.geom)):
        return None
    return _finding(
        "A-09",
        _lazy("门的位置不在“%(unit)s”范围内"),
        _lazy("请核对位置，或改选所在的村、社区"),
        unit=unit.name if unit else "—",
    )


def _basis(row: AddressItem) -> Finding | None:
    if row.basis != AddressItem.Basis.NONE or row.item.kind == AddressItem.Kind.TEMPORARY:
        return None
    return _finding(
        "A-14",
        _lazy("没有规划许可、宅基地批准或镇街证明，只能编临时门楼号"),
        _lazy("请补交审批文件，或改为申请临时门楼号"),
    )


def _standing_address(row: AddressItem, on: date) -> Finding | None:
    version = in_force(AddressVersion.objects.filter(address_id=row.address_id), on).first()
    if version is not None:
        return None
    return _finding(
        "A-15",
        _lazy("要变更或注销的地址不是现行地址"),
        _lazy("请从现行地址中重新选择"),
    )


def _number(
    row: AddressItem,
    wish: door_numbers.Number | None,
    on: date,
    given: Mapping[UUID, set[door_numbers.Number]],
) -> Finding | None:
    if wish is None or row.street_id is None:
        return None
    besides = [row.address_id] if row.address_id else []
    held = door_numbers.ledger(row.street_id, on, besides=besides)
    earlier = given.get(row.street_id, set())
    why = door_numbers.obstacle(held, wish, row.inside(), given=earlier)
    if not why:
        return None
    named = standard_name(row.street_id, on)
    free = door_numbers.suggest(
        row.street_id, to_shapely(row.geom), on, besides=besides, given=earlier, held=held
    )
    messages = {
        "taken": ("A-02", _lazy("“%(street)s”%(number)s已编给“%(other)s”，此处下一个可用号为%(free)s")),
        "cancelled": (
            "A-02",
            _lazy("“%(street)s”%(number)s曾编给“%(other)s”，注销后保留不再使用，此处下一个可用号为%(free)s"),
        ),
        "no_parent": (
            "A-07",
            _lazy("“%(street)s”没有%(main)s，不能在它下面编附号，此处下一个可用号为%(free)s"),
        ),
    }
    code, message = messages[why]
    return _finding(
        code,
        message,
        _lazy("请改用%(free)s，或不填号码由系统按邻号编排"),
        street=named.name if named else "—",
        number=Numbered(*wish),
        main=Numbered(wish[0], None),
        other=held.texts.get(wish) or row.item.case.number,
        free=Numbered(free.number, free.sub_number),
        subject=Subject("number", f"{row.street_id}:{wish[0]}:{wish[1] or ''}", number_text(*wish)),
    )


class Numbered:
    """A number in the sentence of either language: 12号, 12号之3; no. 12, no. 12 sub 3."""

    def __init__(self, number: int, sub_number: int | None) -> None:
        self.number, self.sub_number = number, sub_number

    def __str__(self) -> str:
        if self.sub_number is None:
            return _(" %(number)s 号") % {"number": self.number}
        return _(" %(number)s 号之 %(sub)s") % {"number": self.number, "sub": self.sub_number}


def require_clear(results: Results, stage: Stage) -> None:
    """A block stops the step of its own stage. Raises NotReady naming each door, its rule, law and remedy."""
    reasons = [
        _("“%(name)s”：%(message)s（%(code)s，%(law)s）%(remedy)s")
        % {
            "name": row.item.title,
            "message": wording.message(f),
            "code": f.code,
            "law": wording.law(f.law),
            "remedy": wording.remedy(f),
        }
        for row, findings in results.items()
        for f in findings
        if f.severity is Severity.BLOCK and stage in SPEAKS[f.code]
    ]
    if reasons:
        raise NotReady(wording.joined(reasons), reasons=reasons, remedy=_("请修改或移除被阻断的事项"))
