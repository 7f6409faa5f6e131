"""What happened between two yearly lists: real steps by name, every change explained, any two lists bridged."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries import edition_names as names
from boundaries.editions import (
    ActKind,
    Edition,
    InferredAct,
    Listed,
    apply_acts,
    infer,
    infer_history,
    read_confirmations,
    read_edition,
    read_folder,
)
from geoapp.core.errors import BadInput

CODES = Path(__file__).resolve().parents[2] / "fixtures" / "demo_city" / "codes"


@lru_cache
def lists() -> dict[int, Edition]:
    return {e.year: e for e in read_folder(CODES)}


@lru_cache
def told():
    return tuple(read_confirmations((CODES / "confirmed.csv").read_text(encoding="utf-8")))


@lru_cache
def steps() -> dict[int, tuple[InferredAct, ...]]:
    found = infer_history(list(lists().values()), told())
    return {acts[0].to_year: acts for acts in found}


def act_on(year: int, code: str) -> InferredAct:
    (found,) = [a for a in steps()[year] if code in a.codes]
    return found


def rules_of(act: InferredAct) -> set[str]:
    return {e.rule for e in act.evidence}


def test_the_lists_are_the_published_ones():
    assert {y: len(e.units) for y, e in lists().items()} == {
        2016: 765,
        2017: 789,
        2018: 798,
        2019: 817,
        2020: 815,
        2021: 815,
        2022: 817,
        2023: 818,
    }
    assert all(len(e.towns) == 41 for e in lists().values())


def test_the_acts_of_every_step_turn_one_list_into_the_next():
    for year, acts in steps().items():
        assert apply_acts(lists()[year - 1].rows(), acts) == lists()[year].rows()


CHANGED = {
    "code_added": lambda act, code: code in {r.code for r in act.after} - {r.code for r in act.before},
    "code_removed": lambda act, code: code in {r.code for r in act.before} - {r.code for r in act.after},
    "renamed": lambda act, code: code in {r.code for r in act.before} & {r.code for r in act.after},
    "town": lambda act, code: act.level == "town" and code in act.codes,
}


def test_each_of_the_137_change_rows_is_explained_once_with_evidence():
    with (CODES / "changes_2016_2023.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 137
    explained = set()
    for row in rows:
        year, code = int(row["to_year"]), row["code"]
        matching = [a for a in steps()[year] if CHANGED[row["change"]](a, code)]
        assert len(matching) == 1, row
        (act,) = matching
        assert act.evidence and all(e.text for e in act.evidence) and 0 < act.confidence <= 1
        olds, news = {r.code: r.name for r in act.before}, {r.code: r.name for r in act.after}
        assert row["old_name"] in ("", olds.get(code)) and row["new_name"] in ("", news.get(code))
        explained.add((year, act.codes))
    assert explained == {(y, a.codes) for y, acts in steps().items() for a in acts}, "no act without a change"


def test_kinds_over_all_years():
    assert Counter(str(a.kind) for acts in steps().values() for a in acts) == {
        "added": 66,
        "removed": 15,
        "label": 15,
        "corrected": 9,
        "renamed": 6,
        "transferred": 6,
        "village_to_community": 2,
        "recoded": 2,
        "lost_character": 2,
        "split": 2,
    }


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("440604010210", "440604010027", "奇槎社区居委会"),
        ("440605011217", "440605011049", "夏西社区居委会"),
    ],
)
def test_a_village_became_a_community(old, new, name):
    act = act_on(2017, new)
    assert act is act_on(2017, old) and act.kind is ActKind.VILLAGE_TO_COMMUNITY
    assert act.after[0].name == name and act.confidence == 0.95
    assert {"same_specific", "segment", "serial"} <= rules_of(act)


def test_six_villages_moved_from_xinan_to_yundonghai():
    moved = [a for a in steps()[2019] if a.kind is ActKind.TRANSFERRED]
    assert {(a.before[0].name[:2], a.before[0].code[6:], a.after[0].code[6:]) for a in moved} == {
        ("高丰", "001201", "004204"),
        ("横涌", "001202", "004205"),
        ("鲁村", "001234", "004206"),
        ("邓岗", "001206", "004207"),
        ("石湖", "001207", "004208"),
        ("宝月", "001226", "004209"),
    }
    assert all(a.confidence == 0.97 and "together" in rules_of(a) for a in moved)


def test_xianan_was_split_in_two():
    act = act_on(2019, "440605011045")
    assert act.kind is ActKind.SPLIT
    assert [r.name for r in act.after] == ["夏南一社区居委会", "夏南二社区居委会"]


def test_xunfeng_is_a_split_only_because_a_document_says_so():
    act = act_on(2022, "440605125054")
    assert act.kind is ActKind.SPLIT and act.confidence == 1.0 and act.effective == date(2022, 3, 1)
    assert [r.name for r in act.beside] == ["江北社区居委会"] and act.before == ()
    assert "海北大道" in act.source
    (alone,) = [a for a in infer(lists()[2021], lists()[2022]) if "440605125054" in a.codes]
    assert alone.kind is ActKind.ADDED, "the lists do not tell where it came from"
    assert [a.kind for a in alone.alternatives] == [ActKind.SPLIT]


def test_lost_characters_and_their_return():
    for code, old, broken, whole in (
        ("440607001017", "布心", "?心", "㘵心"),
        ("440607103204", "华布", "华?", "华㘵"),
    ):
        lost, back = act_on(2020, code), act_on(2021, code)
        assert (lost.kind, lost.before[0].specific, lost.after[0].specific) == (
            ActKind.LOST_CHARACTER,
            old,
            broken,
        )
        assert (back.kind, back.after[0].specific) == (ActKind.CORRECTED, whole)
        assert "GBK" in next(e.text for e in back.evidence if e.rule == "lost_character")


@pytest.mark.parametrize(
    ("year", "code", "old", "new", "reading"),
    [
        (2017, "440604100204", "湖冲", "湖涌", "chong"),
        (2020, "440608106203", "园岗", "圆岗", "yuan"),
        (2021, "440606101212", "潭州", "潭洲", "zhou"),
        (2021, "440608004207", "伦冲", "伦埇", "cung"),
        (2022, "440605124029", "穆园", "穆院", "yuan"),
        (2022, "440605124056", "丁圃", "汀圃", "ding"),
    ],
)
def test_a_character_read_alike_is_a_misprint_mended_or_else_a_rename(year, code, old, new, reading):
    act = act_on(year, code)
    assert act.kind is ActKind.CORRECTED
    assert (act.before[0].specific, act.after[0].specific) == (old, new)
    assert f"（{reading}）" in next(e.text for e in act.evidence if e.rule == "same_sound")
    assert [a.kind for a in act.alternatives] == [ActKind.RENAMED]


def test_a_label_no_law_knows_was_corrected():
    act = act_on(2021, "440605011015")
    assert act.kind is ActKind.CORRECTED and "社会居委会" in act.evidence[-1].text


def test_renames_keep_their_code():
    for year, code, new in (
        (2019, "440607004001", "云东海社区居民委员会"),
        (2019, "440605011057", "同成社区居委会"),
        (2017, "440605121404", "物流产业园沙头片一区社区"),
    ):
        act = act_on(year, code)
        assert act.kind is ActKind.RENAMED and act.after[0].name == new and "same_code" in rules_of(act)


def test_labels_of_the_list_are_not_acts_of_anybody():
    labels = [a for a in steps()[2019] if a.kind is ActKind.LABEL]
    towns = [a for a in labels if a.level == "town"]
    assert len(towns) == 11 and ("石湾镇街道办事处", "石湾镇街道") in {
        (a.before[0].name, a.after[0].name) for a in towns
    }
    assert {a.after[0].name for a in labels if a.level == "community"} == {
        "沙堤机场社区",
        "广州军区三水农场虚拟社区",
        "云勇林场虚拟生活区",
        "对川茶场虚拟生活区",
    }


def test_new_numbers_under_one_name_hint_at_a_merger():
    act = act_on(2020, "440605124109")
    assert act.kind is ActKind.RECODED and act.before[0].code == "440605124075"
    (merger,) = act.alternatives
    assert merger.kind is ActKind.MERGED and "440605124102" in merger.before, "红沙 went the same year"


def test_what_stood_in_one_list_only_says_so():
    for name, code in (("新光源", "440605124101"), ("长虹岭", "440605124107")):
        came, went = act_on(2019, code), act_on(2020, code)
        assert came.after[0].specific == name and came.kind is ActKind.ADDED and went.kind is ActKind.REMOVED
        assert "one_list_only" in rules_of(came) & rules_of(went)
    targets = {a.after for a in act_on(2020, "440605124107").alternatives}
    assert ("440605124410",) in targets, "长虹岭工业园社区 stands on"
    assert ("440605124109",) in targets, "朗沙 got a new number that year"


def test_what_the_lists_cannot_decide_is_listed_not_chosen():
    removed = act_on(2019, "440605011042")
    assert removed.kind is ActKind.REMOVED and removed.before[0].name == "雷岗社区居委会"
    first = removed.alternatives[0]
    assert first.kind is ActKind.SPLIT and "系列" in first.text and len(first.after) == 4
    added = act_on(2021, "440604012066")
    assert added.after[0].name == "文昌社区居委会"
    assert {(a.kind, a.before) for a in added.alternatives} == {
        (ActKind.RECODED, ("440604012043",)),
        (ActKind.SPLIT, ()),
    }
    village = next(a for a in act_on(2019, "440608004201").alternatives if a.kind is ActKind.SPLIT)
    assert village.after == ("440608004215", "440608004216")


def test_an_act_survives_json():
    for acts in steps().values():
        for act in acts:
            assert InferredAct.from_json(json.loads(json.dumps(act.as_json(), ensure_ascii=False))) == act


def test_the_mirror_image_of_a_split_is_a_merger():
    backwards = infer(Edition(2019, lists()[2019].units), Edition(2020, lists()[2018].units))
    (merged,) = [a for a in backwards if "440605011045" in a.codes]
    assert merged.kind is ActKind.MERGED
    assert [r.name for r in merged.before] == ["夏南一社区居委会", "夏南二社区居委会"]


def test_applying_an_act_to_another_list_is_refused():
    with pytest.raises(ValueError, match="没有 440605011045"):
        apply_acts({}, [act_on(2019, "440605011045")])
    with pytest.raises(ValueError, match="已有"):
        apply_acts(lists()[2023].rows(), [act_on(2022, "440605125054")])


def test_names_taken_apart():
    assert names.split_label("鲁村村民委员会") == ("鲁村", "村民委员会")
    assert names.split_label("社区") == ("社区", ""), "a name is never all label"
    assert names.is_part_of("夏南一", "夏南") and not names.is_part_of("夏南村", "夏南")
    assert names.is_rare("㘵") and not names.is_rare("滘") and not names.is_rare("A")
    assert names.fits_placeholder("华□村", "华㘵村") and not names.fits_placeholder("华?", "华㘵村")
    assert names.dropped_rare("心社区", "㘵心社区") == "㘵" and names.dropped_rare("心", "丁心") == ""
    assert names.common_reading("州", "洲") == "zhou" and names.common_reading("同", "桂") == ""


HEAD = "code,name,town_code,town\n"
BAD_LISTS = {
    "columns": ("code,name\n440605011001,甲\n", "缺少列：town_code、town"),
    "code": (HEAD + "44060501100,甲社区居委会,440605011,桂城街道\n", "不是 12 位数字"),
    "full-width digits": (HEAD + "４４０６０５０１１００１,甲,440605011,桂城街道\n", "不是 12 位数字"),
    "twice": (HEAD + "440605011001,甲,440605011,桂\n" * 2, "第 3 行：代码 440605011001 重复"),
    "prefix": (HEAD + "440605011001,甲,440605012,桂城街道\n", "前九位不符"),
    "no name": (HEAD + "440605011001,,440605011,桂城街道\n", "名称空缺"),
    "short row": (HEAD + "440605011001,甲\n", "列数不足"),
    "two labels": (HEAD + "440605011001,甲,440605011,桂\n440605011002,乙,440605011,城\n", "两种写法"),
    "nothing": (HEAD, "没有内容"),
}


@pytest.mark.parametrize("fault", BAD_LISTS)
def test_a_bad_list_is_refused_with_its_line(fault):
    text, message = BAD_LISTS[fault]
    with pytest.raises(BadInput, match=message):
        read_edition(text, 2024)


def test_a_bad_confirmation_is_refused():
    head = "year,kind,from_codes,to_codes,effective,source\n"
    for line, message in (
        ("2022,split,1,2,2022-03,某文件\n", "第 2 行无法识别"),
        ("2022,swap,1,2,,某文件\n", "第 2 行无法识别"),
        ("2022,split,1,2,,\n", "没有写明依据"),
    ):
        with pytest.raises(BadInput, match=message):
            read_confirmations(head + line)
    stray = read_confirmations(head + "2022,split,440605125999,440605125054,,某文件\n")
    with pytest.raises(ValueError, match="440605125999"):
        infer(lists()[2021], lists()[2022], stray)


def test_lists_out_of_order_are_refused():
    with pytest.raises(ValueError, match="递增"):
        infer_history([lists()[2017], lists()[2016]])


# Few characters and few codes, so that names meet, move, swap, split and lose characters all the time.
_name = st.builds(
    lambda s, label: s + label,
    st.text("甲乙一二东西州洲㘵?夏南A", min_size=1, max_size=3),
    st.sampled_from(["社区居委会", "村委会", "村民委员会", "虚拟社区", "社会居委会", ""]),
)
_code = st.builds(
    lambda town, serial: f"4406050{town}{serial}",
    st.sampled_from(["01", "02"]),
    st.sampled_from(["001", "002", "003", "199", "201", "202", "401", "498", "599"]),
)
_list = st.dictionaries(_code, _name, max_size=12)
_towns = st.dictionaries(
    st.sampled_from(["440605001", "440605002", "440605101"]),
    st.sampled_from(["甲镇", "甲街道", "甲街道办事处"]),
)


def edition(year: int, units: dict[str, str], towns: dict[str, str]) -> Edition:
    return Edition(
        year,
        tuple(Listed(c, n) for c, n in sorted(units.items())),
        tuple(Listed(c, n) for c, n in sorted(towns.items())),
    )


@settings(max_examples=400, deadline=None)
@given(_list, _list, _towns, _towns)
def test_any_two_lists_are_bridged(old, new, old_towns, new_towns):
    a, b = edition(2030, old, old_towns), edition(2031, new, new_towns)
    acts = infer(a, b)
    assert apply_acts(a.rows(), acts) == b.rows()
    assert all(0 < x.confidence <= 1 and x.evidence for x in acts)
    touched = [r.code for x in acts for r in x.before]
    assert len(touched) == len(set(touched)), "no row ends twice"
    assert infer(a, a) == ()


def _edited(rows: dict[str, str], edits: list[tuple[str, int, str]]) -> dict[str, str]:
    rows = dict(rows)
    for what, pick, text in edits:
        code = sorted(rows)[pick % len(rows)]
        if what == "rename":
            rows[code] = text + "社区居委会"
        elif what == "remove":
            del rows[code]
        elif what == "garble":
            rows[code] = "?" + rows[code][1:]
        elif what == "swap":
            other = sorted(rows)[(pick * 7 + 3) % len(rows)]
            rows[code], rows[other] = rows[other], rows[code]
        else:
            town = code[:9] if what == "recode" else sorted(rows)[(pick * 31) % len(rows)][:9]
            free = next(s for s in range(1, 600) if f"{town}{s:03}" not in rows)
            rows[f"{town}{free:03}"] = text + "村委会" if what == "add" else rows.pop(code)
    return rows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["rename", "remove", "garble", "swap", "recode", "move", "add"]),
            st.integers(0, 10_000),
            st.text("新安东平一二桥涌", min_size=2, max_size=3),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_random_edits_of_a_real_list_are_bridged(edits):
    old = lists()[2023]
    new = edition(2024, _edited({r.code: r.name for r in old.units}, edits), {})
    old = Edition(2023, old.units)
    assert apply_acts(old.rows(), infer(old, new)) == new.rows()
