"""A person's notices inside the portal. What they may not read any more has no line, and so no place in any count."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.log_notices import Report, report, tiers_for
from accounts.models import Notice, ReviewItem
from bulletins import letters
from bulletins.access import visible_to
from bulletins.models import Delivery, Receipt
from bulletins.notifying import asks_answer
from bulletins.telling import ASKS_READ, CLOSING
from council.access.facts import Organisation, Subject
from council.access.policy import Action, decide
from council.access.tiers import Tier

Kind = Notice.Kind
LONGEST = 100
# These are shown whatever the person may read; a digest only repeats what has lines of its own.
_ALWAYS = {*CLOSING, Kind.ESCALATION, Kind.KEY, Kind.REVIEW, Kind.LOG}


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as it is shown: `named` tells whether it says which bulletin or key it is about, `keeps_keys` whether the person
    may see the page of the keys. `logs` is what the newest weekly notice of the logs says; older ones say it no more.
    """

    notice: Notice
    named: bool
    keeps_keys: bool
    logs: Report = Report()

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
        if self.notice.kind == Kind.LOG:
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
        return (self.notice.acknowledged and not asks_answer(self.notice)) or self.notice.returned

    @property
    def waits(self) -> bool:
        """Whether its deadline still counts; that of an escalation is over, which is all it says."""
        return bool(self.notice.deadline) and not self.done and self.notice.kind != Kind.ESCALATION

    @property
    def tier(self) -> Tier:
        """That of knowing that it is there."""
        return Tier(self.notice.tier) if self.named else Tier.ONE


def tier_of(lines: Iterable[Line]) -> Tier:
    """The tier of a screen that shows these lines."""
    return max((line.tier for line in lines), default=Tier.ONE)


def lines_for(subject: Subject) -> list[Line]:
    """The newest LONGEST notices of the person, newest first, in as many queries however many there are."""
    rows = list(_shown(subject).select_related("organisation").order_by("-created_at", "-pk")[:LONGEST])
    weekly = next((row for row in rows if row.kind == Kind.LOG), None)
    logs = report(weekly, subject) if weekly else Report()
    keeps_keys = bool(decide(subject, Action.MANAGE_KEYS, Organisation(subject.organisation)))
    return [
        Line(
            row,
            row.kind != Kind.ESCALATION or row.readable or row.told,
            keeps_keys,
            logs if row is weekly else Report(),
        )
        for row in rows
    ]


def _shown(subject: Subject) -> QuerySet[Notice]:
    """The person's notices that exist for them at this moment.

    `readable` and `told` say how they know what each is about, `acknowledged` and `returned` what was done since; of a review,
    `asked_at_home` and `asked_at_all` what nobody has answered for, in the organisation of the notice or anywhere.
    """
    readable = visible_to(subject).filter(pk=OuterRef("about"))
    told = Notice.objects.filter(person=subject.person, about=OuterRef("about"), kind__in=CLOSING)
    this = {"bulletin": OuterRef("about"), "organisation": OuterRef("organisation")}
    acknowledged = Receipt.objects.filter(
        bulletin=OuterRef("about"), revision=OuterRef("revision"), person=subject.person, acknowledged_at__isnull=False
    )
    returned = Delivery.objects.filter(**this, revision__number=OuterRef("revision"), returned_at__isnull=False)
    # Nobody answers for themselves. What has lapsed was not answered either.
    asked = ReviewItem.objects.filter(
        campaign=OuterRef("about"), answer="", outcome__in=["", ReviewItem.Outcome.LAPSED]
    ).exclude(person=subject.person)
    own = Notice.objects.filter(person=subject.person).annotate(
        readable=Exists(readable), told=Exists(told), acknowledged=Exists(acknowledged), returned=Exists(returned),
        asked_at_home=Exists(asked.filter(organisation=OuterRef("organisation"))), asked_at_all=Exists(asked),
    )  # fmt: skip
    current = Exists(readable.filter(served__number=OuterRef("revision")))
    always = _ALWAYS if tiers_for(subject) else _ALWAYS - {Kind.LOG}
    return own.filter(Q(kind__in=always) | Q(current, kind__in=ASKS_READ))
