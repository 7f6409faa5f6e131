"""An application becomes a case: opening it, drawing its streets, changing and removing them.

Every write is a compare-and-set on the case's version, like a transition: what somebody else has changed is
never overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import shapely
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core import acts, cases, papers, roles, wording
from geoapp.core.authority import profile_on
from geoapp.core.errors import Conflict, Forbidden, NotFound
from geoapp.core.geometry import frame_geos
from geoapp.core.models import Case, CaseItem, Jurisdiction, Organisation, User
from naming.gazetteer import jurisdictions_of, locate, smallest_jurisdiction
from naming.models import RenameItem, StreetItem
from naming.procedure import STREET_NAMING
from naming.proposals import ALL_STAGES, judge_case
from naming.renaming import Renaming
from naming.street_form import StreetForm, read_name_text, read_street

__all__ = [
    "StreetForm",
    "applicant_bodies",
    "open_case",
    "read_name_text",
    "read_street",
    "remove_item",
    "save_street",
    "titled",
]

EDITABLE = ("draft", "supplement")


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
            title=form.title if form.renaming else f"{form.name}命名",
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
        item = CaseItem.objects.create(
            case=case,
            seq=cases.next_item_seq(case),
            kind=form.kind,
            title=form.title,
            subject_id=_subject(form),
        )
    else:
        CaseItem.objects.filter(pk=item.pk).update(
            title=form.title, kind=form.kind, subject_id=_subject(form), version=F("version") + 1
        )
        item.refresh_from_db()
    _write_renaming(item, form.renaming)
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


def _subject(form: StreetForm) -> Any:
    return form.renaming.name.place_id if form.renaming else None


def _write_renaming(item: CaseItem, renaming: Renaming | None) -> None:
    if renaming is None:
        RenameItem.objects.filter(item=item).delete()
        return
    RenameItem.objects.update_or_create(
        item=item,
        defaults={
            "place_id": renaming.name.place_id,
            "old_name": renaming.old_name,
            "trigger": renaming.trigger,
            "legal_basis": renaming.legal_basis,
            "protected": renaming.protected,
        },
    )


def _retitle(case: Case, on: date) -> None:
    rows = list(StreetItem.objects.filter(item__case=case).select_related("item").order_by("item__seq"))
    title = titled(rows)
    shapes = [shapely.from_wkb(bytes(row.geom.wkb)) for row in rows]
    place: Jurisdiction | None = smallest_jurisdiction([locate(shape, on) for shape in shapes])
    Case.objects.filter(pk=case.pk).update(title=title, place=place or case.place)
    case.refresh_from_db()


def titled(rows: Sequence[StreetItem]) -> str:
    """Return the title of a case from its streets: what is named, what is renamed."""
    texts = []
    for kind, ending, unit in (("name", "命名", "条街路巷"), ("rename", "", "项更名")):
        titles = [row.item.title for row in rows if row.item.kind == kind]
        more = f"等 {len(titles)} {unit}" if len(titles) > 3 else ""
        texts += ["、".join(titles[:3]) + more + ending] if titles else []
    return ("，".join(texts) or "街路巷命名")[:200]
