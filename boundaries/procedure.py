"""The life of an adjustment of villages and communities (domain table A5), and of a recorded division change (A5x).

Buttons, permissions, tests, diagrams and the guide are generated from these tables.
"""

from __future__ import annotations

from geoapp.core.checks import Stage
from geoapp.core.transitions import Procedure, State, Transition

_PROPOSER = ("proposer",)
_OFFICER = ("officer",)
_DRAWING = ("draft", "supplement")
_OPEN = ("submitted", "reviewed")

# One row per arrow, read across: a formatter would turn the table into a scroll.
# fmt: off
ADJUSTMENT = Procedure(
    code="unit_adjustment",
    title="村和社区设置与范围调整",
    title_en="Setting up and adjusting villages and communities",
    prefix="TZ",
    filed_by=("proposer",),
    open_to_filers=("draft", "party_review", "consulting", "meeting", "supplement"),
    papers=(
        "plan", "map_before", "map_after", "party_minutes", "consent_opinions", "meeting_notice", "meeting_signin",
        "meeting_tally", "meeting_resolution", "collective_opinion", "risk_assessment", "request", "supplement",
        "decision", "other",
    ),
    states=(
        State("draft", "拟定方案", "Drafting the plan"),
        State("party_review", "党组织讨论", "Party organisation's review"),
        State("consulting", "征求意见", "Consultation"),
        State("meeting", "村民会议", "Villagers' meeting"),
        State("submitted", "待审核", "Submitted to the district"),
        State("supplement", "补正中", "Awaiting supplement", aside=True),
        State("reviewed", "待审批", "Reviewed"),
        State("recorded", "批文待核对", "Paper decision to be checked", aside=True),
        State("decided", "已批准", "Decided"),
        State("refused", "不予批准", "Refused", aside=True),
        State("archived", "已归档", "Archived", final=True),
        State("withdrawn", "已撤回", "Withdrawn", final=True, aside=True),
    ),
    transitions=(
        Transition(
            "party_review", "提交党组织讨论", "Put to the party organisation", ("draft",), "party_review", _PROPOSER,
            guards=("has_items", "plan_complete", "naming_complete"), stage=Stage.DRAFT, documents=("plan",), not_own=False,
            law="村民委员会组织法、城市居民委员会组织法（2026 年 1 月 1 日起）",
        ),
        Transition(
            "consult", "征求意见", "Consult", ("party_review",), "consulting", _PROPOSER,
            guards=("party_minutes",), documents=("party_minutes",), not_own=False,
        ),
        Transition(
            "opine", "提交部门意见", "Give an opinion", ("consulting",), None, ("department",), note_required=True,
        ),
        Transition(
            "handle_opinion", "记录采纳情况", "Record how an opinion was handled", ("consulting",), None,
            _PROPOSER, note_required=True, not_own=False,
        ),
        Transition(
            "convene", "进入村民会议", "Go to the villagers' meeting", ("consulting",), "meeting", _PROPOSER,
            guards=("opinions_in", "opinions_handled", "residents_asked"), documents=("consent_opinions",),
            not_own=False, law="村民委员会组织法 第三条",
        ),
        Transition(
            "record_meeting", "登记村民会议", "Record a villagers' meeting", ("meeting",), None, _PROPOSER,
            documents=("meeting_resolution",), not_own=False, law="村民委员会组织法 第二十一条、第二十二条",
        ),
        Transition(
            "submit", "上报区民政", "Submit to the district", ("consulting", "meeting"), "submitted", _PROPOSER,
            guards=(
                "opinions_in", "opinions_handled", "residents_asked", "meetings_held", "risk_assessed", "has_request",
                "naming_complete",
            ),
            stage=Stage.SUBMIT, documents=("request",), not_own=False,
        ),
        Transition(
            "resubmit", "提交补正", "Resubmit", ("supplement",), "submitted", _PROPOSER,
            guards=("has_items", "plan_complete", "naming_complete", "meetings_held"), stage=Stage.SUBMIT, not_own=False,
        ),
        Transition(
            "supplement", "退回补正", "Return for supplement", ("submitted",), "supplement", _OFFICER,
            note_required=True,
        ),
        Transition(
            "recheck", "按最新界线重新检查", "Check again on the latest lines", _OPEN, None, _OFFICER,
        ),
        Transition(
            "answer_finding", "书面说明", "Answer a warning", _OPEN, None, _OFFICER, note_required=True,
        ),
        Transition(
            "review", "提交审核意见", "Submit review opinion", ("submitted",), "reviewed", _OFFICER,
            guards=("authority_known", "warnings_answered"), stage=Stage.ACCEPT, note_required=True,
        ),
        Transition(
            "return_review", "退回重新审核", "Return to review", ("reviewed",), "submitted", ("approver",),
            note_required=True,
        ),
        Transition(
            "decide", "作出决定", "Decide", ("reviewed",), "decided", ("approver",),
            stage=Stage.DECIDE, law="村民委员会组织法 第三条；城市居民委员会组织法 第三条", danger=True, otherwise="refused",
        ),
        Transition(
            "record_paper", "登记纸质批文", "Record a paper decision", ("reviewed",), "recorded", _OFFICER,
            guards=("has_scan",), documents=("decision",),
        ),
        Transition(
            "discard_paper", "退回更正", "Discard the record", ("recorded",), "reviewed", _OFFICER,
            note_required=True,
        ),
        Transition(
            "confirm_paper", "核对批文并生效", "Confirm the paper decision", ("recorded",), "decided", _OFFICER,
            guards=("second_officer",), stage=Stage.DECIDE, danger=True, otherwise="refused",
        ),
        Transition(
            "announce", "发布公告", "Announce", ("decided",), None, ("publisher", "officer"), guards=("not_announced",),
        ),
        Transition(
            "file", "登记备案", "Record filing", ("decided",), None, _OFFICER, guards=("not_filed",), note_required=True,
        ),
        Transition(
            "assign_codes", "赋码", "Assign codes", ("decided",), None, _OFFICER, guards=("codes_open",),
        ),
        Transition(
            "implement", "登记实施", "Record implementation", ("decided",), None, _OFFICER,
            guards=("not_implemented",), note_required=True,
        ),
        Transition(
            "archive", "归档", "Archive", ("decided", "refused"), "archived", _OFFICER, guards=("tasks_done",),
        ),
        Transition(
            "withdraw", "撤回", "Withdraw",
            ("draft", "party_review", "consulting", "meeting", "submitted", "supplement", "reviewed"), "withdrawn",
            _PROPOSER, note_required=True, not_own=False, danger=True,
        ),
    ),
)

DIVISION_CHANGE = Procedure(
    code="division_change",
    title="行政区划变更（登记）",
    title_en="Change of administrative divisions (recorded)",
    prefix="QH",
    filed_by=("officer",),
    papers=(
        "request", "plan", "risk_assessment", "expert_review", "consent_opinions", "map_before", "map_after",
        "decision", "extension", "other",
    ),
    states=(
        State("draft", "登记草稿", "Draft record"),
        State("recorded", "批文待核对", "Higher approval to be checked"),
        State("decided", "已生效", "In force"),
        State("archived", "已归档", "Archived", final=True),
        State("withdrawn", "已撤销登记", "Record withdrawn", final=True, aside=True),
    ),
    transitions=(
        Transition(
            "record_paper", "登记上级批文", "Record the higher approval", ("draft",), "recorded", _OFFICER,
            guards=("has_items", "seven_materials", "has_scan"), stage=Stage.SUBMIT, not_own=False,
            documents=("decision",), law="行政区划管理条例 第九条、第十三条",
        ),
        Transition(
            "discard_paper", "退回更正", "Discard the record", ("recorded",), "draft", _OFFICER, not_own=False,
            note_required=True,
        ),
        Transition(
            "confirm_paper", "核对批文并生效", "Confirm the higher approval", ("recorded",), "decided", _OFFICER,
            guards=("second_officer",), stage=Stage.DECIDE, not_own=False, danger=True,
        ),
        Transition(
            "announce", "发布公告", "Announce", ("decided",), None, ("publisher", "officer"),
            guards=("not_announced",), not_own=False, law="行政区划管理条例 第十八条",
        ),
        Transition(
            "assign_codes", "赋码", "Assign codes", ("decided",), None, _OFFICER, guards=("codes_open",), not_own=False,
            clock="codes_1m", law="行政区划管理条例 第十七条",
        ),
        Transition(
            "implement", "登记实施", "Record implementation", ("decided",), None, _OFFICER,
            guards=("not_implemented",), not_own=False, note_required=True, clock="complete_12m",
            law="行政区划管理条例 第十五条",
        ),
        Transition(
            "extend", "登记延期批准", "Record an extension", ("decided",), None, _OFFICER,
            guards=("not_implemented", "not_extended", "has_extension"), not_own=False, documents=("extension",),
            note_required=True, clock="complete_12m", law="行政区划管理条例 第十五条",
        ),
        Transition(
            "archive", "归档", "Archive", ("decided",), "archived", _OFFICER, guards=("tasks_done",), not_own=False,
            law="行政区划管理条例 第二十条",
        ),
        Transition(
            "withdraw", "撤销登记", "Withdraw the record", ("draft",), "withdrawn", _OFFICER, not_own=False,
            note_required=True,
        ),
    ),
)
# fmt: on
