from accord.platform.models.lake import LakeFile, LakeTable
from accord.platform.models.log import AuditEntry, Event, FieldChange
from accord.platform.models.preferences import (
    BulkChange,
    ExchangeRate,
    InstanceSetting,
    SavedView,
)
from accord.platform.models.record import Record
from accord.platform.models.transfer import Import, ImportRow
from accord.platform.models.user import OneTimeLink, Role, Team, User
from accord.platform.models.work import Heartbeat, Job, Schedule

__all__ = [
    "AuditEntry",
    "BulkChange",
    "Event",
    "ExchangeRate",
    "FieldChange",
    "Heartbeat",
    "Import",
    "ImportRow",
    "InstanceSetting",
    "Job",
    "LakeFile",
    "LakeTable",
    "OneTimeLink",
    "Record",
    "Role",
    "SavedView",
    "Schedule",
    "Team",
    "User",
]
