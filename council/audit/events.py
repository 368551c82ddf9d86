"""What can be written into the audit log: the actions of the access kernel, and the events below. Pure."""

from enum import StrEnum

from council.access.policy import Action

# The version of the precedence table (council/access/README.md) that decided. Raise it when a rule of decide() changes.
POLICY = "2026-11-24"


class Outcome(StrEnum):
    """Whether what was asked for was done or refused."""

    ALLOW = "allow"
    DENY = "deny"


class Event(StrEnum):
    """What happens without being an Action of decide(). The values are the words of the log: they never change."""

    SIGN_IN = "session.sign_in"
    SIGN_IN_FAILED = "session.sign_in_failed"
    SIGN_OUT = "session.sign_out"
    PASSWORD_CHANGED = "session.password_changed"  # noqa: S105  the name of an event
    TOKEN_CREATED = "token.create"  # noqa: S105
    TOKEN_REVOKED = "token.revoke"  # noqa: S105
    TOKEN_REFUSED = "token.refused"  # noqa: S105
    BULLETIN_LIST = "bulletin.list"
    BULLETIN_SEARCH = "bulletin.search"
    BULLETIN_OPENED = "bulletin.opened"
    BULLETIN_EXPIRED = "bulletin.expired"
    BULLETIN_SUPERSEDED = "bulletin.superseded"
    GRANT_ADDED = "grant.add"
    GRANT_REMOVED = "grant.remove"
    IMPORT_REFUSED = "import.refused"
    PACKAGE_SEALED = "package.seal"
    PACKAGE_RELEASED = "package.release"
    PACKAGE_WITHHELD = "package.withhold"
    PACKAGE_CLOSED = "package.close"
    NOTICE_SENT = "notice.send"
    NOTICE_BOUNCED = "notice.bounce"
    NOTICE_RHYTHM = "notice.rhythm"
    NOTICE_LIST = "notice.list"
    DEADLINE_EXTENDED = "deadline.extend"
    ESCALATED = "deadline.escalate"
    RETURN_CALLED = "return.call"
    BOARD_EXPORT = "board.export"
    KEY_REGISTERED = "key.register"
    KEY_PROVED = "key.prove"
    KEY_HOLDER_ADDED = "key.holder"
    KEY_CONFIRMED = "key.approve"
    KEY_REVOKED = "key.revoke"
    KEYS_ROTATED = "keys.rotate"
    KEYS_RETIRED = "keys.retire"
    CONTACT_ADDED = "contact.add"
    CONTACT_ENDED = "contact.end"
    AUDIT_LIST = "audit.list"
    AUDIT_EXPORT = "audit.export"
    AUDIT_VERIFY = "audit.verify"
    AUDIT_PROVE = "audit.prove"
    AUDIT_PULL = "audit.pull"
    QUERY_SAVE = "audit.save_query"
    QUERY_REMOVE = "audit.remove_query"
    SIGNAL_RAISED = "audit.signal"
    SIGNAL_SETTLED = "audit.settle_signal"
    HEARTBEAT = "log.heartbeat"
    LOG_REFUSED = "log.refused"
    WITNESS_REFUSED = "log.witness_refused"
    HOLD_PLACED = "retention.hold"
    HOLD_LIFTED = "retention.lift"
    DISPOSAL_PROPOSED = "retention.propose"
    DISPOSAL_WITHDRAWN = "retention.withdraw"
    DISPOSAL_APPROVED = "retention.approve"
    DISPOSAL_DONE = "retention.dispose"
    REVIEW_OPENED = "review.open"
    REVIEW_ANSWERED = "review.answer"
    REVIEW_REMINDED = "review.remind"
    REVIEW_LAPSED = "review.lapse"
    REVIEW_CLOSED = "review.close"
    PEOPLE_CREATE = "people.create"
    PEOPLE_CHANGE = "people.change"
    PEOPLE_SUSPEND = "people.suspend"
    PEOPLE_RESUME = "people.resume"
    ROLE_GRANT = "role.grant"
    ROLE_REVOKE = "role.revoke"
    TIER_CHANGE = "tier.change"
    ORGANISATION_CREATE = "organisation.create"
    ORGANISATION_CHANGE = "organisation.change"
    ORGANISATION_SUSPEND = "organisation.suspend"
    ORGANISATION_RESUME = "organisation.resume"
    SUBCOMMITTEE_CREATE = "subcommittee.create"
    SUBCOMMITTEE_CHANGE = "subcommittee.change"
    SUBCOMMITTEE_SEAT = "subcommittee.seat"
    SUBCOMMITTEE_UNSEAT = "subcommittee.unseat"
    SUBCOMMITTEE_JOIN = "subcommittee.join"
    SUBCOMMITTEE_LEAVE = "subcommittee.leave"
    PLEDGE_CREATE = "pledge.create"
    PLEDGE_ACCEPT = "pledge.accept"
    CLEARANCE_RECORD = "clearance.record"
    CLEARANCE_END = "clearance.end"
    CERTIFICATION_RECORD = "certification.record"
    CONTRACT_RECORD = "contract.record"
    ROSTER_RECORD = "roster.record"
    ROSTER_REMOVE = "roster.remove"
    DESIGNATION_RECORD = "designation.record"
    DESIGNATION_CHANGE = "designation.change"
    PAGE_SHOWN = "page.show"
    SETTINGS_CHANGE = "settings.change"
    DEMO_LOAD = "demo.load"
    WORLD_LOAD = "world.load"


VOCABULARY: dict[str, Action | Event] = {str(name): name for name in (*Action, *Event)}


def named(action: str) -> Action | Event:
    """The action or event with this name; ValueError for a name the log does not know."""
    if action not in VOCABULARY:
        raise ValueError(f"the log knows no action {action!r}")
    return VOCABULARY[action]
