"""A code list on its way: kept as sent, compared, answered act by act, written by one act."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from boundaries import edition_ahead, edition_writing
from boundaries.edition_acts import ActKind
from boundaries.edition_confirming import Comparison, Proposed, compare, infer_told
from boundaries.edition_reading import ListFile, read_list
from boundaries.edition_register import Standing, act_of, comparable, day_before, last_seq, standing
from boundaries.models import EditionAnswer, EditionUpload
from boundaries.uploads import discard, limits, own_districts, require_file
from geoapp.core import roles
from geoapp.core.errors import AppError, BadInput, Conflict, Forbidden, NotFound, NotReady
from geoapp.core.geofiles.encoding import named
from geoapp.core.models import User
from geoapp.core.roles import Grant, Role
from geoapp.core.wording import listed

SUFFIXES = (".csv", ".txt")
MOST_ROWS = 20_000


class Defective(BadInput):
    """A list that cannot be compared: ``defects`` names each row."""

    def __init__(self, file: ListFile) -> None:
        count = sum(d.stops for d in file.defects)
        super().__init__(
            _("名单有 %(n)s 处错误，没有收下") % {"n": count},
            field="file",
            remedy=_("请按下表逐行改正后重新上传"),
        )
        self.defects = file.defects


@dataclass(frozen=True)
class Sheet:
    """A list with the register it is compared with, and what came of it."""

    upload: EditionUpload
    file: ListFile
    base: Standing
    comparison: Comparison


def receive(
    upload: UploadedFile | None,
    year: int,
    on: date,
    encoding: str,
    *,
    user: User,
    held: Collection[Grant],
    at: datetime,
) -> EditionUpload:
    """Keep a list that can be compared.

    Raises BadInput or TooLarge (Defective with its rows), Forbidden for districts of others, NotReady when the
    register holds nothing on the day before; nothing is kept then.
    """
    if not 2000 <= year <= 2100:
        raise BadInput(_("年份不对"), field="year", remedy=_("请填写名单的年份，如 2026"))
    if on.year != year:
        raise BadInput(
            _("生效日期不在 %(year)s 年内") % {"year": year}, field="on", remedy=_("一般为当年 1 月 1 日")
        )
    coding = named(encoding) if encoding else ""
    if coding is None:
        raise BadInput(
            _("编码“%(name)s”无法识别") % {"name": encoding[:20]},
            field="encoding",
            remedy=_("请写 UTF-8 或 GBK，或留空由系统判断"),
        )
    sent, name, suffix = require_file(
        upload, SUFFIXES, _("请在表格软件里另存为 CSV（UTF-8）"), _("请只保留代码与名称各列")
    )
    content = sent.read()
    row = EditionUpload(
        id=uuid.uuid4(),
        filename=name[:200],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        encoding=coding,
        year=year,
        on=on,
        uploaded_by=user,
        uploaded_at=at,
    )
    stem = get_valid_filename(PurePosixPath(name).stem or "list")[:60]
    row.file.save(f"{row.id}/{stem}{suffix}", ContentFile(content), save=False)
    try:
        file = read(row)
        if file.stopped:
            raise Defective(file)
        _require_area(file, held)
        _require_register(file, on)
    except AppError:
        discard(row)
        raise
    row.save()
    return row


def read(row: EditionUpload) -> ListFile:
    """Read a kept list anew. Raises NotReady when the register was empty on the day before."""
    day = day_before(row.on)
    known = standing(day, [""]).names()
    if not known:
        raise NotReady(
            _("登记在 %(day)s 还没有任何单位") % {"day": day},
            field="year",
            remedy=_("名单只能与已有的登记比对；首份名单请先用历年名单或边界文件建立登记"),
        )
    file = read_list(Path(row.file.path), row.year, known, row.encoding or None, limits())
    if len(file.lines) > MOST_ROWS:
        raise BadInput(
            _("名单超过 %(n)s 行") % {"n": MOST_ROWS}, field="file", remedy=_("请按区分成几个文件")
        )
    return file


def _require_area(file: ListFile, held: Collection[Grant]) -> None:
    if Role.CITY in roles.roles_of(held):
        return
    foreign = sorted(set(file.districts) - own_districts(held))
    if foreign:
        raise Forbidden(
            _("名单里有您辖区以外的区（%(codes)s）") % {"codes": listed(foreign)},
            remedy=_("请只上传本区的名单，全市名单由市民政局上传"),
        )


def _require_register(file: ListFile, on: date) -> None:
    day = day_before(on)
    held = standing(day, file.districts)
    missing = [d for d in file.districts if not any(c.startswith(d) and len(c) > 6 for c in held.versions)]
    if missing:
        raise NotReady(
            _("登记在 %(day)s 没有这些区的村居：%(codes)s") % {"day": day, "codes": listed(missing)},
            field="year",
            remedy=_("名单只能与已有的登记比对；首份名单请先用历年名单或边界文件建立登记"),
        )


def visible(held: Collection[Grant], user: User) -> QuerySet[EditionUpload]:
    """Return the lists a person may see: their own; a city officer sees all."""
    rows = EditionUpload.objects.select_related("uploaded_by")
    return rows if Role.CITY in roles.roles_of(held) else rows.filter(uploaded_by=user)


def upload_of(upload_id: uuid.UUID, held: Collection[Grant], user: User) -> EditionUpload:
    """Return a list a person may see. Raises NotFound."""
    row = visible(held, user).filter(pk=upload_id).first()
    if row is None:
        raise NotFound(_("没有这份名单，或者不是您上传的"), remedy=_("请从“年度名单”页选择"))
    return row


def sheet_of(row: EditionUpload) -> Sheet:
    """Compare a list with the register as it is now."""
    file = read(row)
    base = standing(day_before(row.on), file.districts)
    return Sheet(row, file, base, compare(row, file.edition, base))


def require_fresh(sheet: Sheet, seen_seq: int, seen_version: int) -> None:
    """Raise Conflict saying who acted when the list or the register is not what the person saw."""
    row = EditionUpload.objects.select_related("changed_by").get(pk=sheet.upload.pk)
    if row.act:
        raise Conflict(
            _("这份名单已经写入登记（第 %(seq)s 号登记行为）") % {"seq": row.act},
            remedy=_("请刷新页面"),
            moved_by=str(row.changed_by or ""),
        )
    if row.version != seen_version:
        raise Conflict(
            _("这份名单刚由%(who)s办理过，您看到的不是最新状态") % {"who": row.changed_by or _("他人")},
            field="version",
            remedy=_("下面是最新状态，请核对后再办"),
            moved_by=str(row.changed_by or ""),
        )
    require_still(last_seq(sheet.file.districts), seen_seq)


def require_still(now: int, seen: int) -> None:
    """Raise Conflict naming who changed the register since."""
    if now == seen:
        return
    deed = act_of(now)
    who = str(deed.actor) if deed and deed.actor else _("系统")
    raise Conflict(
        _("登记已由%(who)s于 %(when)s 变动（第 %(seq)s 号登记行为%(case)s），您看到的比对已过时")
        % {
            "who": who,
            "when": timezone.localtime(deed.at).strftime("%m-%d %H:%M:%S") if deed else "",
            "seq": now,
            "case": f" {deed.case.number}" if deed and deed.case else "",
        },
        field="seq",
        remedy=_("下面已按最新登记重新比对，请核对后再办"),
        moved_by=who,
    )


def _bump(row: EditionUpload, user: User, **values: Any) -> None:
    # Compare and set: of two officers at once the second changes nothing.
    won = EditionUpload.objects.filter(pk=row.pk, version=row.version, act__isnull=True).update(
        version=F("version") + 1, changed_by=user, **values
    )
    if not won:
        last = EditionUpload.objects.select_related("changed_by").get(pk=row.pk)
        raise Conflict(
            _("这份名单刚由%(who)s办理过，您看到的不是最新状态") % {"who": last.changed_by or _("他人")},
            field="version",
            remedy=_("下面是最新状态，请核对后再办"),
            moved_by=str(last.changed_by or ""),
        )


@dataclass(frozen=True)
class Answer:
    """What an officer says of some acts."""

    verdict: str
    effective: date | None = None
    reason: str = ""


def answer(sheet: Sheet, keys: Sequence[str], said: Answer, *, user: User, at: datetime) -> int:
    """Keep an answer to acts, or take one back (verdict ``open``); return how many acts it was given to.

    Raises Conflict when an act is no longer among the inferred ones, BadInput for a date outside the year or a
    rejection without reason, NotReady when an act cannot be confirmed.
    """
    rows = [_require(sheet, key) for key in keys]
    if said.verdict == "confirmed":
        for proposed in rows:
            _require_confirmable(proposed)
        if said.effective is not None and not sheet.upload.on <= said.effective <= date(
            sheet.upload.year, 12, 31
        ):
            raise BadInput(
                _("生效日期 %(day)s 不在 %(first)s 至 %(last)s 之间")
                % {
                    "day": said.effective,
                    "first": sheet.upload.on,
                    "last": date(sheet.upload.year, 12, 31),
                },
                field="effective",
                remedy=_("更早或更晚的变动请用别的年份的名单"),
            )
    elif said.verdict == "rejected" and not said.reason:
        raise BadInput(_("没有写明驳回的理由"), field="reason", remedy=_("请写明为什么名单这一项不采用"))
    elif said.verdict not in ("rejected", "open"):
        raise BadInput(_("没有选择结论"), field="verdict", remedy=_("请确认、驳回或撤回"))
    with transaction.atomic():
        _bump(sheet.upload, user)
        EditionAnswer.objects.filter(upload=sheet.upload, key__in=keys).delete()
        if said.verdict != "open":
            EditionAnswer.objects.bulk_create(
                EditionAnswer(
                    upload=sheet.upload,
                    key=p.key,
                    verdict=said.verdict,
                    effective=said.effective if said.verdict == "confirmed" else None,
                    reason=said.reason[:1000],
                    answered_by=user,
                    answered_at=at,
                )
                for p in rows
            )
    return len(rows)


def _require(sheet: Sheet, key: str) -> Proposed:
    found = sheet.comparison.find(key)
    if found is None:
        raise Conflict(
            _("这一项已不在比对结果里"), field="key", remedy=_("下面已按最新登记重新比对，请核对后再办")
        )
    return found


def _require_confirmable(proposed: Proposed) -> None:
    if proposed.obstacle is not None:
        raise NotReady(proposed.obstacle.message, field="key", remedy=proposed.obstacle.remedy)


def tell(
    sheet: Sheet, key: str, alternative: int, partner: str, source: str, *, user: User, at: datetime
) -> None:
    """Take another reading of an act than the inferred one, on the officer's word and basis.

    ``partner`` is the code of the standing unit a split came from or a merger went to, where the list names none.
    Raises BadInput when the reading does not exist, has no basis or does not fit the lists.
    """
    act = _require(sheet, key).act
    if not 0 <= alternative < len(act.alternatives):
        raise BadInput(_("没有这种读法"), field="alternative", remedy=_("请从列表中选择"))
    if not source:
        raise BadInput(
            _("没有写明改判的依据"), field="source", remedy=_("如批文、公告或电话核实的对象与日期")
        )
    other = act.alternatives[alternative]
    before, after = list(other.before), list(other.after)
    if partner:
        if not (other.kind is ActKind.SPLIT and not before or other.kind is ActKind.MERGED and not after):
            raise BadInput(_("这种读法已指明单位"), field="partner", remedy=_("请把该栏留空"))
        (before if other.kind is ActKind.SPLIT else after).append(partner)
    entry = {
        "kind": str(other.kind),
        "before": before,
        "after": after,
        "source": source[:400],
        "by": str(user),
        "at": at.isoformat(),
    }
    old, new = sheet.comparison.old, comparable(sheet.file.edition)
    dropped = infer_told(old, new, [*sheet.upload.told, entry])[1]
    if entry in dropped:
        raise BadInput(
            _("这种读法与名单不符，或与已作的改判冲突"),
            field="partner" if partner else "alternative",
            remedy=_("请核对代码：分出或并入的须是同时在册的单位"),
        )
    with transaction.atomic():
        _bump(sheet.upload, user, told=[*sheet.upload.told, entry])


def untell(sheet: Sheet, number: int, *, user: User) -> None:
    """Go back to the inferred reading. Raises BadInput when there is no such reading."""
    told = list(sheet.upload.told)
    if not 0 <= number < len(told):
        raise BadInput(_("没有这种读法"), field="told", remedy=_("请刷新页面"))
    del told[number]
    with transaction.atomic():
        _bump(sheet.upload, user, told=told)


def write(
    sheet: Sheet,
    *,
    seen_seq: int,
    user: User,
    held: Collection[Grant],
    at: datetime,
    patience_s: float | None = None,
) -> int:
    """Write the confirmed acts by one act of the register; return its number.

    Raises Forbidden for districts of others, NotReady while acts are unanswered or do not fit together, Conflict
    naming who acted meanwhile. Nothing is written then. StillPreparing: many addresses are written beforehand, which
    took more than ``patience_s`` seconds; what is prepared is kept, and the same call goes on.
    """
    _require_area(sheet.file, held)
    edition_writing.require_ready(sheet.comparison, sheet.base)
    require_still(last_seq(sheet.file.districts), seen_seq)
    until = None if patience_s is None else time.monotonic() + patience_s
    ready = edition_ahead.prepare(sheet.upload, sheet.comparison, sheet.base, until=until)
    with transaction.atomic():
        _bump(sheet.upload, user)
        seq = edition_writing.write(
            sheet.upload,
            sheet.file.edition,
            sheet.comparison,
            sheet.base,
            # The line of acts is locked by now: what is read here stays so until the act ends.
            still=lambda: require_still(last_seq(sheet.file.districts), seen_seq),
            actor=user,
            at=at,
            ready=ready,
        )
        EditionUpload.objects.filter(pk=sheet.upload.pk).update(act=seq)
    sheet.upload.act = seq
    return seq
