"""Which encoding a text is in, judged by its bytes.

Chinese offices hand in UTF-8 and GBK/GB18030, mostly without saying which; data from elsewhere may be in a
Western code page. UTF-8 is tried first because other encodings almost never look like it by chance; GB 18030
contains GBK and GB 2312. A Western text is also legal GBK («Amb\\xe9rieu» reads «Amb閞ieu»), so GB 18030 is
believed only where the bytes above 0x7F stand in runs of whole characters, as Chinese does, and not one by
one between Latin letters.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from geoapp.core.errors import BadInput

_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_LONE_LETTER = re.compile(rb"(?<![\x80-\xff])[\xc0-\xff](?![\x80-\xff])")

# language driver byte of a DBF header -> encoding, for those drivers that say something certain
_DRIVERS = {0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950", 0x13: "cp932", 0x78: "cp950", 0x7A: "gb18030"}


def _is_utf8(values: list[bytes]) -> bool:
    for value in values:
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            decoder.decode(value, final=False)  # a field of fixed width may cut its last character
        except UnicodeDecodeError:
            return False
    return True


def _is_gb18030(values: list[bytes]) -> bool:
    paired = lone = 0
    for value in values:
        decoder = codecs.getincrementaldecoder("gb18030")("strict")
        try:
            decoder.decode(value, final=False)
        except UnicodeDecodeError:
            return False
        for found in _HIGH_RUN.finditer(value):
            size = found.end() - found.start()
            beside = value[found.start() - 1 : found.start()] + value[found.end() : found.end() + 1]
            if size % 2:
                lone += 1
            elif size >= 4 or not beside.isalpha():
                paired += size
    return paired > lone


def detect(values: Iterable[bytes]) -> str | None:
    """Return ``utf-8``, ``gb18030`` or ``cp1252`` for the byte strings of one file, None when none fits."""
    high = [value for value in values if not value.isascii()]
    if not high or _is_utf8(high):
        return "utf-8"
    if _is_gb18030(high):
        return "gb18030"
    if all(_LONE_LETTER.search(value) for value in high):
        try:
            for value in high:
                value.decode("cp1252")
        except UnicodeDecodeError:
            return None
        return "cp1252"
    return None


def named(name: str) -> str | None:
    """Return Python's name for what a .cpg or a person calls an encoding (UTF-8, 936, GBK, CP 1252 …)."""
    text = name.strip().strip("\ufeff").lower().replace("_", "-").replace(" ", "")
    if text in {"gbk", "gb2312", "936", "cp936", "ansi936", "oem936", "windows-936", "ms936", "euc-cn"}:
        return "gb18030"
    if text.isdigit():
        text = {"65001": "utf-8", "88591": "iso-8859-1"}.get(text, f"cp{text}")
    if text.startswith(("88591", "88592", "88595", "88599")) and text[4:].isdigit():
        text = f"iso-8859-{text[4:]}"
    try:
        return codecs.lookup(text).name
    except (LookupError, ValueError):
        return None


def read_text(path: Path, encoding: str | None) -> tuple[str, str]:
    """Return a text file's content and the encoding it was read in; raises BadInput when none fits."""
    raw = path.read_bytes()
    name = encoding or ("utf-8" if raw.startswith(codecs.BOM_UTF8) else detect(raw.splitlines()))
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not encoding:
        name = "utf-16"
    if name is None:
        raise unknown(path.name, next(line for line in raw.splitlines() if not line.isascii()))
    try:
        return raw.decode("utf-8-sig" if name == "utf-8" else name), name
    except UnicodeDecodeError as fault:
        line = raw[: fault.start].count(b"\n") + 1
        raise BadInput(
            f"{path.name} 第 {line} 行不是 {name} 编码的文字",
            field="encoding",
            remedy="请另存为 UTF-8，或用 --encoding 说明原编码（如 GBK）",
        ) from None


def unknown(name: str, sample: bytes) -> BadInput:
    """Return the refusal of a text whose encoding nobody can tell."""
    return BadInput(
        f"{name} 的文字编码无法识别（例如字节 {sample[:24].hex(' ')}）",
        field="encoding",
        remedy="请附上写明编码的 .cpg 文件（内容如 UTF-8 或 GBK），或另存为 UTF-8",
    )


def _dbf_values(path: Path, most: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            return
        count = int.from_bytes(head[4:8], "little")
        start, width = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
        fields, offset = [], 1
        for _ in range(max(0, (start - 33) // 32)):
            field = file.read(32)
            if len(field) < 32 or field[0] == 0x0D:
                break
            yield field[:11].split(b"\0")[0]
            if field[11:12] in b"CM":
                fields.append((offset, field[16]))
            offset += field[16]
        step = max(1, count // most)
        for row in range(0, count, step):
            file.seek(start + row * width)
            record = file.read(width)
            for at, size in fields:
                yield record[at : at + size].rstrip(b" \0")


def dbf_encoding(dbf: Path, cpg: Path | None) -> str:
    """Return the encoding of a DBF: its .cpg, else its language driver where certain, else by content.

    Raises BadInput for a .cpg that names nothing known and for bytes that fit no encoding.
    """
    if cpg is not None:
        text = cpg.read_bytes()[:64].decode("ascii", "replace")
        name = named(text)
        if name is None:
            raise BadInput(
                f"{cpg.name} 写的编码“{text.strip()}”无法识别", field="encoding", remedy="请改为 UTF-8 或 GBK"
            )
        return name
    values = [value for value in _dbf_values(dbf, most=20_000) if not value.isascii()]
    if not values or _is_utf8(values):
        return "utf-8"
    with dbf.open("rb") as file:
        driver = file.read(30)[29:30]
    if driver and driver[0] in _DRIVERS:
        return _DRIVERS[driver[0]]
    found = detect(values)
    if found is None:
        raise unknown(dbf.name, values[0])
    return found
