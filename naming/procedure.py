"""The life of a case that names or renames streets (domain tables A1, A2) as data. Buttons, permissions, tests,
diagram and guide are generated from it; a renaming differs by its items' kind, rule N-22 and the days of its notice."""

from __future__ import annotations

from geoapp.core.checks import Stage
from geoapp.core.transitions import Procedure, State, Transition

_OPEN = ("accepted", "consulting", "publicity", "reviewed")
_OFFICER = ("officer",)
_APPLICANT = ("applicant",)

# One row per arrow, read across: a formatter would turn the table into a scroll.
# fmt: off
STREET_NAMING = Procedure(
    code="street_naming",
    title="街路巷命名、更名",
    title_en="Naming and renaming streets",
    prefix="SM",
    papers=("application", "plan", "map", "supplement", "opinion", "notice", "decision", "other"),
    states=(
        State("draft", "草稿", "Draft"),
        State("submitted", "待受理", "Submitted"),
        State("supplement", "补正中", "Awaiting supplement", aside=True),
        State("accepted", "已受理", "Accepted"),
        State("consulting", "征求意见", "Consultation"),
        State("publicity", "公示中", "Public notice"),
        State("reviewed", "待审批", "Reviewed"),
        State("recorded", "批文待核对", "Paper decision to be checked", aside=True),
        State("decided", "已批准", "Decided"),
        State("refused", "不予批准", "Refused", aside=True),
        State("archived", "已归档", "Archived", final=True),
        State("withdrawn", "已撤回", "Withdrawn", final=True, aside=True),
    ),
    transitions=(
        Transition(
            "submit", "提交申请", "Submit", ("draft",), "submitted", _APPLICANT,
            guards=("has_items", "form_complete", "has_application"), stage=Stage.SUBMIT,
            documents=("application",), not_own=False, clock="accept_5wd", law="地名管理条例 第十一条",
        ),
        Transition(
            "resubmit", "提交补正", "Resubmit", ("supplement",), "submitted", _APPLICANT,
            guards=("has_items", "form_complete"), stage=Stage.SUBMIT, not_own=False,
            clock="accept_5wd", law="行政许可法 第三十二条",
        ),
        Transition(
            "supplement", "一次告知补正", "Ask for supplement", ("submitted",), "supplement", _OFFICER,
            note_required=True, law="行政许可法 第三十二条",
        ),
        Transition(
            "hand_up", "移送市级办理", "Hand to the city", ("submitted",), "submitted", _OFFICER,
            guards=("not_city",), note_required=True,
        ),
        Transition(
            "accept", "受理", "Accept", ("submitted",), "accepted", _OFFICER,
            guards=("authority_known",), stage=Stage.ACCEPT, clock="decide_20wd", law="行政许可法 第三十二条",
        ),
        Transition(
            "field_check", "记录现场踏勘", "Record field check", ("accepted", "consulting"), None, _OFFICER,
            note_required=True,
        ),
        Transition(
            "recheck", "重新检查", "Run checks again", _OPEN, None, _OFFICER,
        ),
        Transition(
            "answer_finding", "书面说明", "Answer a warning", _OPEN, None, _OFFICER, note_required=True,
        ),
        Transition(
            "consult", "征求部门意见", "Consult departments", ("accepted",), "consulting", _OFFICER,
            law="地名管理条例 第十一条",
        ),
        Transition(
            "opine", "提交部门意见", "Give an opinion", ("consulting",), None, ("department",), note_required=True,
        ),
        Transition(
            "handle_opinion", "记录采纳情况", "Record how an opinion was handled", ("consulting",), None,
            _OFFICER, note_required=True,
        ),
        Transition(
            "publish", "开始公示", "Open public notice", ("consulting",), "publicity", _OFFICER,
            guards=("opinions_in", "opinions_handled"), clock="publicity",
        ),
        Transition(
            "answer_comment", "答复公众意见", "Answer a comment", ("publicity",), None, _OFFICER,
            note_required=True,
        ),
        Transition(
            "review", "提交审查意见", "Submit review opinion", ("publicity",), "reviewed", _OFFICER,
            guards=("publicity_ended", "objections_answered", "warnings_answered"), note_required=True,
        ),
        Transition(
            "return_review", "退回重新审查", "Return to review", ("reviewed",), "publicity", ("approver",),
            note_required=True,
        ),
        Transition(
            "decide", "作出决定", "Decide", ("reviewed",), "decided", ("approver",),
            guards=("publicity_ended", "objections_answered"), stage=Stage.DECIDE,
            law="地名管理条例 第十二条", danger=True, otherwise="refused",
        ),
        Transition(
            "record_paper", "登记纸质批文", "Record a paper decision", ("reviewed",), "recorded", _OFFICER,
            guards=("has_scan",), documents=("decision",), law="地名管理条例 第十二条",
        ),
        Transition(
            "discard_paper", "退回更正", "Discard the record", ("recorded",), "reviewed", _OFFICER,
            note_required=True,
        ),
        Transition(
            "confirm_paper", "核对批文并生效", "Confirm the paper decision", ("recorded",), "decided", _OFFICER,
            guards=("second_officer", "publicity_ended"), stage=Stage.DECIDE, danger=True, otherwise="refused",
        ),
        Transition(
            "announce", "发布公告", "Announce", ("decided",), None, ("publisher", "officer"),
            guards=("not_announced",), clock="announce_15d", law="地名管理条例 第十四条",
        ),
        Transition(
            "file", "登记备案", "Record filing", ("decided",), None, _OFFICER,
            guards=("not_filed",), note_required=True, clock="file_15d", law="地名管理条例 第十三条",
        ),
        Transition(
            "signs", "登记设标", "Record signs", ("decided",), None, _OFFICER,
            guards=("not_signed",), note_required=True, law="地名管理条例 第十九条",
        ),
        Transition(
            "share", "登记共享推送", "Record sharing", ("decided",), None, _OFFICER,
            guards=("not_shared",), note_required=True, law="地名管理条例 第十七条",
        ),
        Transition(
            "archive", "归档", "Archive", ("decided", "refused"), "archived", _OFFICER, guards=("tasks_done",),
        ),
        Transition(
            "withdraw", "撤回申请", "Withdraw",
            ("draft", "submitted", "supplement", "accepted", "consulting", "publicity", "reviewed"),
            "withdrawn", _APPLICANT, note_required=True, not_own=False, danger=True,
        ),
    ),
)
# fmt: on
