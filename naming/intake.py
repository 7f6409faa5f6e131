"""An application becomes a case: opening it, drawing its streets, changing and removing them.

Every write is a compare-and-set on the case's version, like a transition: what somebody else has changed is
never overwritten unseen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries import register
from geoapp.core import acts, cases, papers, roles, wording
from geoapp.core.authority import profile_on
from geoapp.core.errors import BadInput, Conflict, Forbidden, NotFound
from geoapp.core.geometry import frame_geos, multiline, read_geometry
from geoapp.core.models import Case, CaseItem, Jurisdiction, Organisation, User
from naming.gazetteer import jurisdictions_of, locate, smallest_jurisdiction
from naming.language.normalise import mend_latin
from naming.models import StreetItem
from naming.procedure import STREET_NAMING
from naming.proposals import ALL_STAGES, judge_case

EDITABLE = ("draft", "supplement")
NAME_LIMIT = 30
ROLES = ("main", "opposite", "branch", "planned")


@dataclass(frozen=True)
class StreetForm:
    """A street as filed, read and clean; geometry is a frame MultiLineString (metres)."""

    name: str
    geometry: BaseGeometry
    pinyin: str = ""
    mended: tuple[str, ...] = ()
    meaning: str = ""
    width_m: float | None = None
    start_text: str = ""
    end_text: str = ""
    road_class: str = ""
    roles: tuple[str, ...] = ()
    note: str = ""


class _Errors:
    """Collects the faults of a form, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.found: list[BadInput] = []

    def add(self, message: str, field: str, remedy: str) -> None:
        self.found.append(BadInput(message, field=field, remedy=remedy))

    def settle(self) -> None:
        if not self.found:
            return
        first = self.found[0]
        rows = [{"field": e.field, "message": e.message, "remedy": e.remedy} for e in self.found]
        raise BadInput(first.message, field=first.field, remedy=first.remedy, errors=rows)


def read_name_text(value: str) -> str:
    """Return a name as it may be stored in a draft. Raises BadInput for what can never be a name."""
    name = unicodedata.normalize("NFC", value).strip()
    if not name:
        raise BadInput(_("名称没有填写"), field="name", remedy=_("请填写完整名称，如“锦程一路”"))
    if len(name) > NAME_LIMIT:
        raise BadInput(
            _("名称有 %(count)s 个字，超过 %(limit)s 个字") % {"count": len(name), "limit": NAME_LIMIT},
            field="name",
            remedy=_("请只填写名称本身，说明写入含义"),
        )
    for char in name:
        category = unicodedata.category(char)
        if category[0] == "C" or category == "So":
            raise BadInput(
                _("名称含有不能使用的字符 U+%(code)04X") % {"code": ord(char)},
                field="name",
                remedy=_("请删去控制字符或表情符号"),
            )
    return name


def read_street(data: Mapping[str, Any], *, on: date) -> StreetForm:
    """Read a street from a form or JSON. Raises BadInput listing every field at fault in ``errors``."""
    errors = _Errors()
    name, shape = "", None
    try:
        name = read_name_text(str(data.get("name") or ""))
    except BadInput as error:
        errors.found.append(error)
    try:
        shape = read_geometry(data.get("geometry") or "", within=register.city_outline(on))
    except BadInput as error:
        errors.found.append(error)
    pinyin, mended = mend_latin(str(data.get("pinyin") or "").strip())
    if len(pinyin) > 200 or any(unicodedata.category(c)[0] == "C" for c in pinyin):
        errors.add(_("拼音过长或含控制字符"), "pinyin", _("请按“Zǔmiào Lù”的样式填写"))
    texts = {key: str(data.get(key) or "").strip() for key in ("meaning", "start_text", "end_text", "note")}
    for key, limit in (("meaning", 1000), ("start_text", 200), ("end_text", 200), ("note", 1000)):
        if len(texts[key]) > limit:
            errors.add(
                _("文字有 %(count)s 个字，超过 %(limit)s 个字") % {"count": len(texts[key]), "limit": limit},
                key,
                _("请精简"),
            )
    road_class = str(data.get("road_class") or "")
    if road_class and road_class not in StreetItem.RoadClass.values:
        errors.add(
            _("没有“%(road_class)s”这个道路等级") % {"road_class": road_class},
            "road_class",
            _("请从列表中选择"),
        )
    width = _read_width(data.get("width_m"), errors)
    errors.settle()
    assert shape is not None
    lines = multiline(shape)
    wanted = data.get("roles") or []
    parts = tuple(r for r in wanted if r in ROLES) if isinstance(wanted, list) else ()
    return StreetForm(
        name=name,
        geometry=lines,
        pinyin=pinyin,
        mended=tuple(mended),
        width_m=width,
        road_class=road_class,
        roles=parts if len(parts) == len(lines.geoms) else ("main",) * len(lines.geoms),
        **texts,
    )


def _read_width(value: Any, errors: _Errors) -> float | None:
    if value in (None, ""):
        return None
    try:
        width = float(value)
    except (TypeError, ValueError):
        errors.add(
            _("宽度“%(value)s”不是数字") % {"value": str(value)[:20]},
            "width_m",
            _("请填写米数，如 18 或 18.5"),
        )
        return None
    if not 0.5 <= width <= 200:
        errors.add(
            _("宽度 %(width)g 米不在 0.5–200 米之间") % {"width": width}, "width_m", _("请核对单位是否为米")
        )
        return None
    return width


def applicant_bodies(user: User, on: date) -> list[Organisation]:
    """Return the bodies a person may file for."""
    ids = [g.organisation_id for g in roles.grants(user, on) if g.role == roles.Role.APPLICANT]
    return list(Organisation.objects.filter(pk__in=ids).select_related("jurisdiction").order_by("pk"))


def open_case(
    *,
    actor: User,
    applicant: Organisation,
    form: StreetForm,
    reason: str,
    at: datetime,
    synthetic: bool = False,
) -> tuple[Case, CaseItem]:
    """Open a draft with its first street. Raises Forbidden outside the applicant's area or for a stranger."""
    on = timezone.localdate(at)
    if applicant.pk not in {body.pk for body in applicant_bodies(actor, on)}:
        raise Forbidden(_("您不是该申请主体的经办人"), remedy=_("请以所属单位的名义申请"))
    location = locate(form.geometry, on)
    place = smallest_jurisdiction([location])
    _require_area(applicant, form, on)
    assert place is not None
    handler = place if place.level != "town" else place.parent
    if handler is not None and handler.level == "city" and location.districts:
        handler = location.districts[0].unit.jurisdiction
    with transaction.atomic():
        case = Case.objects.create(
            number=cases.next_number(STREET_NAMING.prefix, handler.code, on),
            procedure=STREET_NAMING.code,
            title=f"{form.name}命名",
            status="draft",
            jurisdiction=handler,
            place=place,
            applicant=applicant,
            created_by=actor,
            reason=reason.strip()[:4000],
            created_at=at,
            synthetic=synthetic,
        )
        item = _write_item(case, None, form)
        cases.record_event(
            case, action="open", arrow=("", "draft"), actor=actor, at=at, data={"item": str(item.pk)}
        )
    check_items(case, at)
    return cases.case_of(case.number), item


def save_street(
    case: Case,
    form: StreetForm,
    *,
    actor: User,
    version: int,
    at: datetime,
    item_id: str = "",
    more: bool = False,
) -> CaseItem:
    """Add a street to a draft, or change one. Raises Conflict, Forbidden, NotFound, nothing stored then.

    ``more`` says that another street follows at once: the rules are run with the last one, over all of them.
    """
    on = timezone.localdate(at)
    _require_area(case.applicant, form, on)
    with transaction.atomic():
        _touch(case, actor, version, on)
        item = None
        if item_id:
            item = CaseItem.objects.filter(case=case, pk=item_id).first()
            if item is None:
                raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
        action = "change_item" if item else "add_item"
        item = _write_item(case, item, form)
        _retitle(case, on)
        data = {"item": str(item.pk), "name": form.name}
        cases.record_event(case, action=action, arrow=(case.status,) * 2, actor=actor, at=at, data=data)
    if not more:
        check_items(case, at)
    return item


def remove_item(case: Case, item_id: str, *, actor: User, version: int, at: datetime) -> None:
    """Take a street out of a draft."""
    with transaction.atomic():
        _touch(case, actor, version, timezone.localdate(at))
        item = CaseItem.objects.filter(case=case, pk=item_id).select_related("street").first()
        if item is None:
            raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
        # What was drawn stays readable in the event: a removal can be undone by hand.
        row = item.street
        gone = {"item": str(item.pk), "name": row.name, "pinyin": row.pinyin, "wkt": row.geom.wkt}
        item.delete()
        _retitle(case, timezone.localdate(at))
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


def _require_area(applicant: Organisation, form: StreetForm, on: date) -> None:
    found = jurisdictions_of(locate(form.geometry, on))
    outside = [j.name for j in found if not applicant.jurisdiction.contains(j)]
    if outside or not found:
        raise Forbidden(
            _("%(body)s只能申请%(area)s内的街路巷，这条线在%(outside)s")
            % {
                "body": applicant.name,
                "area": applicant.jurisdiction.name,
                "outside": wording.listed(outside) or _("辖区外"),
            },
            field="geometry",
            remedy=_("请由所在地的单位申请，或修改线路"),
        )


def _require_editor(case: Case, actor: User, on: date) -> None:
    if not roles.acts_on(roles.grants(actor, on), case, [roles.Role.APPLICANT]):
        raise Forbidden(_("只有申请主体的经办人可以修改申请"), remedy=_("请由申请主体经办人办理"))
    if case.status not in EDITABLE:
        label = wording.label(STREET_NAMING.state(case.status))
        raise Conflict(
            _("案件处于“%(label)s”，不能修改申请内容") % {"label": label},
            remedy=_("需要修改时请办理机关一次告知补正"),
        )


def _touch(case: Case, actor: User, version: int, on: date) -> None:
    _require_editor(case, actor, on)
    papers.bump(case, version)


def _write_item(case: Case, item: CaseItem | None, form: StreetForm) -> CaseItem:
    if item is None:
        item = CaseItem.objects.create(case=case, seq=cases.next_item_seq(case), kind="name", title=form.name)
    else:
        CaseItem.objects.filter(pk=item.pk).update(title=form.name, version=F("version") + 1)
        item.refresh_from_db()
    StreetItem.objects.update_or_create(
        item=item,
        defaults={
            "name": form.name,
            "pinyin": form.pinyin,
            "mended": list(form.mended),
            "meaning": form.meaning,
            "width_m": form.width_m,
            "start_text": form.start_text,
            "end_text": form.end_text,
            "road_class": form.road_class,
            "roles": list(form.roles),
            "note": form.note,
            "geom": frame_geos(form.geometry),
        },
    )
    return item


def _retitle(case: Case, on: date) -> None:
    rows = list(StreetItem.objects.filter(item__case=case).order_by("item__seq"))
    names = [row.name for row in rows]
    title = "、".join(names[:3]) + (f"等 {len(names)} 条街路巷" if len(names) > 3 else "") + "命名"
    shapes = [shapely.from_wkb(bytes(row.geom.wkb)) for row in rows]
    place: Jurisdiction | None = smallest_jurisdiction([locate(shape, on) for shape in shapes])
    Case.objects.filter(pk=case.pk).update(title=title if names else "街路巷命名", place=place or case.place)
    case.refresh_from_db()
