"""What the notes of this room say, in Chinese and in English; a plate's 33-1 is written 33号之1 and 33-1.

Chinese names in English sentences stand between quotation marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from naming.addressing.compose import number_text
from naming.addressing.numbering.note import Note

_SIDES = {"left": ("左侧", "left"), "right": ("右侧", "right")}
_ENDS = {"E": ("东", "east"), "W": ("西", "west"), "N": ("北", "north"), "S": ("南", "south")}
_WAYS = {"CLOCKWISE": ("顺时针", "clockwise"), "COUNTERCLOCKWISE": ("逆时针", "counter-clockwise")}

WORDS: dict[str, tuple[str, str]] = {
    # origin and course of the axis
    "origin_mouth": (
        "断头路自巷口起编（{profile}）",
        "A dead end is numbered from its mouth (“{profile}”)",
    ),
    "origin_ew": (
        "东西走向，自{end}端起编（{profile}）",
        "It runs east–west and is numbered from its {end} end (“{profile}”)",
    ),
    "origin_ns": (
        "南北走向，自{end}端起编（{profile}）",
        "It runs north–south and is numbered from its {end} end (“{profile}”)",
    ),
    "origin_ring_mouth": (
        "环路自最靠{end}的路口起，按{way}方向编号（{profile}）",
        "A ring is numbered from its {end}ernmost junction, {way} (“{profile}”)",
    ),
    "origin_ring": (
        "环路自最{end}处起，按{way}方向编号（{profile}）",
        "A ring is numbered from its {end}ernmost point, {way} (“{profile}”)",
    ),
    "axis_gap": (
        "线路有 {count} 处断开，共 {gap_m} 米，按直线接续计距",
        "The street is broken in {count} places ({gap_m} m in all); the straight gap counts as distance",
    ),
    "axis_opposite": (
        "双向分离的道路按主车道一条轴线编号",
        "Separate carriageways are numbered along the main one",
    ),
    "axis_planned_origin": (
        "起点一端还有规划路段，建成后起点会改变，请留意预留编号",
        "A planned part lies before the origin: keep numbers in reserve for it",
    ),
    "way_kept": (
        "现有门牌与规则的起点相反：按现有顺序 {doors} 个中有 {kept} 个有序（按规则只有 {usual} 个），沿用现有方向",
        "Existing numbers run another way than the rule: {kept} of {doors} keep order that way, {usual} by the rule; "
        "the existing way is kept",
    ),
    "side_kept": (
        "现有门牌的单号在{odd_side}（{doors} 个），与规则相反，沿用现有",
        "Existing odd numbers stand on the {odd_side} ({doors} doors), against the rule; this is kept",
    ),
    # the place of the door
    "place_along": (
        "距起点 {measure_m} 米，在{side}，离中线 {offset_m} 米",
        "{measure_m} m from the origin, on the {side}, {offset_m} m off the axis",
    ),
    "place_before": (
        "在起点之前 {measure_m} 米，{side}，离线路 {offset_m} 米",
        "{measure_m} m before the origin, on the {side}, {offset_m} m off the line",
    ),
    "place_beyond": (
        "在终点之外，折算距起点 {measure_m} 米，{side}，离线路 {offset_m} 米",
        "Beyond the end, {measure_m} m from the origin in line, on the {side}, {offset_m} m off",
    ),
    "place_corner": (
        "在转角外侧，距起点 {measure_m} 米，{side}，离转角 {offset_m} 米",
        "Outside a bend {measure_m} m from the origin, on the {side}, {offset_m} m from the corner",
    ),
    "place_gap": (
        "在线路断开处，折算距起点 {measure_m} 米，{side}，离连线 {offset_m} 米",
        "At a gap of the street, {measure_m} m from the origin in line, on the {side}, {offset_m} m off",
    ),
    "place_branch": (
        "在支线上，支线自距起点 {measure_m} 米处{side}分出，离支线 {offset_m} 米",
        "On a branch that leaves on the {side} {measure_m} m from the origin, {offset_m} m off the branch",
    ),
    "side_odd": ("{side}编单号", "The {side} bears odd numbers"),
    "side_even": ("{side}编双号", "The {side} bears even numbers"),
    "neighbours_none": ("同侧还没有门牌", "There is no number on this side yet"),
    "neighbours_low": ("同侧前一号为 {low}，其后没有门牌", "Before it on this side is {low}, after it none"),
    "neighbours_high": (
        "同侧后一号为 {high}，其前没有门牌",
        "After it on this side is {high}, before it none",
    ),
    "neighbours_both": ("同侧相邻为 {low} 与 {high}", "Its neighbours on this side are {low} and {high}"),
    # the number that belongs there
    "target_metric": (
        "距离编号：{metres} 米，每 {step} 米一号",
        "Numbered by distance: {metres} m, one number per {step} m",
    ),
    "target_between": (
        "距前一号 {from_low_m} 米、距后一号 {to_high_m} 米，按比例取号，其余留给空置临街面",
        "{from_low_m} m after the one and {to_high_m} m before the other: by proportion, the rest is kept for "
        "vacant frontage",
    ),
    "target_facing": ("参照对面 {door} 一带取号", "Taken from the numbers opposite, near {door}"),
    "target_empty": (
        "距起点 {measure_m} 米，按每号 {frontage_m} 米临街面，此前预留 {reserved} 个号",
        "{measure_m} m from the origin at {frontage_m} m of frontage a number: {reserved} numbers are kept before it",
    ),
    "target_pitch": (
        "距相邻门牌 {away_m} 米，本侧现有平均每号 {pitch_m} 米，其间预留 {reserved} 个号",
        "{away_m} m from its neighbour; this side shows {pitch_m} m a number: {reserved} are kept in between",
    ),
    "target_frontage": (
        "距相邻门牌 {away_m} 米，按每号 {pitch_m} 米临街面，其间预留 {reserved} 个号",
        "{away_m} m from its neighbour at {pitch_m} m of frontage a number: {reserved} are kept in between",
    ),
    "chosen": ("取 {number} 号", "Number {number}"),
    "chosen_first": ("取本侧第一个门牌 {number} 号", "The first number on this side: {number}"),
    "chosen_passing_kept": (
        "更近的号已用、预留或注销保留，取 {number} 号",
        "Nearer numbers are in use, reserved, or cancelled and kept: number {number}",
    ),
    "no_free": ("{low} 与 {high} 之间没有空号", "No number is free between {low} and {high}"),
    "no_free_before": ("{high} 之前没有空号", "No number is free before {high}"),
    "no_free_within": ("前后都属于 {number} 号", "Number {number} stands on both sides of it"),
    "sub_given": (
        "在 {number} 号下编附号 {sub_number}（附号只有一级）",
        "Sub-number {sub_number} under number {number} (one level only)",
    ),
    # findings of a suggestion
    "before_first": (
        "门在第一号之前，只能编 {number} 号的附号",
        "The door lies before the first number and can only be a sub-number of {number}",
    ),
    "metric_off": (
        "{number} 号与距离 {metres} 米不符，因相邻门牌所限",
        "Number {number} does not agree with the distance of {metres} m, because of its neighbours",
    ),
    "no_parent": (
        "没有空号，相邻也没有可设附号的在用主号，请先整理本段门牌",
        "No number is free and no neighbour can bear a sub-number: put this stretch in order first",
    ),
    "no_sub_level": (
        "没有空号，本地规则不设附号，请先整理本段门牌",
        "No number is free and the city gives no sub-numbers: put this stretch in order first",
    ),
    "parent_wanted": (
        "旁边的附号缺主号 {number}，由此门补上",
        "A sub-number beside it lacks its main number {number}, which this door takes",
    ),
    "on_line": (
        "门点几乎落在中线上，侧别不明，暂按{side}",
        "The door lies on the axis and its side is unclear; taken as {side}",
    ),
    "far": (
        "门点离线路 {offset_m} 米，超过 {far_m} 米，请核对街路巷",
        "The door is {offset_m} m from the street, more than {far_m} m: check the street",
    ),
    "disorder_near": (
        "附近门牌次序有误：{doors}，未作参照",
        "Numbers near by are out of order and were not used: {doors}",
    ),
    "parity_near": (
        "附近门牌单双号与所在侧不符：{doors}",
        "Numbers near by stand on the wrong side: {doors}",
    ),
    "rebuild": (
        "此处有注销保留的 {number}；如系原址重建，可恢复原号",
        "The cancelled number {number} is kept here; a rebuilt house may have it back",
    ),
    "two_stretches": (
        "门在弯道内侧，离另一段（距起点 {measure_m} 米）也近，请核对门朝向哪一段",
        "Inside a bend: another stretch ({measure_m} m from the origin) is nearly as near; check which one it faces",
    ),
    "alternative_free": ("同一区间的另一空号", "Another free number between the same neighbours"),
    "alternative_sub": ("{number} 号的附号", "A sub-number of {number}"),
    "alternative_stretch": (
        "如门朝向距起点 {measure_m} 米的一段",
        "If the door faces the stretch {measure_m} m from the origin",
    ),
    # disorder
    "duplicate": ("{number} 重复，共 {count} 处", "{number} is used {count} times"),
    "skip": (
        "{low} 与 {high} 之间缺 {count} 个号（{missing}），相距 {room_m} 米，没有可预留的空地",
        "{count} numbers are missing between {low} and {high} ({missing}); {room_m} m leave no room for them",
    ),
    "skip_unlucky": (
        "{low} 与 {high} 之间缺 {missing}，不得跳过 {unlucky}",
        "{missing} missing between {low} and {high}; {unlucky} may not be left out",
    ),
    "parity_odd": (
        "{number} 在{side}，该侧应编单号",
        "{number} stands on the {side}, which bears odd numbers",
    ),
    "parity_even": (
        "{number} 在{side}，该侧应编双号",
        "{number} stands on the {side}, which bears even numbers",
    ),
    "astray": (
        "{number} 位于 {low} 与 {high} 之间，次序有误",
        "{number} stands between {low} and {high}, out of order",
    ),
    "astray_first": ("{number} 位于 {high} 之前，次序有误", "{number} stands before {high}, out of order"),
    "astray_last": ("{number} 位于 {low} 之后，次序有误", "{number} stands after {low}, out of order"),
    "orphan": (
        "附号 {number} 没有在用的主号 {parent}号",
        "The sub-number {number} has no main number {parent} in use",
    ),
    # gates and villages
    "gate_main": ("小区在主出入口编一个门牌", "A compound has one number, at its main gate"),
    "gate_same_street": (
        "与主出入口临同一条街，沿用主出入口门牌",
        "It faces the same street as the main gate and bears the main gate's number",
    ),
    "gate_other_street": (
        "另临一条街，按所临街路巷编号",
        "It faces another street and is numbered along that",
    ),
    "village_group": (
        "没有街路巷名，按村民小组 {group} 顺序编号，现最大为 {highest} 号",
        "There is no street name: next number of the villagers' group “{group}”, highest so far {highest}",
    ),
    "village_whole": (
        "没有街路巷名，按全村顺序编号，现最大为 {highest} 号",
        "There is no street name: next number of the whole village, highest so far {highest}",
    ),
    "village_plot": (
        "一宅一号；分户的在同一号下编户室号",
        "One plot, one number; a divided household gets a room number under it",
    ),
    "village_gaps": ("此前缺 {count} 个号：{gaps}", "{count} numbers are missing before it: {gaps}"),
    # renumbering
    "renumber_count": (
        "共 {doors} 个门牌，最少改 {changed} 个，{kept} 个不变",
        "Of {doors} doors at least {changed} must change; {kept} keep their number",
    ),
    "renumber_no_reuse": (
        "不使用其他门牌刚让出的号，也不使用预留和注销保留的号",
        "Nobody gets a number that another door just gave up, nor one reserved or cancelled and kept",
    ),
    "renumber_reuse": (
        "本地规则允许使用其他门牌让出的号；预留和注销保留的号不用",
        "The city allows a number that another door gave up; those reserved or cancelled and kept are not used",
    ),
    "renumber_subs": (
        "其中 {count} 个因空号不足改编附号",
        "{count} of them get a sub-number because main numbers do not suffice",
    ),
}

# These hold plates when they are texts or lists of texts; as whole numbers they are counts or main numbers.
_PLATES = frozenset({"low", "high", "door", "doors", "number"})


def say(note: Note, *, english: bool = False) -> str:
    """Return a note as a sentence without a full stop. Raises KeyError for a note that has no words."""
    return WORDS[note.id][int(english)].format(**_said(note.params, english))


def templates(ids: Iterable[str], *, english: bool = False) -> dict[str, Any]:
    """Return the words of notes, unfilled, for whoever says them elsewhere: ``notes`` by id, ``sides``, ``english``.

    ``low``, ``high`` and ``door`` hold plates (33-1 is written 33号之1 in Chinese), ``side`` one of ``sides``.
    """
    return {
        "english": english,
        "notes": {key: WORDS[key][int(english)] for key in ids},
        "sides": {key: said[int(english)] for key, said in _SIDES.items()},
    }


def _said(params: Mapping[str, Any], english: bool) -> dict[str, str]:
    said = {}
    for key, value in params.items():
        if isinstance(value, (str, list)) and key in _PLATES:
            said[key] = _listed([_plate(v, english) for v in _many(value)], english)
        elif key in ("side", "odd_side"):
            said[key] = _SIDES[value][int(english)]
        elif key == "end":
            said[key] = _ENDS[value][int(english)]
        elif key == "way":
            said[key] = _WAYS[value][int(english)]
        elif isinstance(value, (list, tuple)):
            said[key] = _listed([str(v) for v in value], english)
        else:
            said[key] = f"{value:g}" if isinstance(value, float) else str(value)
    return said


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _listed(words: list[str], english: bool) -> str:
    return (", " if english else "、").join(words)


def _plate(text: str, english: bool) -> str:
    if english:
        return text
    number, _, sub = text.partition("-")
    return number_text(int(number), int(sub) if sub else None)
