"""The labelled addresses: templates as people write, drawn from real names; the labels know nothing of the parser.

Run ``python -m tests.naming.address_templates`` to write ``tests/naming/data/addresses_labelled.csv`` anew (the same
rows every time). Conventions of the labels:

- a level is labelled when the text names it, in its standard form of today (桂城 → 桂城街道, 官窑镇 → 狮山镇, 瓦巷 →
  雅巷), never when it only follows from another level;
- a community is X社区 or X村; remarks in brackets, people, telephones, post codes, landmarks (…对面, …旁) and what an
  office has given a door on its own (自编) are no parts;
- 首层 and 地下 are floor 1, 负一层 is floor 负1; 首层之三 is room 之3 of floor 1, a shop keeps its word (12铺);
- a bare 3-501 behind a compound or a door is 3座 501室, 3-1-501 is 3座 1单元 501室; 3#楼 is 3号楼;
- of several numbers (33、35号) the first is the address.
"""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opencc import OpenCC

from naming.addressing.parts import LADDER

DATA = Path(__file__).resolve().parent / "data"
UNITS = Path(__file__).resolve().parents[2] / "fixtures" / "demo_city" / "units_2023.csv"
LABELLED = DATA / "addresses_labelled.csv"
PER_TEMPLATE = 12
_TRADITIONAL = OpenCC("s2t")
_HAN = "零一二三四五六七八九"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def han(n: int) -> str:
    """Write a number below 1,000 in Chinese."""
    if n < 10:
        return _HAN[n]
    if n < 20:
        return "十" + (_HAN[n % 10] if n % 10 else "")
    if n < 100:
        return _HAN[n // 10] + "十" + (_HAN[n % 10] if n % 10 else "")
    rest = n % 100
    tail = (
        ""
        if not rest
        else (
            "零" + _HAN[rest]
            if rest < 10
            else _HAN[rest // 10] + "十" + (_HAN[rest % 10] if rest % 10 else "")
        )
    )
    return _HAN[n // 100] + "百" + tail


def wide(text: str) -> str:
    """Write digits and letters full-width."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


def short_community(name: str) -> str:
    for word in ("社区居民委员会", "社区居委会", "村民委员会", "村委会"):
        if name.endswith(word):
            return name[: -len(word)] + ("社区" if word.startswith("社区") else "村")
    return name


class City:
    """The names to draw from."""

    def __init__(self) -> None:
        units = rows(UNITS)
        self.name = {u["code"]: u["name"] for u in units}
        self.towns = [u for u in units if u["level"] == "town"]
        self.below: dict[str, list[str]] = {t["name"]: [] for t in self.towns}
        for u in units:
            if u["level"] == "community" and u["kind"] != "virtual":
                self.below[self.name[u["parent_code"]]].append(u["name"])
        self.district = {t["name"]: self.name[t["parent_code"]] for t in self.towns}
        self.other = rows(DATA / "address_names.csv")
        self.streets: dict[str, list[str]] = {}
        self.compounds: dict[str, list[str]] = {}
        self.villages: dict[str, list[tuple[str, str]]] = {}
        for r in self.other:
            for where in r["towns"].split("|"):
                town, _, community = where.partition("/")
                if r["kind"] == "street":
                    self.streets.setdefault(town, []).append(r["name"])
                elif r["kind"] == "compound":
                    self.compounds.setdefault(town, []).append(r["name"])
                elif r["kind"] == "village":
                    self.villages.setdefault(town, []).append((community, r["name"]))


class Draw:
    """One drawn place: D T S N …, what a template puts together."""

    def __init__(self, city: City, rng: random.Random) -> None:
        self.rng, self.city = rng, city
        self.T = rng.choice(city.towns)["name"]
        self._fill()

    def _fill(self) -> None:
        rng, city = self.rng, self.city
        self.D = city.district[self.T]
        self.d = self.D[:-1]
        self.t = self.T.removesuffix("街道").removesuffix("镇") if self.T != "石湾镇街道" else "石湾"
        self.C_full = rng.choice(city.below[self.T])
        self.C = short_community(self.C_full)
        self.S = rng.choice(city.streets[self.T])
        self.S2 = rng.choice([s for s in city.streets[self.T] if s != self.S])
        self.P = rng.choice(city.compounds[self.T])
        self.N = rng.choice((rng.randint(1, 60), rng.randint(61, 399)))
        self.M = rng.randint(1, 9)
        self.B = rng.randint(1, 28)
        self.U = rng.randint(1, 4)
        self.F = rng.randint(2, 18)
        self.R = f"{rng.randint(1, 28)}{rng.randint(0, 1)}{rng.randint(1, 9)}"
        self.L = rng.choice("ABCD")
        self.phone = f"1380000{rng.randint(0, 9999):04d}"

    def with_village(self) -> str:
        """Move to a town that has natural villages; set V and its community."""
        self.T = self.rng.choice(sorted(self.city.villages))
        self._fill()
        self.C_full, self.V = self.rng.choice(self.city.villages[self.T])
        self.C = short_community(self.C_full)
        return self.V

    def move(self, town: str) -> None:
        self.T = town
        self._fill()

    def street_like(self, *ends: str) -> str:
        """Move to a street whose name ends in one of the words."""
        found = sorted({(t, s) for t, names in self.city.streets.items() for s in names if s.endswith(ends)})
        town, street = self.rng.choice(found)
        self.move(town)
        self.S = street
        return street

    def former(self, kind: str) -> tuple[str, str]:
        """Return a former name and the present one."""
        row = self.rng.choice([r for r in self.city.other if r["kind"] == kind and r["former"]])
        if kind in {"street", "town"}:
            self.move(row["towns"])
        return row["former"], row["name"]


Made = tuple[str, dict[str, Any]]
Template = Callable[[Draw], Made]
TEMPLATES: list[Template] = []


def template(function: Template) -> Template:
    TEMPLATES.append(function)
    return function


def simple(pattern: str, levels: str, **more: str) -> None:
    """Add a template from a pattern over the drawn values; ``levels`` are the letters that are labelled."""
    slots = {
        "P": ("province", "广东省"), "G": ("city", "佛山市"), "D": ("district", "D"), "T": ("town", "T"),
        "C": ("community", "C"), "S": ("street", "S"), "N": ("number", "N"), "M": ("sub_number", "M"), "X": ("compound", "P"),
    }  # fmt: skip

    def made(d: Draw) -> Made:
        values = {k: v for k, v in vars(d).items() if isinstance(v, str | int)}
        values |= {"zhN": han(d.N), "zhM": han(d.M), "zhF": han(d.F), "zhB": han(d.B), "zhU": han(d.U)}
        labels: dict[str, Any] = {}
        for letter in levels:
            part, source = slots[letter]
            labels[part] = values.get(source, source)
        labels |= {k: v.format(**values) for k, v in more.items()}
        return pattern.format(**values), labels

    TEMPLATES.append(made)


# How much of the ladder is written.
simple("佛山市{D}{T}{S}{N}号", "GDTSN")
simple("广东省佛山市{D}{T}{S}{N}号", "PGDTSN")
simple("{D}{T}{S}{N}号", "DTSN")
simple("{T}{S}{N}号", "TSN")
simple("{S}{N}号", "SN")
simple("佛山{d}{t}{S}{N}号", "GDTSN")
simple("{d}{t}{S}{N}号", "DTSN")
simple("广东佛山{d}{S}{N}号", "PGDSN")
simple("佛山市{D}{T}{C}{S}{N}号", "GDTCSN")
simple("{T}{C}{S}{N}号", "TCSN")
simple("{D}{T}{C_full}{S}{N}号", "DTCSN")
simple("佛山市{T}{S}{N}号", "GTSN")
simple("佛山市{D}{S}{N}号", "GDSN")
simple("{T}{C}{N}号", "TCN")
simple("佛山{t}{S}{N}号", "GTSN")
simple("{D}{S}", "DS")
simple("中国广东省佛山市{D}{T}{C}", "PGDTC")
# How a door is numbered.
simple("{T}{S}{N}-{M}号", "TSNM")
simple("{S}{N}号之{M}", "SNM")
simple("{D}{S}{N}之{M}号", "DSNM")
simple("{T}{S}{N}号-{M}", "TSNM")
simple("{S}{N}号附{M}号", "SNM")
simple("{D}{T}{S}{zhN}号之{zhM}", "DTSNM")
simple("{T}{S}{N}号之{zhM}铺", "TSNM")
simple("佛山市{D}{S}{N}-{M}", "GDSNM")
simple("{T}{S}{N}", "TSN")
simple("{T}{S}门牌{N}号", "TSN")
simple("{D}{T}{S}{N}号自编{M}号", "DTSN")
simple("{D}{S}第{N}号", "DSN")
simple("{T}{S}{zhN}号", "TSN")
# Inside the door.
simple("{D}{T}{S}{N}号{P}{B}座{R}房", "DTSNX", building="{B}座", room="{R}")
simple("{T}{P}{B}栋{U}单元{R}室", "TX", building="{B}栋", unit="{U}单元", room="{R}")
simple("{D}{T}{P}{B}-{U}-{R}", "DTX", building="{B}座", unit="{U}单元", room="{R}")
simple("{S}{N}号{P}{B}-{R}", "SNX", building="{B}座", room="{R}")
simple("{T}{S}{N}号{P}{B}幢{F}楼", "TSNX", building="{B}幢", floor="{F}")
simple("{D}{S}{N}号{F}楼", "DSN", floor="{F}")
simple("{T}{S}{N}号{F}F", "TSN", floor="{F}")
simple("佛山市{D}{T}{S}{N}号首层", "GDTSN", floor="1")
simple("佛山市{D}{T}{S}{N}号首层之{zhM}", "GDTSN", floor="1", room="之{M}")
simple("{T}{S}{N}号首层{M}号铺", "TSN", floor="1", room="{M}铺")
simple("{D}{S}{N}号负一层", "DSN", floor="负1")
simple("{T}{S}{N}号地下", "TSN", floor="1")
simple("{D}{T}{S}{N}号{F}层{R}单位", "DTSN", floor="{F}", room="{R}")
simple("{T}{P}{B}号楼{U}单元{R}", "TX", building="{B}号楼", unit="{U}单元", room="{R}")
simple("{D}{P}{B}#楼{R}", "DX", building="{B}号楼", room="{R}")
simple("{T}{S}{N}号{P}{L}座{F}层{R}室", "TSNX", building="{L}座", floor="{F}", room="{R}")
simple("{D}{T}{S}{N}号{R}", "DTSN", room="{R}")
simple("{T}{S}{N}号{B}座{U}梯{R}", "TSN", building="{B}座", unit="{U}梯", room="{R}")
simple("{T}{S}{N}号{P}第{zhB}座{zhF}楼", "TSNX", building="{B}座", floor="{F}")
simple("{D}{P}{L}{U}栋{R}{L}", "DX", building="{L}{U}栋", room="{R}{L}")
simple("{T}{S}{N}号{zhF}楼{L}室", "TSN", floor="{F}", room="{L}")
simple("{T}{P}{M}号铺", "TX", room="{M}铺")
simple("{D}{T}{S}{P}{B}座{R}", "DTSX", building="{B}座", room="{R}")
# Separators and forms of characters.
simple("佛山市 {D} {T} {S} {N}号", "GDTSN")
simple("广东省，佛山市，{D}，{T}，{S}{N}号", "PGDTSN")
simple("佛山市-{D}-{T}-{S}{N}号", "GDTSN")
simple("广东/佛山/{d}/{T}/{S}{N}号", "PGDTSN")
simple("{D}·{T}·{S} {N} 号 {R} 房", "DTSN", room="{R}")
simple("地址：{D}{T}{S}{N}号。", "DTSN")
simple("{D}{T}{S}{N}号{P} {B} 座 ， {R} 室", "DTSNX", building="{B}座", room="{R}")
# What is no part.
simple("{D}{T}{S}{N}号（近{t}中心小学）", "DTSN")
simple("{T}{S}{N}号(原{S2}{M}号)", "TSN")
simple("【{T}】{S}{N}号", "TSN")
simple("{D}{T}（{C}）{S}{N}号", "DTCSN")
simple("{D}{T}{S}{N}号 {phone}", "DTSN")
simple("{T}{S}{N}号{R}房，电话{phone}", "TSN", room="{R}")
simple("{D}{T}{S}{N}号对面", "DTSN")
simple("{T}{S}{N}号旁边", "TSN")
simple("{T}{S}{N}号{P}对面", "TSN")
simple("{D}{T}{S}与{S2}交叉口", "DTS")
simple("528200 广东省佛山市{D}{T}{S}{N}号", "PGDTSN")
simple("{D}{T}{P}{B}座{R}房 陈先生收", "DTX", building="{B}座", room="{R}")
simple("{T}{S}{N}、{B}号", "TSN")
simple("广东省佛山市{D}佛山市{D}{T}{S}{N}号", "PGDTSN")
simple("{T}{C}三组{N}号", "TCN")
simple("{T}{S}{N}号后面第二间", "TSN")


# Several of these at once, as they come in on forms.
simple("{d}{t}{S}{N}号（{t}市场旁）首层", "DTSN", floor="1")
simple("{D}{T}{S}{N}号{L}座{F}楼{R}-{R}单元", "DTSN", building="{L}座", floor="{F}", room="{R}")
simple("{D}{S}{N}号一座{F}层{R}、{B}02室", "DSN", building="1座", floor="{F}", room="{R}")
simple(
    "佛山市{D}{S} {N} 号 {B} 座 {U} 梯 {R} 房（住改商）", "GDSN", building="{B}座", unit="{U}梯", room="{R}"
)
simple("{T}{C_full}{S}{N}号之一首层", "TCSN", sub_number="1", floor="1")
simple(
    "广东省佛山市{D}{T}{C}{S}{N}号{P}{B}栋{U}单元{F}楼{R}室",
    "PGDTCSNX",
    building="{B}栋",
    unit="{U}单元",
    floor="{F}",
    room="{R}",
)
simple("{t}{P}{L}座{R}", "TX", building="{L}座", room="{R}")
simple("{d}{P}{B}幢{R}号", "DX", building="{B}幢", room="{R}")
simple("{T}{S}{N}号{P}二期{B}座{R}", "TSNX", building="{B}座", room="{R}")
simple("{T}{S}{N}号厂房{F}楼", "TSN", floor="{F}")
simple("{D}{T}{S}{N}号（{P}）{B}座{R}房", "DTSNX", building="{B}座", room="{R}")
simple("{D}{T}{S}{N}号（住所申报）", "DTSN")
simple("佛山市.{D}.{T}.{S}.{N}号", "GDTSN")
simple("{S}{N}号,{T},{D},佛山市", "SNTDG")
simple(
    "【收货地址】广东省 佛山市 {D} {T} {S}{N}号{P}{B}栋{R}　{phone}", "PGDTSNX", building="{B}栋", room="{R}"
)
simple("{T}{S}{N}号、{S2}{M}号", "TSN")
simple("{D}{T}{S}北侧{P}{B}座", "DTSX", building="{B}座")
simple("{D}{T}{S}{N}号大院{B}栋{R}", "DTSN", building="{B}栋", room="{R}")
simple("{D}{T}{S}{N}号{F}楼之{zhM}", "DTSN", floor="{F}", room="之{M}")
simple("{T}{S}{N}号{R}房之{zhM}", "TSN", room="{R}之{M}")
simple("{d}区{t}{S}{N}号B1层", "DTSN", floor="负1")
simple("我住{D}{T}{S}{N}号", "DTSN")
simple("{T}{S}{N}号，{P}，{B}座，{F}层，{R}", "TSNX", building="{B}座", floor="{F}", room="{R}")


@template
def _wide(d: Draw) -> Made:
    text = f"{d.D}{d.T}{d.S}{wide(str(d.N))}號{wide(d.R)}室"
    return text, {"district": d.D, "town": d.T, "street": d.S, "number": d.N, "room": d.R}


@template
def _traditional(d: Draw) -> Made:
    text = _TRADITIONAL.convert(f"广东省佛山市{d.D}{d.T}{d.S}{d.N}号")
    return text, {
        "province": "广东省",
        "city": "佛山市",
        "district": d.D,
        "town": d.T,
        "street": d.S,
        "number": d.N,
    }


@template
def _village(d: Draw) -> Made:
    d.with_village()
    return f"{d.T}{d.C}{d.V}{d.N}号", {"town": d.T, "community": d.C, "village": d.V, "number": d.N}


@template
def _village_street(d: Draw) -> Made:
    d.with_village()
    text = f"佛山市{d.D}{d.T}{d.C_full}{d.V}{d.N}-{d.M}号"
    labels = {
        "city": "佛山市",
        "district": d.D,
        "town": d.T,
        "community": d.C,
        "village": d.V,
        "number": d.N,
        "sub_number": d.M,
    }
    return text, labels


@template
def _lane(d: Draw) -> Made:
    d.street_like("巷", "横", "一街", "二街", "五街")
    return f"{d.D}{d.T}{d.S}{d.N}号", {"district": d.D, "town": d.T, "street": d.S, "number": d.N}


@template
def _lane_alone(d: Draw) -> Made:
    d.street_like("巷", "横", "街")
    return f"{d.T}{d.S}{han(d.M)}号{d.F}层", {"town": d.T, "street": d.S, "number": d.M, "floor": str(d.F)}


@template
def _avenue(d: Draw) -> Made:
    d.street_like("大道北", "大道南", "大道东", "大道西", "大道中", "大道")
    return f"{d.d}{d.t}{d.S}{d.N}号", {"district": d.D, "town": d.T, "street": d.S, "number": d.N}


@template
def _called_after_its_town(d: Draw) -> Made:
    found = sorted((t, s) for t, names in d.city.streets.items() for s in names if s.startswith(t[:2]))
    town, street = d.rng.choice(found)
    d.move(town)
    return f"佛山{street}{d.N}号", {"city": "佛山市", "street": street, "number": d.N}


@template
def _after_its_town_twice(d: Draw) -> Made:
    found = sorted((t, s) for t, names in d.city.streets.items() for s in names if s.startswith(t[:2]))
    town, street = d.rng.choice(found)
    d.move(town)
    return f"{d.t}{street}{d.N}号之{d.M}", {"town": d.T, "street": street, "number": d.N, "sub_number": d.M}


@template
def _former_town(d: Draw) -> Made:
    old, new = d.former("town")
    text = f"佛山市{d.D}{old}{d.S}{d.N}号"
    return text, {"city": "佛山市", "district": d.D, "town": new, "street": d.S, "number": d.N}


@template
def _former_district(d: Draw) -> Made:
    old, new = d.former("district")
    town = d.rng.choice(sorted(t for t, where in d.city.district.items() if where == new))
    d.move(town)
    text = f"广东省{old}{d.T}{d.S}{d.N}号"
    return text, {"province": "广东省", "district": new, "town": d.T, "street": d.S, "number": d.N}


@template
def _former_street(d: Draw) -> Made:
    old, new = d.former("street")
    return f"{d.D}{old}{d.N}号{d.R}房", {"district": d.D, "street": new, "number": d.N, "room": d.R}


@template
def _town_office(d: Draw) -> Made:
    while not d.T.endswith("街道") or d.T.endswith("镇街道"):
        d.move(d.rng.choice(d.city.towns)["name"])
    word = d.rng.choice(("街道办事处", "街办", "镇"))
    return f"{d.D}{d.t}{word}{d.S}{d.N}号", {"district": d.D, "town": d.T, "street": d.S, "number": d.N}


@template
def _committee(d: Draw) -> Made:
    bare = d.C.removesuffix("社区").removesuffix("村")
    word = "村委会" if d.C.endswith("村") else "居委会"
    while len(bare) < 2:
        return _committee(Draw(d.city, d.rng))
    return f"{d.T}{bare}{word}{d.S}{d.N}号", {"town": d.T, "community": d.C, "street": d.S, "number": d.N}


@template
def _same_name_elsewhere(d: Draw) -> Made:
    d.street_like("教育路", "建设路", "解放路", "松风路")
    return f"佛山市{d.D}{d.S}{d.N}号", {"city": "佛山市", "district": d.D, "street": d.S, "number": d.N}


@template
def _zone(d: Draw) -> Made:
    d.with_village()
    zone = d.C.removesuffix("村").removesuffix("社区") + "工业区"
    return f"{d.D}{d.T}{zone}{d.N}号", {"district": d.D, "town": d.T, "compound": zone, "number": d.N}


@template
def _mixed(d: Draw) -> Made:
    gap = lambda: d.rng.choice(("", " ", "，", "  "))  # noqa: E731
    text = f"佛山{gap()}{d.D}{gap()}{d.t}{gap()}{d.S}{gap()}{d.N}號{gap()}{d.P}{gap()}{d.B}栋{d.R}"
    labels = {"city": "佛山市", "district": d.D, "town": d.T, "street": d.S, "number": d.N, "compound": d.P}
    return text, labels | {"building": f"{d.B}栋", "room": d.R}


@template
def _compound_first(d: Draw) -> Made:
    text = f"{d.T}{d.P}（{d.S}{d.N}号）{d.B}座{d.R}"
    labels = {"town": d.T, "compound": d.P, "street": d.S, "number": d.N, "building": f"{d.B}座", "room": d.R}
    return text, labels


def generate(per_template: int = PER_TEMPLATE) -> list[dict[str, Any]]:
    """Return the labelled rows: text, template, the ladder; no text twice."""
    city = City()
    found: dict[str, dict[str, Any]] = {}
    for number, make in enumerate(TEMPLATES, start=1):
        rng = random.Random(f"address {number}")
        made = 0
        while made < per_template:
            text, labels = make(Draw(city, rng))
            if text not in found:
                found[text] = {"text": text, "template": number} | {p: labels.get(p, "") for p in LADDER}
                made += 1
    return list(found.values())


def held_out(text: str) -> bool:
    """Say whether a row is kept from tuning: decided by the text's hash alone."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def main() -> None:
    """Write the file."""
    made = generate()
    with LABELLED.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=["text", "template", *LADDER], lineterminator="\n")
        writer.writeheader()
        writer.writerows(made)


if __name__ == "__main__":
    main()
