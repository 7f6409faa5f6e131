"""Review by block: what waits in each community, a block with its sample, passing all of it."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from geoapp.core import wording, workflow
from geoapp.core.authority import profile_on
from geoapp.core.cases import case_of
from geoapp.core.errors import AppError, NotFound
from geoapp.core.geometry import to_geojson, to_shapely
from geoapp.core.models import CaseItem
from geoapp.planner.views.case_rooms import findings_of_all
from geoapp.planner.views.door_rows import row_of
from geoapp.planner.views.features import answer_features
from naming import door_review
from naming.door_intake import community_name
from naming.door_values import value_in
from naming.models import AddressItem, ReviewBlock


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The communities in which applications wait for this officer; POST puts those of one into a block."""
    held = request.grants  # type: ignore[attr-defined]
    if request.method == "POST":
        community = request.POST.get("community", "")
        try:
            key = UUID(community)
        except ValueError:
            raise NotFound(_("没有这个村或社区"), remedy=_("请刷新页面")) from None
        block = door_review.make_block(key, officer=request.user, held=held, at=timezone.now())  # type: ignore[arg-type]
        return redirect("planner:door_block", block_id=block.pk)
    waiting = door_review.waiting(held)
    doors = AddressItem.objects.filter(item__case__in=waiting, item__outcome="pending")
    counts = Counter(doors.values_list("community_id", flat=True))
    files = {
        unit: len(set(doors.filter(community_id=unit).values_list("item__case_id", flat=True)))
        for unit in counts
    }
    today = timezone.localdate()
    profile = profile_on(today)
    held_values = {name: value_in(profile, name) for name in ("sample_share", "sample_least", "sample_most")}
    rows = [
        {"id": unit, "name": community_name(unit, today), "doors": count, "cases": files[unit]}
        for unit, count in counts.items()
    ]
    context = {
        "rows": sorted(rows, key=lambda row: (-row["doors"], row["name"])),
        "blocks": ReviewBlock.objects.filter(officer=request.user, passed_at__isnull=True)[:20],  # type: ignore[misc]
        "names": {},
        "share": f"{held_values['sample_share'].value * 100:g}",
        "least": int(held_values["sample_least"].value),
        "most": int(held_values["sample_most"].value),
        "law": held_values["sample_share"].law,
        "profile": profile,
    }
    context["blocks"] = [
        {"block": block, "name": community_name(block.community_id, today)} for block in context["blocks"]
    ]
    return render(request, "planner/door_review.html", context)


def _rows(block: ReviewBlock) -> list[AddressItem]:
    rows = AddressItem.objects.filter(pk__in=block.items).select_related("item__case", "item")
    return list(rows.order_by("item__case__number", "item__seq"))


@require_GET
def block(request: HttpRequest, block_id: UUID) -> HttpResponse:
    """One block: its doors, the sample, which of it was opened."""
    found = door_review.block_of(block_id, request.user)  # type: ignore[arg-type]
    unopened = {item.pk for item in door_review.unopened(found.sample, request.user)}  # type: ignore[arg-type]
    doors, sample = _rows(found), set(found.sample)
    findings = findings_of_all([row.pk for row in doors])
    rows = [
        {
            "row": row,
            "sampled": str(row.pk) in sample,
            "opened": row.pk not in unopened,
            **findings[row.pk],
        }
        for row in doors
    ]
    context = {
        "batch": found,
        "name": community_name(found.community_id, timezone.localdate()),
        "rows": rows,
        "left": len(unopened),
        "opened": len(found.sample) - len(unopened),
    }
    return render(request, "planner/door_block.html", context)


@require_GET
def block_geojson(request: HttpRequest, block_id: UUID) -> HttpResponse:
    """The doors of a block for its map (CRS84 lon/lat)."""
    found = door_review.block_of(block_id, request.user)  # type: ignore[arg-type]
    return answer_features(
        [
            {
                "type": "Feature",
                "id": str(row.pk),
                "geometry": to_geojson(to_shapely(row.geom)),
                "properties": {"name": str(n), "role": "item"},
            }
            for n, row in enumerate(_rows(found), start=1)
        ]
    )


@require_POST
def open_item(request: HttpRequest, block_id: UUID, item_id: UUID) -> HttpResponse:
    """Record that the officer opened a door of the block, and show it where all of it is written."""
    found = door_review.block_of(block_id, request.user)  # type: ignore[arg-type]
    item = CaseItem.objects.filter(pk=item_id, case__number__in=found.cases).select_related("case").first()
    if item is None or str(item.pk) not in found.items:
        raise NotFound(_("这个审核批次里没有这扇门"), remedy=_("请刷新页面"))
    door_review.open_item(item, request.user, timezone.now())  # type: ignore[arg-type]
    return redirect("planner:door_look", block_id=found.pk, item_id=item.pk)


@require_GET
def look(request: HttpRequest, block_id: UUID, item_id: UUID) -> HttpResponse:
    """One door of a block with everything the application says about it."""
    found = door_review.block_of(block_id, request.user)  # type: ignore[arg-type]
    rows = _rows(found)
    place = next((n for n, row in enumerate(rows) if row.pk == item_id), None)
    if place is None:
        raise NotFound(_("这个审核批次里没有这扇门"), remedy=_("请刷新页面"))
    row = rows[place]
    waiting = door_review.unopened(found.sample, request.user)  # type: ignore[arg-type]
    context = {
        "batch": found,
        "row": row_of(row),
        "case": row.item.case,
        "documents": row.item.case.attachments.select_related("uploaded_by"),
        "next": waiting[0] if waiting else None,
        "left": len(waiting),
    }
    return render(request, "planner/door_look.html", context)


@require_POST
def pass_block(request: HttpRequest, block_id: UUID) -> HttpResponse:
    """Number every case of the block; what is refused is named, the others go through."""
    found = door_review.block_of(block_id, request.user)  # type: ignore[arg-type]
    done, refused = 0, []
    for number in door_review.in_order(found):
        case = case_of(number)
        if case.status != "checked":
            continue
        try:
            workflow.move(
                number,
                "pass_all",
                actor=request.user,  # type: ignore[arg-type]
                version=case.version,
                data={"block": str(found.pk)},
            )
            done += 1
        except AppError as error:
            refused.append((number, error))
    if done:
        messages.success(request, _("已编号 %(count)s 件") % {"count": done})
    for number, error in refused:
        words: dict[str, Any] = {
            "number": number,
            "why": wording.joined([error.message, *filter(None, [error.remedy])]),
        }
        messages.warning(request, _("%(number)s 没有编号：%(why)s") % words)
    if refused or not done:
        return redirect("planner:door_block", block_id=found.pk)
    ReviewBlock.objects.filter(pk=found.pk).update(passed_at=timezone.now())
    return redirect("planner:door_review")
