"""Collection as a phone sees it: the app's shell and worker, what it takes along, what it sends.

Answers are JSON and say what time it is here (``now``), so that a phone notices when its own clock is wrong.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from geoapp.core import roles
from geoapp.core.errors import Forbidden, NotFound
from geoapp.planner.views.drafting import read_json
from naming.collecting import photos
from naming.collecting.package import community_version, package, task_row
from naming.collecting.reading import as_uuid, read_batch
from naming.collecting.sync import FIELD_ROLES, may_collect, receive, standing_of
from naming.collecting.tasks import may_manage, to_collect
from naming.models import CollectedDoor, CollectedPhoto, CollectTask

STATIC = Path(__file__).resolve().parent.parent / "static" / "planner"
WORKER = "collect/worker.js"
MOST_STANDINGS = 3000


def answer(value: dict[str, Any], status: int = 200) -> JsonResponse:
    """Return JSON with the moment it was made and Chinese as it is written."""
    now = timezone.now().isoformat()
    return JsonResponse({"now": now, **value}, status=status, json_dumps_params={"ensure_ascii": False})


def shell_files() -> list[str]:
    """Return the static files the app needs without a signal, relative to ``static/planner``."""
    own = sorted(p.name for p in (STATIC / "collect").iterdir() if p.is_file() and p.name != "worker.js")
    return ["planner.css", "api.js", *(f"collect/{name}" for name in own)]


@lru_cache(maxsize=1)
def _edition(stamp: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, _size, _changed in stamp:
        digest.update(name.encode() + b"\0" + (STATIC / name).read_bytes())
    template = Path(__file__).resolve().parent.parent / "templates" / "planner" / "collect.html"
    return hashlib.sha256(digest.digest() + template.read_bytes()).hexdigest()[:16]


def edition() -> str:
    """Return the edition of the app: a digest of every file of its shell."""
    rows = []
    for name in [*shell_files(), WORKER]:
        stat = (STATIC / name).stat()
        rows.append((name, stat.st_size, stat.st_mtime_ns))
    return _edition(tuple(rows))


@require_GET
@ensure_csrf_cookie
def shell(request: HttpRequest) -> HttpResponse:
    """The app. The page says nothing about anybody, so that a phone may keep it for whoever signs in."""
    return render(request, "planner/collect.html", {"edition": edition()})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of ``/collect/``: its edition and files, then ``static/planner/collect/worker.js``."""
    told = {
        "edition": edition(),
        "page": reverse("planner:collect"),
        "files": [static(f"planner/{name}") for name in shell_files()],
    }
    body = f"self.SHELL = {json.dumps(told)};\n{(STATIC / WORKER).read_text(encoding='utf-8')}"
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest: name, icons, where it starts."""
    icons = [
        {"src": static("planner/collect/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static("planner/collect/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("planner/collect/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": static("planner/collect/icon-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    told = {
        "id": reverse("planner:collect"),
        "name": _("门牌采集"),
        "short_name": _("门牌采集"),
        "description": _("走村入户采集门牌，没有信号也能用"),
        "lang": "en" if translation.get_language() == "en" else "zh-Hans",
        "start_url": reverse("planner:collect"),
        "scope": reverse("planner:collect"),
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f3f5f7",
        "theme_color": "#17456f",
        "icons": icons,
    }
    return JsonResponse(
        told,
        content_type="application/manifest+json; charset=utf-8",
        json_dumps_params={"ensure_ascii": False},
    )


@require_GET
@never_cache
@ensure_csrf_cookie
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in, and what time it is here."""
    user = request.user
    if not user.is_authenticated:
        return answer({"signed_in": False})
    held = roles.grants(user, timezone.localdate())  # type: ignore[arg-type]
    return answer(
        {
            "signed_in": True,
            "user": str(user.pk),
            "name": str(user),
            "collects": bool(roles.roles_of(held) & set(FIELD_ROLES)),
        }
    )


@require_GET
@never_cache
def state(request: HttpRequest) -> JsonResponse:
    """My tasks, and how the doors I sent stand."""
    held = request.grants  # type: ignore[attr-defined]
    at = timezone.now()
    rows = to_collect(held, request.user)  # type: ignore[arg-type]
    doors = CollectedDoor.objects.filter(collected_by=request.user, task__state=CollectTask.State.OPEN)
    doors = doors.select_related("task", "collected_by").prefetch_related("photos").order_by("-received_at")
    tasks = []
    for task in rows:
        version = community_version(task)
        tasks.append(task_row(task, version.name if version else "") | {"doors": task.doors.count()})
    return answer(
        {
            "user": str(request.user.pk),
            "tasks": tasks,
            "doors": [
                {"door": str(door.pk), "revision": door.revision, **standing_of(door, at)}
                for door in doors[:MOST_STANDINGS]
            ],
        }
    )


@require_GET
@never_cache
def take_along(request: HttpRequest, task_id: UUID) -> JsonResponse:
    """A task with its streets, doors and outline, to be walked without a signal."""
    task = CollectTask.objects.select_related("jurisdiction").filter(pk=task_id).first()
    if task is None:
        raise NotFound(_("没有这项采集任务"), remedy=_("请刷新任务列表，或联系镇街"))
    if not may_collect(request.grants, request.user, task):  # type: ignore[attr-defined, arg-type]
        raise Forbidden(_("这项任务没有交给您"), remedy=_("请联系镇街分配任务"))
    return answer(package(task, timezone.now()))


@require_POST
def sync(request: HttpRequest) -> JsonResponse:
    """A batch of doors; one answer per item. Repeating a batch has no second effect."""
    batch = read_batch(read_json(request))
    answers = receive(
        batch,
        user=request.user,  # type: ignore[arg-type]
        held=request.grants,  # type: ignore[attr-defined]
        at=timezone.now(),
    )
    return answer({"user": str(request.user.pk), "items": answers})


@require_POST
def photo_add(request: HttpRequest) -> JsonResponse:
    """A photo of a door that has arrived (multipart: door, kind, sha256, file)."""
    photo, new = photos.store(
        request.FILES.get("file"),
        door_id=as_uuid(request.POST.get("door"), "door"),
        kind=request.POST.get("kind", ""),
        sha256=request.POST.get("sha256", ""),
        user=request.user,  # type: ignore[arg-type]
        at=timezone.now(),
    )
    return answer({"photo": str(photo.pk), "fate": "accepted" if new else "duplicate"}, 201 if new else 200)


@require_GET
def photo(request: HttpRequest, photo_id: UUID) -> FileResponse:
    """A photo: for the one who took it and the officers of the place."""
    row = CollectedPhoto.objects.select_related("door__task__jurisdiction").filter(pk=photo_id).first()
    if row is None:
        raise NotFound(_("没有这张照片"), remedy=_("请刷新页面"))
    if row.uploaded_by_id != request.user.pk and not may_manage(request.grants, row.door.task):  # type: ignore[attr-defined]
        raise Forbidden(_("这张照片不在您的辖区内"), remedy=_("请由所在镇街查看"))
    response = FileResponse(row.file.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response
