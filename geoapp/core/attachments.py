"""Documents at the door: a file is what its bytes say it is, of bounded size, kept with its checksum."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import datetime
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.errors import BadInput, TooLarge
from geoapp.core.models import Attachment, Case, CaseItem, User
from geoapp.core.wording import listed

KINDS = {
    "application": _lazy("申请书"),
    "plan": _lazy("方案与理由"),
    "map": _lazy("四至图（位置图）"),
    "supplement": _lazy("补正材料"),
    "opinion": _lazy("征求意见回函"),
    "notice": _lazy("公示证明"),
    "decision": _lazy("批复（扫描件）"),
    "request": _lazy("请示"),
    "party_minutes": _lazy("党组织讨论纪要"),
    "consent_opinions": _lazy("征求意见及采纳情况"),
    "meeting_notice": _lazy("村民会议通知"),
    "meeting_signin": _lazy("村民会议签到表"),
    "meeting_tally": _lazy("村民会议计票单"),
    "meeting_resolution": _lazy("村民会议决议"),
    "collective_opinion": _lazy("集体经济组织意见"),
    "risk_assessment": _lazy("风险评估报告"),
    "expert_review": _lazy("专家论证报告"),
    "map_before": _lazy("调整前范围图"),
    "map_after": _lazy("调整后范围图"),
    "extension": _lazy("延期批准文件"),
    "site_plan": _lazy("总平面图"),
    "planning_permit": _lazy("建设工程规划许可证"),
    "homestead_approval": _lazy("宅基地批准文件"),
    "town_proof": _lazy("镇街证明"),
    "plate_photo": _lazy("门牌安装照片"),
    "other": _lazy("其他材料"),
}

_SUFFIXES = {
    "application/pdf": {".pdf"},
    "image/jpeg": {".jpg", ".jpeg"},
    "image/png": {".png"},
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": {".docx"},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {".xlsx"},
}
ACCEPTED = ("PDF", "JPG", "PNG", "DOCX", "XLSX")


def content_type_of(upload: UploadedFile) -> str:
    """Return the MIME type the bytes show, an empty text when it is none we take."""
    upload.seek(0)
    head = upload.read(8)
    upload.seek(0)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if head.startswith(b"PK\x03\x04"):
        return _office_type(upload)
    return ""


def _office_type(upload: UploadedFile) -> str:
    try:
        with zipfile.ZipFile(upload) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return ""
    finally:
        upload.seek(0)
    for marker, suffix in (("word/document.xml", ".docx"), ("xl/workbook.xml", ".xlsx")):
        if marker in names and "[Content_Types].xml" in names:
            return next(mime for mime, suffixes in _SUFFIXES.items() if suffix in suffixes)
    return ""


def store(
    upload: UploadedFile, *, case: Case, kind: str, user: User, at: datetime, item: CaseItem | None = None
) -> Attachment:
    """Keep a document of a case. Raises TooLarge (413) or BadInput (422) naming the file and the way out."""
    name = PurePosixPath(upload.name or "").name[:200] or "未命名"
    limit = settings.GEOAPP_MAX_UPLOAD_BYTES
    if (upload.size or 0) > limit:
        raise TooLarge(
            _("《%(name)s》有 %(size).1f MB，超过上限 %(limit).0f MB")
            % {"name": name, "size": (upload.size or 0) / 1048576, "limit": limit / 1048576},
            field="file",
            remedy=_("请压缩扫描件，或拆成几个文件上传"),
        )
    if kind not in KINDS:
        raise BadInput(
            _("没有“%(kind)s”这类材料") % {"kind": kind}, field="kind", remedy=_("请从列表中选择材料类别")
        )
    if not upload.size:
        raise BadInput(_("《%(name)s》是空文件") % {"name": name}, field="file", remedy=_("请重新选择文件"))
    mime = content_type_of(upload)
    suffix = PurePosixPath(name).suffix.lower()
    if not mime or suffix not in _SUFFIXES[mime]:
        seen = _("内容是 %(mime)s") % {"mime": mime} if mime else _("内容不是可接受的格式")
        raise BadInput(
            _("《%(name)s》的扩展名是“%(suffix)s”，%(seen)s")
            % {"name": name, "suffix": suffix or _("无"), "seen": seen},
            field="file",
            remedy=_("请上传真正的 %(accepted)s 文件") % {"accepted": listed(ACCEPTED)},
        )
    content = upload.read()
    attachment = Attachment(
        case=case,
        item=item,
        kind=kind,
        filename=name,
        content_type=mime,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=user,
        uploaded_at=at,
    )
    attachment.file.save(f"{attachment.id}{suffix}", ContentFile(content), save=False)
    attachment.save()
    return attachment
