"""Documents at the door: a file is what its bytes say it is, of bounded size, kept with its checksum."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import datetime
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from geoapp.core.errors import BadInput, TooLarge
from geoapp.core.models import Attachment, Case, CaseItem, User

KINDS = {
    "application": "申请书",
    "plan": "命名方案与理由",
    "map": "四至图（位置图）",
    "supplement": "补正材料",
    "opinion": "征求意见回函",
    "notice": "公示证明",
    "decision": "批复（扫描件）",
    "other": "其他材料",
}

_SUFFIXES = {
    "application/pdf": {".pdf"},
    "image/jpeg": {".jpg", ".jpeg"},
    "image/png": {".png"},
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": {".docx"},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {".xlsx"},
}
ACCEPTED = "PDF、JPG、PNG、DOCX、XLSX"


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
            f"《{name}》有 {(upload.size or 0) / 1048576:.1f} MB，超过上限 {limit / 1048576:.0f} MB",
            field="file",
            remedy="请压缩扫描件，或拆成几个文件上传",
        )
    if kind not in KINDS:
        raise BadInput(f"没有“{kind}”这类材料", field="kind", remedy="请从列表中选择材料类别")
    if not upload.size:
        raise BadInput(f"《{name}》是空文件", field="file", remedy="请重新选择文件")
    mime = content_type_of(upload)
    suffix = PurePosixPath(name).suffix.lower()
    if not mime or suffix not in _SUFFIXES[mime]:
        seen = f"内容是 {mime}" if mime else "内容不是可接受的格式"
        raise BadInput(
            f"《{name}》的扩展名是“{suffix or '无'}”，{seen}",
            field="file",
            remedy=f"请上传真正的 {ACCEPTED} 文件",
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
