"""Changing what a case holds before it is decided: compare-and-set on its version, and its documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core import attachments, cases, roles, wording, workflow
from geoapp.core.errors import Conflict, Forbidden
from geoapp.core.models import Attachment, Case, User


def may_edit(case: Case, actor: User, held: Any) -> bool:
    """Say whether a person may change what was filed: a filer, while the case is open for changes."""
    procedure = workflow.conduct_of(case).procedure
    return case.status in procedure.open_to_filers and roles.acts_on(held, case, roles.filers(case))


def may_attach(case: Case, actor: User, held: Any) -> bool:
    """Say whether a person may add documents: filers while the case is open for changes, its officers always."""
    return may_edit(case, actor, held) or roles.acts_on(held, case, ["officer"])


def bump(case: Case, version: int) -> None:
    """Take the case at the version a person saw; inside a transaction. Raises Conflict naming who was faster."""
    won = Case.objects.filter(pk=case.pk, status=case.status, version=version).update(
        version=F("version") + 1
    )
    if not won:
        last = case.events.select_related("actor").order_by("-seq").first()
        raise Conflict(
            _("案件 %(number)s 已由%(who)s改动，您填写的内容没有覆盖它")
            % {"number": case.number, "who": last.actor if last and last.actor else _("系统")},
            field="version",
            remedy=_("请核对最新内容后再次保存，您填写的内容仍在表单中"),
        )
    case.refresh_from_db()


def attach(case: Case, upload: Any, kind: str, *, actor: User, version: int, at: datetime) -> Attachment:
    """Add a document. Raises Forbidden, Conflict when the case is closed for it, and what ``attachments`` raises."""
    held = roles.grants(actor, timezone.localdate(at))
    if not may_attach(case, actor, held):
        if not roles.acts_on(held, case, roles.filers(case)):
            raise Forbidden(_("只有提出申请的单位和办理人员可以上传材料"), remedy=_("请由申请单位办理"))
        state = workflow.conduct_of(case).procedure.state(case.status)
        raise Conflict(
            _("案件处于“%(state)s”，不能修改申请内容") % {"state": wording.label(state)},
            remedy=_("需要修改时请办理机关一次告知补正"),
        )
    with transaction.atomic():
        bump(case, version)
        document = attachments.store(upload, case=case, kind=kind, user=actor, at=at)
        data = {"attachment": str(document.pk), "sha256": document.sha256, "filename": document.filename}
        cases.record_event(case, action="attach", arrow=(case.status,) * 2, actor=actor, at=at, data=data)
    return document


def change_reason(case: Case, reason: str, *, actor: User, version: int, at: datetime) -> None:
    """Change the reasons of a case while it is open for changes."""
    held = roles.grants(actor, timezone.localdate(at))
    if not may_edit(case, actor, held):
        raise Forbidden(
            _("只有提出申请的单位可以在草稿或补正时修改"), remedy=_("需要修改时请办理机关一次告知补正")
        )
    with transaction.atomic():
        bump(case, version)
        Case.objects.filter(pk=case.pk).update(reason=reason.strip()[:4000])
        cases.record_event(case, action="change_reason", arrow=(case.status,) * 2, actor=actor, at=at)
