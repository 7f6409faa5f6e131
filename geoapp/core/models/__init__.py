"""The tables of the foundation."""

from geoapp.core.models.accounts import Department, Membership, Organisation, User
from geoapp.core.models.act import Act, ActHead
from geoapp.core.models.case import (
    Attachment,
    Case,
    CaseEvent,
    CaseItem,
    CaseNumber,
    CaseTask,
    FindingRow,
)
from geoapp.core.models.consumer import Consumer, RestrictedLayer
from geoapp.core.models.feed import FeedMark, FeedState, Webhook, WebhookDelivery
from geoapp.core.models.jurisdiction import Jurisdiction
from geoapp.core.models.procedure import (
    Announcement,
    ApprovalAuthority,
    Consultation,
    Decision,
    PublicComment,
    Publicity,
)
from geoapp.core.models.published import PublishedNotice, PublishedRow, PublishedSuccessor
from geoapp.core.models.settings import CalendarDay, RuleProfile
from geoapp.core.models.version import Version

__all__ = [
    "Act",
    "ActHead",
    "Announcement",
    "ApprovalAuthority",
    "Attachment",
    "CalendarDay",
    "Case",
    "CaseEvent",
    "CaseItem",
    "CaseNumber",
    "CaseTask",
    "Consultation",
    "Consumer",
    "Decision",
    "Department",
    "FeedMark",
    "FeedState",
    "FindingRow",
    "Jurisdiction",
    "Membership",
    "Organisation",
    "PublicComment",
    "Publicity",
    "PublishedNotice",
    "PublishedRow",
    "PublishedSuccessor",
    "RestrictedLayer",
    "RuleProfile",
    "User",
    "Version",
    "Webhook",
    "WebhookDelivery",
]
