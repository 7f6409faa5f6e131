"""The life of an application for a door number (domain table A4) as data. Buttons, permissions, tests, diagram and
guide are generated from it.

The law cited is that of a neighbouring city (JM22), taken over as the province's best model until this city's own is
confirmed; every citation says so.
"""

from __future__ import annotations

from geoapp.core.checks import Stage
from geoapp.core.transitions import Procedure, State, Transition

_TOWN = ("proposer",)
_POLICE = ("police",)
_FILER = ("applicant", "proposer")
_BEFORE = ("collected", "checked")


def _law(articles: str) -> str:
    return f"江门市门楼号牌管理条例 {articles}（邻市条例，待本市确认）"


# One row per arrow, read across: a formatter would turn the table into a scroll.
# fmt: off
DOOR_NUMBERING = Procedure(
    "door_numbering", "门楼号编制", "Door numbering", "MP",
    filed_by=_FILER,
    open_to_filers=("draft", "supplement", "naming"),
    departments=("GA", "ZR"),
    papers=(
        "application", "site_plan", "planning_permit", "homestead_approval", "town_proof", "supplement", "plate_photo",
        "other",
    ),
    states=(
        State("draft", "登记草稿", "Draft"),
        State("collected", "已采集，待核对", "Collected, to be checked"),
        State("supplement", "补正中", "Awaiting supplement", aside=True),
        State("naming", "待街路命名", "Waiting for a street name", aside=True),
        State("checked", "待公安审核", "Police review"),
        State("numbered", "已编号，后续办理中", "Numbered, follow-up tasks open"),
        State("active", "已启用", "Active"),
        State("refused", "不予编号", "Refused", aside=True),
        State("archived", "已归档", "Archived", final=True),
        State("withdrawn", "已撤回", "Withdrawn", final=True, aside=True),
    ),
    transitions=(
        Transition(
            "submit", "提交申请", "Submit", ("draft",), "collected", _FILER,
            guards=("has_doors", "doors_complete", "basis_papers"), stage=Stage.SUBMIT, not_own=False,
            clock="number_15wd", law=_law("第八条"),
        ),
        Transition(
            "resubmit", "提交补正", "Resubmit", ("supplement",), "collected", _FILER,
            guards=("has_doors", "doors_complete", "basis_papers"), stage=Stage.SUBMIT, not_own=False,
            law=_law("第八条"),
        ),
        Transition(
            "supplement", "一次告知补正", "Ask for supplement", _BEFORE, "supplement", (*_TOWN, *_POLICE),
            note_required=True, not_own=False, law="行政许可法 第三十二条",
        ),
        Transition(
            "recheck", "重新检查", "Run checks again", _BEFORE, None, (*_TOWN, *_POLICE), not_own=False,
        ),
        Transition(
            "answer_finding", "书面说明", "Answer a warning", _BEFORE, None, (*_TOWN, *_POLICE),
            note_required=True, not_own=False,
        ),
        Transition(
            "await_name", "街路未命名，转地名命名", "Street unnamed: go to street naming", ("collected",), "naming",
            (*_TOWN, *_POLICE), guards=("street_missing",), not_own=False, law=_law("第三条、第五条"),
        ),
        Transition(
            "name_given", "街路已命名，恢复办理", "Street named: go on", ("naming",), "collected",
            (*_FILER, *_POLICE), guards=("streets_standard",), not_own=False, law=_law("第五条"),
        ),
        Transition(
            "check", "核对通过，报公安审核", "Checked: send to police review", ("collected",), "checked", _TOWN,
            guards=("streets_standard", "basis_papers"), stage=Stage.ACCEPT, not_own=False, law=_law("第八条"),
        ),
        Transition(
            "return_check", "退回核对", "Return to checking", ("checked",), "collected", _POLICE, note_required=True,
        ),
        Transition(
            "number", "逐项审核并编号", "Review item by item and number", ("checked",), "numbered", _POLICE,
            guards=("streets_standard", "warnings_answered"), stage=Stage.NUMBER, danger=True, otherwise="refused",
            clock="number_15wd", law=_law("第六条、第八条"),
        ),
        Transition(
            "pass_all", "抽查后整批编号", "Number all after the sample", ("checked",), "numbered", _POLICE,
            guards=("streets_standard", "warnings_answered", "sample_opened"), stage=Stage.NUMBER, danger=True,
            clock="number_15wd", law=_law("第六条、第八条"),
        ),
        Transition(
            "notify", "登记已通知部门", "Record that a department was told", ("numbered",), None, _POLICE,
            guards=("notices_open",), clock="notify_5wd", otherwise="active", law=_law("第九条"),
        ),
        Transition(
            "hang", "登记门牌安装", "Record a hung plate", ("numbered",), None, (*_TOWN, *_POLICE),
            guards=("plates_open",), documents=("plate_photo",), not_own=False, clock="plate_30wd",
            otherwise="active", law=_law("第十六条"),
        ),
        Transition(
            "release", "发布标准地址", "Publish the addresses", ("numbered",), None, ("resources",),
            guards=("release_open", "names_announced"), clock="release_5wd", otherwise="active", law=_law("第二十条"),
        ),
        Transition(
            "archive", "归档", "Archive", ("active", "refused"), "archived", (*_TOWN, *_POLICE), not_own=False,
        ),
        Transition(
            "withdraw", "撤回申请", "Withdraw", ("draft", "collected", "supplement", "naming", "checked"),
            "withdrawn", _FILER, note_required=True, not_own=False, danger=True,
        ),
    ),
)
# fmt: on
