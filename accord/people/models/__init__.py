from accord.people.models.banner import BannerAnswer, BannerText
from accord.people.models.channel import ChannelRule
from accord.people.models.company import Affiliation, Company
from accord.people.models.consent import (
    Assessment,
    ConsentRecord,
    ConsentText,
    Pause,
    Purpose,
    Restriction,
    Suppression,
)
from accord.people.models.contact import Address, Contact, LifecycleChange
from accord.people.models.field import CustomField, LifecycleStage
from accord.people.models.merge import Merge, MergedEvent, MergeItem, NotTheSame
from accord.people.models.privacy import Erasure, PrivacyRequest, PrivacyStep
from accord.people.models.segment import (
    ChangedPerson,
    Membership,
    MembershipTurn,
    Segment,
    SegmentSize,
    SegmentVersion,
)
from accord.people.models.visitor import (
    ErasedKey,
    Evidence,
    KeyChange,
    RestrictedPair,
    Visitor,
    VisitorSpan,
)

__all__ = [
    "Address",
    "Affiliation",
    "Assessment",
    "BannerAnswer",
    "BannerText",
    "ChangedPerson",
    "ChannelRule",
    "Company",
    "ConsentRecord",
    "ConsentText",
    "Contact",
    "CustomField",
    "ErasedKey",
    "Erasure",
    "Evidence",
    "KeyChange",
    "LifecycleChange",
    "LifecycleStage",
    "Membership",
    "MembershipTurn",
    "Merge",
    "MergeItem",
    "MergedEvent",
    "NotTheSame",
    "Pause",
    "PrivacyRequest",
    "PrivacyStep",
    "Purpose",
    "RestrictedPair",
    "Restriction",
    "Segment",
    "SegmentSize",
    "SegmentVersion",
    "Suppression",
    "Visitor",
    "VisitorSpan",
]
