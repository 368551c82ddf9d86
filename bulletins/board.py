"""The door to the distribution board: how far published revisions have got, for the desk that put them out. No content but titles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import BooleanField, Case, Count, Exists, ExpressionWrapper, Min, OuterRef, Q, QuerySet, When
from django.utils import timezone

from accounts.models import Notice
from bulletins import facts
from bulletins.access import NotVisible, judge, refuse
from bulletins.acknowledged import counts_for
from bulletins.desk import has_desk, within_reach
from bulletins.models import Answer, Delivery, Package, Part, Receipt, Revision
from bulletins.owing import TELL
from bulletins.sealed import open_parts
from council.access.facts import Audience, State, Subject
from council.access.policy import Action, Decision, Reason
from council.access.tiers import Tier
from council.ids import opaque_id

# The board lists so many revisions that are under way; what is finished is found through its bulletin.
BOARD_LENGTH = 50
# What is finished stays this long, so that whoever published it sees that it is.
_FRESH = timedelta(hours=1)
# Where nothing is asked for, nobody waits for the last one to open it longer than this.
_LISTED_UNASKED = timedelta(days=30)
# The content is gone with its keys, or is about to be: the board goes on with the reference alone.
_WITHOUT_TITLE = {State.RECALLED, State.DISPOSED}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many packages of a revision stand where; those that ended before it did (a new key) are not counted."""

    queued: int = 0
    released: int = 0
    no_key: int = 0
    withheld: int = 0
    since: datetime | None = None

    @property
    def total(self) -> int:
        return self.queued + self.settled

    @property
    def settled(self) -> int:
        """Those that nothing is to be done for any more: released, without a key, withheld."""
        return self.released + self.no_key + self.withheld

    def left(self, now: datetime) -> timedelta | None:
        """How long the rest will take at the pace so far; None where nothing is settled yet."""
        if not self.queued or not self.settled or self.since is None:
            return None
        return (now - self.since) / self.settled * self.queued


@dataclass(frozen=True, slots=True)
class Run:
    """A revision under way, in numbers of organisations. `title` is empty where the reference alone may be shown.

    Who has answered counts as `acknowledged`; `overdue` are those that the revision has reached.
    `asked_back`, `back` and `late_back` count organisations that were to hand it back, did, and are late with it.
    """

    revision: Revision
    title: str
    progress: Progress
    organisations: int
    opened: int
    acknowledged: int
    overdue: int
    asked_back: int
    back: int
    late_back: int


@dataclass(frozen=True, slots=True)
class Board:
    """What passed the door: the revision to be shown, and every one that may be chosen in its place, newest first.

    `reminds` says whether the person may also remind, put deadlines off and note calls.
    """

    revision: Revision
    revisions: tuple[Revision, ...]
    reminds: bool


def board_of(subject: Subject, bulletin_id: UUID, number: int | None = None) -> Board:
    """The board of the newest revision that was ever published, or of `number`.

    NotVisible, with the refusal in the log, unless both may be tracked. One query, also for an id that was never used.
    """
    rows = Revision.unrestricted.select_related("bulletin__originator", "bulletin__served", "designation").filter(
        bulletin=bulletin_id, published_at__isnull=False
    )
    published = list(rows.order_by("-number"))
    decisions = [_decision(subject, row) for row in published]
    if not published or not decisions[0]:
        _refuse(subject, bulletin_id, decisions[0] if decisions else _nothing(), published)
    reached = tuple(row for row, decision in zip(published, decisions, strict=True) if decision)
    chosen = next((row for row in reached if number in (None, row.number)), None)
    if chosen is None:
        _refuse(subject, bulletin_id, _nothing(), published)
    return Board(chosen, reached, bool(_decision(subject, chosen, Action.REMIND)))


def _decision(subject: Subject, revision: Revision, action: Action = Action.TRACK) -> Decision:
    return judge(subject, action, facts.revision_facts(revision, Audience()))


def _nothing() -> Decision:
    return Decision(allowed=False, reason=Reason.NOT_FOUND)


def _refuse(subject: Subject, bulletin_id: UUID, decision: Decision, published: Sequence[Revision]) -> None:
    tier = Tier(published[0].tier) if published else Tier.ONE
    refuse(subject, Action.TRACK, bulletin_id, decision, tier=tier)
    raise NotVisible(decision.reason)


def may_track(subject: Subject) -> None:
    """NotVisible, with the refusal in the log, for people without a desk."""
    if not has_desk(subject):
        refuse(subject, Action.TRACK, opaque_id(), Decision(allowed=False, reason=Reason.ROLE), tier=Tier.ONE)
        raise NotVisible(Reason.ROLE)


# --- what is under way --------------------------------------------------------------------------------------------------


def runs_of(subject: Subject, *, titles: bool = True) -> list[Run]:
    """What the subject's agency put out and is not finished, newest first, at most BOARD_LENGTH: seven queries however many.

    Under way is what has just gone out, is being sealed, waits for an organisation, or is to be handed back; where there is
    more than fits, what asks for something goes before what doesn't. Without `titles` nothing is opened.
    """
    rows = _under_way(subject)
    asks = Case(When(deadline=None, state=State.PUBLISHED, then=1), default=0)
    found = rows.filter(within_reach(subject, rows)).order_by(asks, "-published_at", "-pk")
    found = found.select_related("bulletin__originator", "designation")[:BOARD_LENGTH]
    shown = sorted((row for row in found if _decision(subject, row)), key=_published_at, reverse=True)
    sealing, counts = _progress(shown), _counts(shown)
    words = _titles(shown) if titles else {}
    return [Run(row, words.get(row.pk, ""), sealing[row.pk], **counts[row.pk]) for row in shown]


def _published_at(revision: Revision) -> datetime:
    return revision.published_at


def _under_way(subject: Subject) -> QuerySet[Revision]:
    deliveries = Delivery.objects.filter(revision=OuterRef("pk"))
    queued = Package.objects.filter(revision=OuterRef("pk"), state=Package.State.QUEUED)
    now = timezone.now()
    unheard = Exists(deliveries.filter(~_settled(), deadline__isnull=False))
    unread = Q(published_at__gt=now - _LISTED_UNASKED) & Exists(deliveries.filter(~_has("opened_at"), deadline=None))
    fresh = Q(published_at__gt=now - _FRESH)
    served = Q(state=State.PUBLISHED) & (fresh | Exists(queued) | unheard | unread)
    to_return = Exists(deliveries.filter(recalled_at__isnull=False, returned_at=None))
    mine = Revision.unrestricted.filter(bulletin__originator=subject.organisation, published_at__isnull=False)
    return mine.filter(served | to_return)


# Of the delivery around it: what bulletins.owing and bulletins.standing ask of one revision, here of many at once.
_OF_THE_DELIVERY = {
    "bulletin": OuterRef("bulletin"),
    "revision": OuterRef("revision__number"),
    "organisation": OuterRef("organisation"),
}
_SINCE_ASKED = {name: field for name, field in _OF_THE_DELIVERY.items() if name != "revision"}


def _has(fact: str) -> Exists:
    """Whether somebody of a delivery's organisation has done this with its revision."""
    return Exists(Receipt.objects.filter(**_OF_THE_DELIVERY, **{f"{fact}__isnull": False}))


def _settled() -> Q:
    """Whether a delivery's organisation has acknowledged or answered, this revision or an earlier one that still counts."""
    acknowledged = Receipt.objects.filter(counts_for("revision__"), **_SINCE_ASKED, acknowledged_at__isnull=False)
    return Q(Exists(acknowledged)) | Q(Exists(Answer.objects.filter(counts_for("revision__"), **_SINCE_ASKED)))


def _reached() -> Q:
    """Whether a delivery has arrived somehow: only then its organisation can be late."""
    package = Package.objects.filter(
        revision=OuterRef("revision"), organisation=OuterRef("organisation"), released_at__isnull=False
    )
    told = Notice.objects.filter(
        about=OuterRef("bulletin"), revision=OuterRef("revision__number"), organisation=OuterRef("organisation"),
        kind__in=TELL, state=Notice.State.SENT,
    )  # fmt: skip
    return Q(Exists(package)) | Q(Exists(told)) | Q(_has("opened_at"))


def progress(revision: Revision) -> Progress:
    """How far the sealing of the revision has got (one query)."""
    return _progress([revision])[revision.pk]


def _progress(revisions: Sequence[Revision]) -> dict[UUID, Progress]:
    found = {row.pk: Progress() for row in revisions}
    rows = Package.objects.filter(revision__in=list(found)).exclude(state=Package.State.CLOSED)
    for row in rows.order_by().values("revision", "state").annotate(count=Count("pk"), since=Min("queued_at")):
        before = found[row["revision"]]
        since = min(filter(None, (before.since, row["since"])))
        found[row["revision"]] = replace(before, **{row["state"]: row["count"]}, since=since)
    return found


def _counts(revisions: Sequence[Revision]) -> dict[UUID, dict[str, int]]:
    """For each revision the numbers of organisations that a Run has, by their names there."""
    now = timezone.now()
    counts = {
        "organisations": Count("pk"),
        "opened": Count("pk", filter=Q(has_opened=True)),
        "acknowledged": Count("pk", filter=Q(has_settled=True)),
        "overdue": Count("pk", filter=Q(has_settled=False, was_reached=True, deadline__lt=now)),
        "asked_back": Count("pk", filter=Q(recalled_at__isnull=False)),
        "back": Count("pk", filter=Q(recalled_at__isnull=False, returned_at__isnull=False)),
        "late_back": Count("pk", filter=Q(return_deadline__lt=now, returned_at=None)),
    }
    rows = Delivery.objects.filter(revision__in=revisions).order_by()
    rows = rows.annotate(has_opened=_has("opened_at"), has_settled=_said(_settled()), was_reached=_said(_reached()))
    found = {row.pop("revision"): row for row in rows.values("revision").annotate(**counts)}
    return {row.pk: found.get(row.pk) or dict.fromkeys(counts, 0) for row in revisions}


def _said(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _titles(revisions: Iterable[Revision]) -> dict[UUID, str]:
    """Revision id -> its title at the banner's tier, where it may be shown and still opens (two queries)."""
    named = [row for row in revisions if row.state not in _WITHOUT_TITLE]
    parts = Part.unrestricted.filter(revision__in=named, kind=Part.Kind.TITLE).select_related("revision")
    highest = {part.revision_id: part for part in parts.order_by("tier")}
    words = open_parts(highest.values(), leave_out_destroyed=True)
    return {pk: words[part.pk].text for pk, part in highest.items() if part.pk in words}
