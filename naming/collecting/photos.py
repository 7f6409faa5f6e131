"""Photos from the field: a picture is what its bytes say; it is encoded anew, so that no EXIF is left in it."""

from __future__ import annotations

import hashlib
import io
import warnings
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from geoapp.core.errors import BadInput, Conflict, Forbidden, TooLarge
from geoapp.core.models import User
from naming.models import CollectedDoor, CollectedPhoto

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_PER_DOOR = 12
EDGE_PX = 1600
QUALITY = 82
_FORMATS = ("JPEG", "PNG", "WEBP")


def encoded(content: bytes) -> tuple[bytes, int, int]:
    """Return a picture as JPEG of at most 1600 px a side with its width and height, upright, without any metadata.

    Raises BadInput (422) for what is no picture, TooLarge (413) for one with too many pixels.
    """
    remedy = _("请重新拍照；照片会在手机上先缩小再上传")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # The PDF library tells Pillow to take pictures that were cut off; half a photo is not kept here.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise TooLarge(_("照片像素过多"), field="file", remedy=remedy)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise TooLarge(_("照片像素过多"), field="file", remedy=remedy) from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError):
        raise BadInput(_("文件不是可读的照片"), field="file", remedy=remedy) from None
    upright.thumbnail((EDGE_PX, EDGE_PX))
    # A fresh picture holds pixels only: what the old one carried along is left behind.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    target = io.BytesIO()
    clean.save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue(), clean.width, clean.height


def store(
    upload: UploadedFile | None, *, door_id: Any, kind: str, sha256: str, user: User, at: datetime
) -> tuple[CollectedPhoto, bool]:
    """Keep a photo of a door; return it and whether it is new. The same photo sent again is the one that is kept.

    Raises Conflict (409) when the door has not arrived yet, Forbidden, BadInput or TooLarge.
    """
    if kind not in CollectedPhoto.Kind.values:
        raise BadInput(
            _("没有“%(kind)s”这种照片") % {"kind": kind[:20]}, field="kind", remedy=_("请重新拍照")
        )
    if upload is None:
        raise BadInput(_("没有收到照片"), field="file", remedy=_("请重新上传"))
    if (upload.size or 0) > MOST_BYTES:
        raise TooLarge(
            _("照片超过 %(limit)s MB") % {"limit": MOST_BYTES // 1048576},
            field="file",
            remedy=_("请重新拍照"),
        )
    door = CollectedDoor.objects.filter(pk=door_id).first()
    if door is None:
        raise Conflict(_("照片所属的门还没有上传"), field="door", remedy=_("会先上传门，再上传照片"))
    if door.collected_by_id != user.pk:
        raise Forbidden(_("这个门由他人采集"), field="door", remedy=_("请由采集人上传照片"))
    content = upload.read()
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise BadInput(
            _("照片与校验值不符，可能在传输中损坏"), field="sha256", remedy=_("会自动重新上传，本机照片仍在")
        )
    known = door.photos.filter(kind=kind, sha256=digest).first()
    if known is not None:
        return known, False
    if door.photos.count() >= MOST_PER_DOOR:
        raise BadInput(
            _("一个门最多 %(most)s 张照片") % {"most": MOST_PER_DOOR}, field="file", remedy=_("不必再拍")
        )
    body, width, height = encoded(content)
    photo = CollectedPhoto(
        door=door,
        kind=kind,
        sha256=digest,
        stored_sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        width_px=width,
        height_px=height,
        uploaded_by=user,
        uploaded_at=at,
    )
    photo.file.save(f"{photo.pk}.jpg", ContentFile(body), save=False)
    try:
        with transaction.atomic():
            photo.save(force_insert=True)
    except IntegrityError:  # the same photo sent twice at this moment
        photo.file.delete(save=False)
        return door.photos.get(kind=kind, sha256=digest), False
    return photo, True
