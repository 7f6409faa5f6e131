"""A plan becomes a case: opening it, drawing its adjustments, changing and removing them.

Every write is a compare-and-set on the case's version: what somebody else has changed is never overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from boundaries import wording as words
from boundaries.drawing import Drawn, draw
from boundaries.editing import Refused
from boundaries.ground import uuids
from boundaries.instructions import Reparent, named_in, read_operations
from boundaries.judging import ALL_STAGES, judge_case, town_of, units_of
from boundaries.models import AdjustmentItem, UnitVersion
from boundaries.procedure import ADJUSTMENT, DIVISION_CHANGE
from boundaries.proposed import Faults, ProposedUnit, read_units
from boundaries.rebasing import require_same_land
from geoapp.core import acts, cases, papers, roles, wording
from geoapp.core.authority import profile_on
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput, Conflict, Forbidden, NotFound
from geoapp.core.geometry import to_geojson
from geoapp.core.models import Case, CaseItem, Jurisdiction, Organisation, User
from geoapp.core.transitions import Procedure

EDITABLE = ("draft", "supplement")


@dataclass(frozen=True)
class AdjustmentForm:
    """An adjustment as drawn, read and clean. ``base_seq`` is the last act its drawer's map knew, if told."""

    kind: str
    operations: tuple[dict[str, Any], ...]
    units: tuple[ProposedUnit, ...]
    assets_touched: bool = False
    note: str = ""
    near: tuple[str, ...] = ()
    base_seq: int | None = None


def read_adjustment(data: Mapping[str, Any]) -> AdjustmentForm:
    """Read an adjustment from JSON. Raises BadInput listing every field at fault in ``errors``."""
    kind = str(data.get("kind") or "")
    faults = Faults(say=_)
    if kind not in AdjustmentItem.Kind.values:
        faults.add("kind", _("没有选择调整方式"), _("请从列表中选择"))
    given = data.get("operations") or []
    operations: list[dict[str, Any]] = []
    if not isinstance(given, list) or not all(isinstance(op, Mapping) for op in given) or len(given) > 200:
        faults.add("operations", _("操作记录不是列表"), _("请重新打开工作台"))
    else:
        operations = [dict(op) for op in given]
        try:
            named = named_in(read_operations(operations))
            if len(uuids(named)) < len(named):
                faults.add("operations", _("操作记录里有不认识的单位编号"), _("请重新打开工作台"))
        except Refused as refusal:
            faults.add("operations", *words.refusal(refusal))
    rows = data.get("after") or []
    units = read_units(rows if isinstance(rows, list) else [], faults)
    near = [str(n) for n in data.get("near") or [] if isinstance(n, str)][:50]
    if faults.rows:
        field, message, remedy = faults.rows[0]
        errors = [{"field": f, "message": m, "remedy": r} for f, m, r in faults.rows]
        raise BadInput(message, field=field, remedy=remedy, errors=errors)
    note = str(data.get("note") or "").strip()[:2000]
    return AdjustmentForm(
        kind,
        tuple(operations),
        tuple(units),
        bool(data.get("assets_touched")),
        note,
        tuple(near),
        _whole(data.get("base_seq")),
    )


def _whole(value: Any) -> int | None:
    text = str(value if value is not None else "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def try_out(form: AdjustmentForm, on: date) -> Drawn:
    """Replay a form on the land of a day; nothing is stored. Raises BadInput when it names no unit."""
    drawn = draw(read_operations(form.operations), {u.id: u for u in form.units}, on, near=form.near)
    if not len(drawn.before):
        raise BadInput(_("没有选择任何村或社区"), field="operations", remedy=_("请在图上选择要调整的单位"))
    return drawn


def drawn_to_keep(form: AdjustmentForm, on: date, procedure: str) -> Drawn:
    """Replay a form that a case of ``procedure`` shall keep.

    Raises Conflict when its land moved unseen, BadInput when it is refused or crosses a town line where that is
    not what the case is for.
    """
    drawn = try_out(form, on)
    if form.base_seq is not None:
        named = named_in(drawn.operations) | {unit.id for unit in form.units}
        require_same_land({*named, *drawn.touched}, form.base_seq)
    if procedure != DIVISION_CHANGE.code and any(isinstance(op, Reparent) for op in drawn.operations):
        raise BadInput(
            _("把村居划入另一个镇街，只能在行政区划变更（登记）案件中办理"),
            field="operations",
            remedy=_("跨镇街的调整属于行政区划变更，须报上级批准后登记"),
        )
    if drawn.refused is not None:
        message, remedy = words.refusal(drawn.refused, drawn.names)
        raise BadInput(message, field="operations", remedy=remedy, refusal=refusal_of(drawn))
    return drawn


def refusal_of(drawn: Drawn) -> dict[str, Any] | None:
    """Return a refused operation as people and programs read it (place: CRS84)."""
    if drawn.refused is None:
        return None
    message, remedy = words.refusal(drawn.refused, drawn.names)
    return {
        "operation": drawn.refused_at,
        "code": drawn.refused.code,
        "message": message,
        "remedy": remedy,
        "units": list(drawn.refused.units),
        "place": to_geojson(drawn.refused.place),
        "declare": [
            {"unit": unit, "name": drawn.names.get(unit, ""), "parts": parts, "enclaves": enclaves}
            for unit, parts, enclaves in drawn.refused.declare
        ],
    }


def open_case(
    *,
    actor: User,
    form: AdjustmentForm,
    reason: str,
    at: datetime,
    procedure: Procedure = ADJUSTMENT,
    applicant: Organisation | None = None,
    synthetic: bool = False,
) -> tuple[Case, CaseItem]:
    """Open a case with its first adjustment.

    An adjustment belongs to one town and is proposed by its officer; a division change is recorded by the city.
    Raises Forbidden outside the person's area, BadInput when the land is refused or lies in several towns.
    """
    on = timezone.localdate(at)
    drawn = drawn_to_keep(form, on, procedure.code)
    held = roles.grants(actor, on)
    place, handler = _where(drawn, on, procedure)
    allowed = {roles.Role.TOWN} if procedure is ADJUSTMENT else {roles.Role.CITY}
    area = place if procedure is ADJUSTMENT else handler
    if not any(g.role in allowed and g.covers(area) for g in held):
        raise Forbidden(
            _("只有%(area)s的工作人员可以提出") % {"area": area.name},
            field="operations",
            remedy=_("请由所在镇街提出"),
        )
    body = applicant or _body_of(area)
    with transaction.atomic():
        case = Case.objects.create(
            number=cases.next_number(procedure.prefix, handler.code, on),
            procedure=procedure.code,
            title=_title(form, drawn),
            status="draft",
            jurisdiction=handler,
            place=place,
            applicant=body,
            created_by=actor,
            reason=reason.strip()[:4000],
            created_at=at,
            synthetic=synthetic,
        )
        item = _write_item(case, None, form, drawn)
        data = {"item": str(item.pk), "operations": list(form.operations)}
        cases.record_event(case, action="open", arrow=("", "draft"), actor=actor, at=at, data=data)
    check_items(case, at)
    return cases.case_of(case.number), item


def save_adjustment(
    case: Case, form: AdjustmentForm, *, actor: User, version: int, at: datetime, item_id: str = ""
) -> CaseItem:
    """Add an adjustment to a draft, or change one. Raises Conflict, Forbidden, NotFound, nothing stored then."""
    on = timezone.localdate(at)
    drawn = drawn_to_keep(form, on, case.procedure)
    with transaction.atomic():
        _touch(case, actor, version, on)
        item = None
        if item_id:
            item = CaseItem.objects.filter(case=case, pk=item_id).first()
            if item is None:
                raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
        action = "change_item" if item else "add_item"
        item = _write_item(case, item, form, drawn)
        titles = list(case.items.order_by("seq").values_list("title", flat=True))
        Case.objects.filter(pk=case.pk).update(title="、".join(titles[:3])[:200])
        data = {"item": str(item.pk), "operations": list(form.operations)}
        cases.record_event(case, action=action, arrow=(case.status,) * 2, actor=actor, at=at, data=data)
    check_items(case, at)
    return item


def remove_item(case: Case, item_id: str, *, actor: User, version: int, at: datetime) -> None:
    """Take an adjustment out of a draft; what was drawn stays readable in the event."""
    with transaction.atomic():
        _touch(case, actor, version, timezone.localdate(at))
        item = CaseItem.objects.filter(case=case, pk=item_id).select_related("adjustment").first()
        if item is None:
            raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
        gone = {"item": str(item.pk), "title": item.title, "operations": item.adjustment.operations}
        item.delete()
        cases.record_event(
            case, action="remove_item", arrow=(case.status,) * 2, actor=actor, at=at, data=gone
        )
    check_items(case, at)


def check_items(case: Case, at: datetime) -> None:
    """Judge every pending item at all stages and keep the findings with it."""
    on, seq = timezone.localdate(at), acts.head_seq()
    label = profile_on(on).label
    results = judge_case(case, ALL_STAGES, on)
    with transaction.atomic():
        for row, findings in results.items():
            cases.keep_findings(row.item, "draft", findings, profile=label, at=at, seq=seq)


def _where(drawn: Drawn, on: date, procedure: Procedure) -> tuple[Jurisdiction, Jurisdiction]:
    moved = [u for u in drawn.moved if u in drawn.before] or list(drawn.before)
    if procedure is DIVISION_CHANGE:
        city = Jurisdiction.objects.get(level="city")
        return city, city
    town = town_of(moved, on)
    if town is None or town.unit.jurisdiction is None or town.unit.jurisdiction.parent is None:
        raise BadInput(
            _("调整涉及两个以上镇街"),
            field="operations",
            remedy=_("跨镇街的调整属于行政区划变更，须报上级批准后登记"),
        )
    return town.unit.jurisdiction, town.unit.jurisdiction.parent


def _body_of(area: Jurisdiction) -> Organisation:
    """Return the authority of an area that proposes; made when it is not on record yet."""
    found = (
        Organisation.objects.filter(jurisdiction=area, kind=Organisation.Kind.AUTHORITY)
        .order_by("pk")
        .first()
    )
    if found is None:
        name = f"{area.name}人民政府" if area.name.endswith(("镇", "市", "区")) else f"{area.name}办事处"
        found = Organisation.objects.create(name=name, kind=Organisation.Kind.AUTHORITY, jurisdiction=area)
    return found


def _require_editor(case: Case, actor: User, on: date) -> None:
    if not roles.acts_on(roles.grants(actor, on), case, roles.filers(case)):
        raise Forbidden(_("只有提出单位可以修改方案"), remedy=_("请由提出方案的镇街办理"))
    if case.status not in EDITABLE:
        procedure = DIVISION_CHANGE if case.procedure == DIVISION_CHANGE.code else ADJUSTMENT
        raise Conflict(
            _("案件处于“%(state)s”，不能修改方案") % {"state": wording.label(procedure.state(case.status))},
            remedy=_("需要修改时请办理机关退回补正"),
        )


def _touch(case: Case, actor: User, version: int, on: date) -> None:
    _require_editor(case, actor, on)
    papers.bump(case, version)


def _write_item(case: Case, item: CaseItem | None, form: AdjustmentForm, drawn: Drawn) -> CaseItem:
    title = _title(form, drawn)
    if item is None:
        item = CaseItem.objects.create(case=case, seq=cases.next_item_seq(case), kind=form.kind, title=title)
    else:
        CaseItem.objects.filter(pk=item.pk).update(title=title, kind=form.kind, version=F("version") + 1)
        item.refresh_from_db()
    near = {*drawn.touched, *form.near}
    near |= {land.id for land in drawn.before.neighbours([u for u in drawn.touched if u in drawn.before])}
    AdjustmentItem.objects.update_or_create(
        item=item,
        defaults={
            "kind": form.kind,
            "operations": list(form.operations),
            "after": [u.as_json() for u in form.units],
            "base": drawn.ground.base(near),
            "base_seq": acts.head_seq(),
            "assets_touched": form.assets_touched,
            "note": form.note,
        },
    )
    return item


def _title(form: AdjustmentForm, drawn: Drawn) -> str:
    """Return what an item is called: the units it changes and how."""
    names = [drawn.ground.versions[u].name for u in drawn.moved if u in drawn.ground.versions]
    made = [u.name for u in form.units if u.name and u.id not in drawn.ground.versions]
    with translation.override("zh-hans"):  # a title is stored, and cases are kept in Chinese
        kind = str(AdjustmentItem.Kind(form.kind).label)
    text = "、".join(names[:3]) + kind + (f"（{'、'.join(made[:3])}）" if made else "")
    return text[:200]


def current_names(ids: Sequence[str], on: date) -> dict[str, str]:
    """Return the names of units in law on a day."""
    rows = in_force(UnitVersion.objects.filter(unit_id__in=ids), on)
    return {str(v.unit_id): v.name for v in rows}


def proposed_names(row: AdjustmentItem) -> dict[str, str]:
    """Return the names an item gives."""
    return {u.id: u.name for u in units_of(row).values() if u.name}
