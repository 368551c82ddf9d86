"""A person's notices inside the portal. What they may not read any more has no line, and so no place in any count."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.designation_notices import SILENT
from accounts.device_notices import KINDS, devices_of, facts_of
from accounts.log_notices import Report, report, tiers_for
from accounts.models import DesignationNotice, Device, Notice, ReviewItem
from bulletins import letters
from bulletins.access import visible_to
from bulletins.acknowledged import counts_for_named
from bulletins.ended_marks import marks_of
from bulletins.models import Delivery, TakenCopy
from bulletins.notifying import asks_answer
from bulletins.review_days import due_for
from bulletins.stopped_plans import told_of, waiting_for
from bulletins.telling import ASKS_READ, CLOSING, TOLD
from council.access.facts import Organisation, Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier

Kind = Notice.Kind
LONGEST = 100
# These are shown whatever the person may read; a digest only repeats what has lines of its own.
_ALWAYS = {
    *CLOSING,
    *KINDS,
    Kind.ENROLMENT,
    Kind.LEAVING,
    Kind.ESCALATION,
    Kind.DESIGNATION,
    Kind.KEY,
    Kind.REVIEW,
    Kind.LOG,
}
# What the clock tells of and was found to be so no more has no line.
_BY_THE_CLOCK = {Kind.CLOCK, Kind.IDLE}


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as it is shown: `named` tells whether it says which bulletin or key it is about, `keeps_keys` whether the person
    may see the page of the keys. `logs` is what the newest weekly notice of the logs says; older ones say it no more. `device` is what a
    notice of a new one tells of, while it is known. `mark` is that of what is no longer designated.
    """

    notice: Notice
    named: bool
    keeps_keys: bool
    logs: Report = Report()
    device: Device | None = None
    mark: str = ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """When and on what, of a notice about one's own sign-in."""
        return facts_of(self.notice, self.device) if self.notice.kind in KINDS else []

    @property
    def asked(self) -> str:
        return letters.asked(self.notice, named=self.named)

    @property
    def reference(self) -> str:
        return letters.reference(self.notice) if self.named else ""

    @property
    def path(self) -> str:
        """The page to go to; empty where there is none but the inbox itself."""
        if self.notice.kind == Kind.KEY:
            return reverse("accounts:keys") if self.keeps_keys else ""
        # The link of an invitation goes by mail alone.
        if self.notice.kind in (Kind.LOG, Kind.ENROLMENT, Kind.LEAVING):
            return ""
        return letters.path_of(self.notice, named=True) if self.named else ""

    @property
    def new(self) -> bool:
        return self.notice.seen_at is None

    @property
    def done(self) -> bool:
        """Whether what it asked for was done since: acknowledged by the person, handed back by the organisation, answered."""
        if self.notice.kind == Kind.REVIEW:
            return not (self.notice.asked_at_home if self.notice.organisation_id else self.notice.asked_at_all)
        if self.notice.kind == Kind.DESIGNATION:
            return not self.notice.unconfirmed
        return (self.notice.acknowledged and not asks_answer(self.notice)) or self.notice.returned

    @property
    def waits(self) -> bool:
        """Whether its deadline still counts; that of an escalation is over, which is all it says."""
        return bool(self.notice.deadline) and not self.done and self.notice.kind != Kind.ESCALATION

    @property
    def tier(self) -> Tier:
        """That of knowing that it is there. What is no longer designated bears no frame, and is no less secret than tier two for that."""
        return min(Tier(self.notice.tier), Tier.TWO if self.mark else Tier.CRITICAL) if self.named else Tier.ONE


def tier_of(lines: Iterable[Line]) -> Tier:
    """The tier of a screen that shows these lines."""
    return max((line.tier for line in lines), default=Tier.ONE)


def lines_for(subject: Subject) -> list[Line]:
    """The newest LONGEST notices of the person, newest first, in as many queries however many there are."""
    rows = list(_shown(subject).select_related("organisation").order_by("-created_at", "-pk")[:LONGEST])
    weekly = next((row for row in rows if row.kind == Kind.LOG), None)
    logs, marks = report(weekly, subject) if weekly else Report(), marks_of(rows)
    keeps_keys = bool(decide(subject, Action.MANAGE_KEYS, Organisation(subject.organisation)))
    devices = devices_of(rows)
    return [
        Line(
            row,
            row.kind != Kind.ESCALATION or row.readable or row.told,
            keeps_keys,
            logs if row is weekly else Report(),
            devices.get(row.about),
            marks.get(row.pk, ""),
        )
        for row in rows
    ]


def _shown(subject: Subject) -> QuerySet[Notice]:
    """The person's notices that exist for them at this moment.

    `readable` and `told` say how they know what each is about, `acknowledged` and `returned` what was done since; of a review,
    `asked_at_home` and `asked_at_all` what nobody has answered for, in the organisation of the notice or anywhere; of a designation,
    `unconfirmed` that the person has not said that they know.
    """
    readable = visible_to(subject).filter(pk=OuterRef("about"))
    told = Notice.objects.filter(person=subject.person, about=OuterRef("about"), kind__in=CLOSING)
    this = {"bulletin": OuterRef("about"), "organisation": OuterRef("organisation")}
    acknowledged = counts_for_named().filter(person=subject.person)
    returned = Delivery.objects.filter(**this, revision__number=OuterRef("revision"), returned_at__isnull=False)
    # Nobody answers for themselves. What has lapsed was not answered either.
    asked = ReviewItem.objects.filter(
        campaign=OuterRef("about"), answer="", outcome__in=["", ReviewItem.Outcome.LAPSED]
    ).exclude(person=subject.person)
    unconfirmed = DesignationNotice.objects.filter(SILENT, entry=OuterRef("about"), person=subject.person)
    own = Notice.objects.filter(person=subject.person).annotate(
        readable=Exists(readable), told=Exists(told), acknowledged=Exists(acknowledged), returned=Exists(returned),
        asked_at_home=Exists(asked.filter(organisation=OuterRef("organisation"))), asked_at_all=Exists(asked),
        unconfirmed=Exists(unconfirmed),
    )  # fmt: skip
    current = Exists(readable.filter(served__number=OuterRef("revision")))
    always = _ALWAYS if tiers_for(subject) else _ALWAYS - {Kind.LOG}
    still = Q(kind__in=_BY_THE_CLOCK) & ~Q(state=Notice.State.SKIPPED)
    found = Q(current, kind=Kind.SEARCH) & (Q(state=Notice.State.SENT) | Q(reason=TOLD))
    to_review = Q(kind=Kind.REVIEW_DAY, about__in=[row.bulletin_id for row in due_for(subject)])
    stopped = Q(Exists(told_of(waiting_for(subject))), kind=Kind.PLAN)
    out = Q(kind=Kind.COPY, about__in=TakenCopy.objects.filter(person=subject.person, ended_at=None).values("pk"))
    return own.filter(still | Q(kind__in=always) | Q(current, kind__in=ASKS_READ) | found | to_review | stopped | out)
