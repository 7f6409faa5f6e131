"""An application for door numbers becomes a case: at a town's counter for an owner, or filed by a developer.

Every write is a compare-and-set on the case's version. The owner's name never enters titles, reasons or events.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from boundaries.models import UnitVersion
from geoapp.core import acts, cases, papers, roles, wording
from geoapp.core.authority import profile_on
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput, Conflict, Forbidden, NotFound
from geoapp.core.geometry import frame_geos
from geoapp.core.models import Case, CaseItem, Jurisdiction, Organisation, User
from naming import collected_items, door_owner
from naming.addressing.compose import number_text
from naming.door_forms import INSIDE, DoorForm
from naming.door_judging import ALL_STAGES, judge_items
from naming.door_procedure import DOOR_NUMBERING
from naming.intake import applicant_bodies
from naming.models import AddressItem, AddressVersion, PlaceNameVersion


def open_case(
    *,
    actor: User,
    form: DoorForm,
    reason: str,
    at: datetime,
    applicant: Organisation | None = None,
    owner: tuple[str, str] = ("", ""),
    synthetic: bool = False,
) -> tuple[Case, CaseItem]:
    """Open a draft with its first door.

    A town officer files for the town's counter (``owner`` is whom it is for), everybody else for ``applicant``.
    Raises Forbidden outside the person's area, BadInput where the point lies in no town.
    """
    with transaction.atomic():
        case = open_many(
            actor=actor,
            forms=[form],
            reason=reason,
            at=at,
            applicant=applicant,
            owner=owner,
            synthetic=synthetic,
        )
    check_items(case, at)
    return cases.case_of(case.number), case.items.get()


def open_many(
    *,
    actor: User,
    forms: Sequence[DoorForm],
    reason: str,
    at: datetime,
    applicant: Organisation | None = None,
    owner: tuple[str, str] = ("", ""),
    synthetic: bool = False,
) -> Case:
    """Open a draft with all its doors at once, inside the caller's transaction; ``check_items`` comes after it.

    Raises what ``open_case`` raises, BadInput where the doors lie in several towns.
    """
    on = timezone.localdate(at)
    place, district = _one_town(forms, on)
    body = _body(actor, applicant, place, on)
    with transaction.atomic():
        case = Case.objects.create(
            number=cases.next_number(DOOR_NUMBERING.prefix, district.code, on),
            procedure=DOOR_NUMBERING.code,
            title=_case_title(titles_of(forms[:2], on), len(forms)),
            status="draft",
            jurisdiction=district,
            place=place,
            applicant=body,
            created_by=actor,
            reason=reason.strip()[:4000],
            created_at=at,
            synthetic=synthetic,
        )
        door_owner.keep(case, *owner)
        items = _write_new(case, forms, on)
        data: dict[str, Any] = {"item": str(items[0].pk), "owner_kept": bool(owner[0])}
        if len(items) > 1:
            data["items"] = [str(item.pk) for item in items]
        cases.record_event(case, action="open", arrow=("", "draft"), actor=actor, at=at, data=data)
    return case


def save_door(
    case: Case, form: DoorForm, *, actor: User, version: int, at: datetime, item_id: str = ""
) -> CaseItem:
    """Add a door to a case that is open for it, or change one. Raises Conflict, Forbidden, NotFound."""
    on = timezone.localdate(at)
    _require_editor(case, actor, on)
    place, _district = _where(form, on)
    if case.place is not None and place.pk != case.place_id:
        raise BadInput(
            _("一件申请只办一个镇街的门楼号，这扇门在%(town)s") % {"town": place.name},
            field="lon",
            remedy=_("请另开一件申请"),
        )
    with transaction.atomic():
        papers.bump(case, version)
        item = _item(case, item_id) if item_id else None
        action = "change_item" if item else "add_item"
        item = _write(case, item, form, on)
        _retitle(case)
        data = {"item": str(item.pk), "title": item.title}
        cases.record_event(case, action=action, arrow=(case.status,) * 2, actor=actor, at=at, data=data)
    check_items(case, at)
    return item


def remove_item(case: Case, item_id: str, *, actor: User, version: int, at: datetime) -> None:
    """Take a door out of an application; what was asked for stays readable in the event."""
    _require_editor(case, actor, timezone.localdate(at))
    with transaction.atomic():
        papers.bump(case, version)
        item = _item(case, item_id)
        gone = {"item": str(item.pk), "title": item.title, "wkt": item.door.geom.wkt}  # type: ignore[attr-defined]
        item.delete()
        _retitle(case)
        cases.record_event(
            case, action="remove_item", arrow=(case.status,) * 2, actor=actor, at=at, data=gone
        )
    check_items(case, at)


def keep_owner(case: Case, name: str, phone: str, *, actor: User, version: int, at: datetime) -> None:
    """Change whom an application is for while it is open; the event names nobody."""
    _require_editor(case, actor, timezone.localdate(at))
    owner = door_owner.read_owner(name, phone)
    with transaction.atomic():
        papers.bump(case, version)
        door_owner.keep(case, *owner)
        cases.record_event(case, action="change_owner", arrow=(case.status,) * 2, actor=actor, at=at)


def link_naming_case(item: CaseItem, naming_case: Case, *, actor: User, at: datetime) -> None:
    """Remember the case that names the street of a door."""
    with transaction.atomic():
        AddressItem.objects.filter(pk=item.pk).update(naming_case=naming_case)
        status = item.case.status
        data = {"item": str(item.pk), "naming_case": naming_case.number}
        cases.record_event(
            item.case, action="link_naming", arrow=(status, status), actor=actor, at=at, data=data
        )


def check_items(case: Case, at: datetime) -> None:
    """Judge every pending door at all stages and keep the findings with it."""
    on, seq = timezone.localdate(at), acts.head_seq()
    label = profile_on(on).label
    results = judge_items(case, ALL_STAGES, on)
    with transaction.atomic():
        for row, findings in results.items():
            cases.keep_findings(row.item, "draft", findings, profile=label, at=at, seq=seq)


def may_file(actor: User, on: date) -> bool:
    """Say whether a person may open an application: a town officer, or the agent of a body."""
    held = roles.roles_of(roles.grants(actor, on))
    return bool(held & {roles.Role.TOWN, roles.Role.APPLICANT})


def _where(form: DoorForm, on: date) -> tuple[Jurisdiction, Jurisdiction]:
    version = in_force(UnitVersion.objects.filter(unit_id=form.community), on).select_related(
        "parent__jurisdiction__parent"
    )
    row = version.first()
    town = row.parent.jurisdiction if row and row.parent else None
    if town is None or town.parent is None:
        raise BadInput(_("这个位置不在任何镇街范围内"), field="lon", remedy=_("请核对位置"))
    return town, town.parent


def _one_town(forms: Sequence[DoorForm], on: date) -> tuple[Jurisdiction, Jurisdiction]:
    one_each = {form.community: form for form in forms}
    places = [_where(form, on) for form in one_each.values()]
    if len({place.pk for place, _district in places}) > 1:
        raise BadInput(
            _("一件申请只办一个镇街的门楼号，这些门在%(towns)s")
            % {"towns": wording.joined(place.name for place, _district in places)},
            field="lon",
            remedy=_("请另开一件申请"),
        )
    return places[0]


def _body(actor: User, applicant: Organisation | None, place: Jurisdiction, on: date) -> Organisation:
    held = roles.grants(actor, on)
    if any(g.role == roles.Role.TOWN and g.covers(place) for g in held):
        return town_body(place)
    bodies = applicant_bodies(actor, on)
    body = applicant or (bodies[0] if len(bodies) == 1 else None)
    if body is None or body.pk not in {b.pk for b in bodies}:
        raise Forbidden(
            _("只有所在镇街的窗口或申请单位的经办人可以申请"),
            field="applicant",
            remedy=_("业主请到%(town)s窗口办理") % {"town": place.name},
        )
    if not body.jurisdiction.contains(place):
        raise Forbidden(
            _("%(body)s不在%(town)s申请范围内") % {"body": body.name, "town": place.name},
            field="lon",
            remedy=_("请由所在地的单位申请，或修改位置"),
        )
    return body


def town_body(place: Jurisdiction) -> Organisation:
    """Return the authority of a town, whose counter files for owners; made when it is not on record yet."""
    bodies = Organisation.objects.filter(jurisdiction=place, kind=Organisation.Kind.AUTHORITY).order_by("pk")
    found = bodies.first()
    if found is None:
        name = f"{place.name}人民政府" if place.name.endswith("镇") else f"{place.name}办事处"
        found = Organisation.objects.create(name=name, kind=Organisation.Kind.AUTHORITY, jurisdiction=place)
    return found


def _require_editor(case: Case, actor: User, on: date) -> None:
    held = roles.grants(actor, on)
    if not roles.acts_on(held, case, roles.filers(case)):
        raise Forbidden(_("只有申请单位和镇街窗口可以修改申请"), remedy=_("请由申请单位或镇街窗口办理"))
    if case.status not in DOOR_NUMBERING.open_to_filers:
        state = wording.label(DOOR_NUMBERING.state(case.status))
        raise Conflict(
            _("案件处于“%(state)s”，不能修改申请内容") % {"state": state},
            remedy=_("需要修改时请办理机关一次告知补正"),
        )


def _item(case: Case, item_id: str) -> CaseItem:
    try:
        found = (
            CaseItem.objects.filter(case=case, pk=UUID(str(item_id))).select_related("door", "case").first()
        )
    except ValueError:
        found = None
    if found is None:
        raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
    return found


def _write(case: Case, item: CaseItem | None, form: DoorForm, on: date) -> CaseItem:
    if item is None:
        return _write_new(case, [form], on)[0]
    title = titles_of([form], on)[0]
    CaseItem.objects.filter(pk=item.pk).update(title=title, kind=form.kind, version=F("version") + 1)
    item = CaseItem.objects.get(pk=item.pk)
    AddressItem.objects.update_or_create(item=item, defaults=_columns(form))
    collected_items.take([(item, form.collected)])
    return item


def _write_new(case: Case, forms: Sequence[DoorForm], on: date) -> list[CaseItem]:
    first = cases.next_item_seq(case)
    items = [
        CaseItem(case=case, seq=seq, kind=form.kind, title=title)
        for seq, (form, title) in enumerate(zip(forms, titles_of(forms, on), strict=True), first)
    ]
    CaseItem.objects.bulk_create(items)
    AddressItem.objects.bulk_create(
        [AddressItem(item=item, **_columns(form)) for item, form in zip(items, forms, strict=True)]
    )
    collected_items.take([(item, form.collected) for item, form in zip(items, forms, strict=True)])
    return items


def _columns(form: DoorForm) -> dict[str, Any]:
    values: dict[str, Any] = {key: getattr(form, key) for key in INSIDE}
    return values | {
        "street_id": form.street,
        "street_text": "" if form.street else form.street_text,
        "community_id": form.community,
        "number": form.number,
        "sub_number": form.sub_number,
        "basis": form.basis,
        "permit_number": form.permit_number,
        "address_id": form.address,
        "reason": form.reason,
        "collected": form.collected,
        "geom": frame_geos(form.point),
    }


def titles_of(forms: Sequence[DoorForm], on: date) -> list[str]:
    """Return what items are called, in Chinese as cases are kept: 鱼跃路33号（新编门楼号）."""
    names = in_force(
        PlaceNameVersion.objects.filter(place_id__among={f.street for f in forms if f.street}), on
    )
    streets = dict(names.values_list("place_id", "name"))
    texts = in_force(
        AddressVersion.objects.filter(address_id__among={f.address for f in forms if f.address}), on
    )
    addresses = dict(texts.values_list("address_id", "text"))
    communities: dict[UUID, str] = {}
    found = []
    for form in forms:
        with translation.override("zh-hans"):
            kind = str(AddressItem.Kind(form.kind).label)
        if form.address and form.kind in {AddressItem.Kind.CHANGE, AddressItem.Kind.CANCEL}:
            found.append(f"{addresses.get(form.address, '')}（{kind}）"[:200])
            continue
        name = streets.get(form.street, "") if form.street else form.street_text
        if not name and form.community not in communities:
            communities[form.community] = community_name(form.community, on)
        number = number_text(form.number, form.sub_number) if form.number else ""
        inside = "".join(getattr(form, key) for key in INSIDE)
        found.append(f"{name or communities[form.community]}{number}{inside}（{kind}）"[:200])
    return found


def community_name(unit: UUID, on: date) -> str:
    """Return the name of a community on a day."""
    return community_names([unit], on).get(unit, "")


def community_names(units: Collection[UUID], on: date) -> dict[UUID, str]:
    """Return the names of communities on a day, by community: one query."""
    rows = in_force(UnitVersion.objects.filter(unit_id__in=list(units)), on)
    return dict(rows.values_list("unit_id", "name"))


def _retitle(case: Case) -> None:
    titles = list(case.items.order_by("seq").values_list("title", flat=True))
    Case.objects.filter(pk=case.pk).update(title=_case_title(titles, len(titles)))
    case.refresh_from_db()


def _case_title(titles: Sequence[str], count: int) -> str:
    text = "、".join(titles[:2]) + (f"等 {count} 扇门" if count > 2 else "")
    return (text or "门楼号申请")[:200]
