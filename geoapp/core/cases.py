"""The paperwork of a case: its number, its chained history, its findings and its tasks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import F, Max
from django.utils.translation import gettext as _

from geoapp.core.acts import GENESIS, canonical, stamp
from geoapp.core.checks import Finding
from geoapp.core.errors import NotFound
from geoapp.core.geometry import to_geojson
from geoapp.core.models import Case, CaseEvent, CaseItem, CaseNumber, FindingRow, User


def next_number(prefix: str, area_code: str, on: date) -> str:
    """Hand out the next case number such as ``SM-440605-2026-000123``; inside a transaction only."""
    if not connection.in_atomic_block:
        raise RuntimeError("a case number is handed out inside a transaction")
    key = f"{prefix}-{area_code}-{on.year}"
    CaseNumber.objects.get_or_create(prefix=key)
    CaseNumber.objects.filter(prefix=key).update(last=F("last") + 1)
    return f"{key}-{CaseNumber.objects.get(prefix=key).last:06d}"


def next_accept_order() -> int:
    """Return the next place in the order of acceptance; inside the accepting transaction only."""
    CaseNumber.objects.get_or_create(prefix="accept-order")
    CaseNumber.objects.filter(prefix="accept-order").update(last=F("last") + 1)
    return CaseNumber.objects.get(prefix="accept-order").last


def case_of(number: str) -> Case:
    """Return the case of a number; raises NotFound."""
    found = (
        Case.objects.filter(number=number)
        .select_related("jurisdiction", "applicant", "authority", "created_by")
        .first()
    )
    if found is None:
        raise NotFound(_("没有案号为 %(number)s 的案件") % {"number": number})
    return found


def event_hash(
    prev: str, seq: int, at: datetime, action: str, arrow: tuple[str, str], note: str, data: str
) -> str:
    """Return the hash of an event over its predecessor's and its own stored bytes."""
    text = "\x1f".join((prev, str(seq), stamp(at), action, *arrow, note, data))
    return hashlib.sha256(text.encode()).hexdigest()


def record_event(
    case: Case,
    *,
    action: str,
    arrow: tuple[str, str],
    actor: User | None,
    at: datetime,
    note: str = "",
    data: dict[str, Any] | None = None,
) -> CaseEvent:
    """Append an event to the case's chain; the caller holds the case's row."""
    last = case.events.order_by("-seq").first()
    seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
    body = canonical(data or {})
    event = CaseEvent.objects.create(
        case=case,
        seq=seq,
        at=at,
        actor=actor,
        action=action,
        from_status=arrow[0],
        to_status=arrow[1],
        note=note,
        data=body,
        prev_hash=prev,
        hash=event_hash(prev, seq, at, action, arrow, note, body),
    )
    Case.objects.filter(pk=case.pk).update(event_head=event.hash)
    case.event_head = event.hash
    return event


def event_faults(case: Case) -> list[str]:
    """Re-compute a case's chain; name every event that does not hold."""
    found, prev = [], GENESIS
    for n, event in enumerate(case.events.order_by("seq"), start=1):
        digest = event_hash(
            prev, n, event.at, event.action, (event.from_status, event.to_status), event.note, event.data
        )
        if event.seq != n or event.prev_hash != prev or event.hash != digest:
            found.append(f"{case.number} 第 {n} 条经过被改动")
        prev = event.hash
    if case.event_head != prev:
        found.append(f"{case.number} 的链首不符")
    return found


def next_item_seq(case: Case) -> int:
    """Return the number of the next item of a case."""
    return (case.items.aggregate(last=Max("seq"))["last"] or 0) + 1


def keep_findings(
    item: CaseItem, stage: str, findings: Iterable[Finding], *, profile: str, at: datetime, seq: int
) -> None:
    """Store the findings of a run; earlier ones stay as history, answers to the same finding are carried on."""
    answered = {row.key: row for row in item.findings.filter(current=True).exclude(answer="")}
    item.findings.filter(current=True).update(current=False)
    rows = []
    for finding in findings:
        old = answered.get(finding.key)
        rows.append(
            FindingRow(
                item=item,
                stage=stage,
                key=finding.key,
                code=finding.code,
                variant=finding.variant,
                severity=finding.severity,
                message=finding.message,
                law=finding.law,
                remedy=finding.remedy,
                message_en=finding.message_en,
                remedy_en=finding.remedy_en,
                sentence=finding.sentence,
                subject=finding.subject.as_json() if finding.subject else None,
                geometry=to_geojson(finding.geometry),
                profile=profile,
                found_at=at,
                found_at_seq=seq,
                answer=old.answer if old else "",
                answered_by=old.answered_by if old else None,
                answered_at=old.answered_at if old else None,
            )
        )
    FindingRow.objects.bulk_create(rows)
    CaseItem.objects.filter(pk=item.pk).update(checked_at_seq=seq, checked_profile=profile)
