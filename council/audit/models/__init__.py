from council.audit.models.desk import EvidencePack, SavedQuery, Signal, SignalReach, Verification
from council.audit.models.event import AuditDetail, AuditEvent
from council.audit.models.log import Cosignature, LogCheckpoint, LogEntry, LogHead, LogTile, PendingEvent
from council.audit.models.retention import Disposal, LegalHold

__all__ = [
    "AuditDetail",
    "AuditEvent",
    "Cosignature",
    "Disposal",
    "EvidencePack",
    "LegalHold",
    "LogCheckpoint",
    "LogEntry",
    "LogHead",
    "LogTile",
    "PendingEvent",
    "SavedQuery",
    "Signal",
    "SignalReach",
    "Verification",
]
