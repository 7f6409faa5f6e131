"""Unpacking a zip someone sent: only what a boundary file is made of, only into our own folder, only so much."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path

from geoapp.core.errors import BadInput, TooLarge
from geoapp.core.geofiles.rows import Limits

WANTED = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".gpkg", ".geojson", ".json", ".csv"}
_ARCHIVES = {".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".kmz", ".zst"}
_CHUNK = 1 << 20


def _refuse(message: str, remedy: str) -> BadInput:
    return BadInput(message, field="file", remedy=remedy)


def _name(info: zipfile.ZipInfo) -> str:
    """Return an entry's name; Chinese Windows writes GBK without saying so, which zipfile reads as CP 437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _check_entry(info: zipfile.ZipInfo, name: str) -> None:
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or ".." in parts or re.match(r"^[A-Za-z]:", name) or "\0" in name:
        raise _refuse(f"压缩包内的路径“{name}”指向包外", "请只打包文件本身，重新压缩后再交")
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise _refuse(f"压缩包内的“{name}”是链接，不是文件", "请打包文件本身，不要打包快捷方式或链接")
    if info.flag_bits & 0x1:
        raise _refuse(f"压缩包内的“{name}”有密码", "请去掉密码后重新压缩")
    if Path(parts[-1]).suffix.lower() in _ARCHIVES:
        raise _refuse(f"压缩包内还有压缩包“{name}”", "请解开里层的压缩包，把文件直接打包")


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise _refuse(f"压缩包内有 {len(entries)} 个文件，超过上限 {limits.entries}", "请只打包边界文件")
    total = sum(info.file_size for info in entries)
    if total > limits.unpacked_bytes:
        raise TooLarge(
            f"压缩包解开后有 {total // 2**20} 兆字节，超过上限 {limits.unpacked_bytes // 2**20} 兆",
            field="file",
            remedy="请按镇街分成几个文件",
        )
    overlapping = sum(info.compress_size for info in entries) > packed
    if overlapping or (total > limits.ratio_from_bytes and total > limits.ratio * packed):
        raise _refuse(
            f"压缩包只有 {packed} 字节，却声称解开后有 {total} 字节，疑为压缩炸弹", "请用原始数据重新压缩"
        )


def unpack(path: Path, into: Path, limits: Limits) -> list[Path]:
    """Unpack the boundary files of a zip under ``into`` and return them.

    Raises BadInput for a broken, encrypted, nested or deceitful archive and TooLarge for a too large one;
    nothing is written outside ``into`` because only the last part of a name is used.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_sizes(entries, path.stat().st_size, limits)
            named = [(info, _name(info)) for info in entries]
            for info, name in named:
                _check_entry(info, name)
            return _extract(archive, named, into, limits)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, ValueError) as fault:
        raise _refuse(f"{path.name} 不是完好的 zip 压缩包（{fault}）", "请重新压缩为 zip 后再交") from None
    except RuntimeError as fault:
        raise _refuse(f"{path.name} 无法解开（{fault}）", "请去掉密码，重新压缩为 zip 后再交") from None


def _extract(
    archive: zipfile.ZipFile, named: list[tuple[zipfile.ZipInfo, str]], into: Path, limits: Limits
) -> list[Path]:
    folders: dict[str, Path] = {}
    out: list[Path] = []
    written = 0
    for info, name in named:
        folder, _, base = name.replace("\\", "/").rpartition("/")
        hidden = folder.startswith("__MACOSX") or base.startswith(".")
        if info.is_dir() or hidden or Path(base).suffix.lower() not in WANTED:
            continue
        home = folders.setdefault(folder, into / f"{len(folders)}")
        home.mkdir(parents=True, exist_ok=True)
        target = home / base
        if target.exists():
            raise _refuse(f"压缩包内有两个同名文件“{name}”", "请删去一个，重新压缩后再交")
        with archive.open(info) as source, target.open("wb") as sink:
            while block := source.read(_CHUNK):
                written += len(block)
                if written > limits.unpacked_bytes:
                    raise TooLarge("压缩包解开后过大", field="file", remedy="请按镇街分成几个文件")
                sink.write(block)
        out.append(target)
    return out
