"""アクセスの見直し: asking every organisation who still needs what, answering for one's people, reminding, and the end of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import review_notices as notices
from accounts.actions import limits
from accounts.actions.review_ending import end_right
from accounts.actions.review_lapse import settle_all
from accounts.actions.verb import Deed, Refused, verb
from accounts.last_holders import lock_holders
from accounts.models import ReviewCampaign, ReviewItem, User
from accounts.review_campaigns import locked, takes_answers, unanswered
from accounts.review_report import write_report
from accounts.review_rights import ORDER, held, people_asked_about, right_of
from council.access import facts
from council.access.facts import Subject
from council.access.policy import Action
from council.audit.events import Event
from council.audit.record import Entry, record, record_many
from council.templatetags.portal import jst_near

Answer, Outcome, Kind = ReviewItem.Answer, ReviewItem.Outcome, ReviewItem.Kind
SHORTEST, LONGEST = timedelta(days=3), timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of the answers for one person: how many were written, and how many rights the answering person may not end."""

    written: int = 0
    beyond: int = 0


def _need_runs(subject: Subject, about: object = "") -> None:
    limits.need(subject, Action.RUN_REVIEW, facts.Council(), about)


@verb(Event.REVIEW_OPENED)
def open_review(deed: Deed, deadline: datetime) -> ReviewCampaign:
    """Asks about every right of everybody who can sign in. ValidationError while another runs, or for an impossible deadline."""
    _need_runs(deed.subject)
    now = timezone.now()
    if not now + SHORTEST <= deadline <= now + LONGEST:
        raise ValidationError({"deadline": _("期限は、3日以上先で、1年以内の日にしてください。")})
    campaign = _begin(deed, now, deadline)
    items = _items(campaign)
    ReviewItem.objects.bulk_create(items, batch_size=500)
    asked = notices.ask(campaign, notices.OPENED)
    counts = {"people": len({item.person_id for item in items}), "items": len(items), "organisations": len(asked)}
    deed.note(campaign.pk, {"deadline": deadline.isoformat(), **counts})
    return campaign


def _begin(deed: Deed, now: datetime, deadline: datetime) -> ReviewCampaign:
    try:
        with transaction.atomic():
            return ReviewCampaign.objects.create(
                opened_by_id=UUID(deed.subject.person), opened_at=now, deadline=deadline
            )
    except IntegrityError:
        raise ValidationError(_("いまのアクセスの見直しが終わるまで、次は始められません。")) from None


def _items(campaign: ReviewCampaign) -> list[ReviewItem]:
    people = people_asked_about()
    homes = dict(people.values_list("pk", "organisation"))
    return [
        ReviewItem(campaign=campaign, organisation_id=homes[person], person_id=person, kind=kind, value=value)
        for person, kind, value in held(people)
        if person in homes
    ]


@verb(Event.REVIEW_ANSWERED)
def answer_for(deed: Deed, campaign: ReviewCampaign, person: User, answers: Mapping[UUID, str]) -> Answered:
    """keep or end for rights of one person, by item; what is left out stays as it is. What is to end ends now.

    Whoever ends the account ends everything of the person. A right that the acting person may not end keeps its answer, and waits for
    an operator or for the end of the review. Refused for oneself; ValidationError once the deadline has passed, or for other words.
    """
    # Before the row is waited for, so that nobody holds others up with what they may not do; and again afterwards: whoever held
    # the row meanwhile may have ended what this person may do.
    _need_answers(deed.subject, person)
    campaign = locked(campaign)
    lock_holders([person.organisation_id], [person.pk, deed.subject.person])
    deed = replace(deed, subject=limits.as_of_now(deed.subject))
    _need_answers(deed.subject, person)
    _need_open(campaign)
    if not set(answers.values()) <= {Answer.KEEP, Answer.END}:
        raise ValidationError(_("「引き続き必要」か「終える」を選んでください。"))
    items = list(ReviewItem.objects.filter(campaign=campaign, person=person, outcome=""))
    wanted = _wanted(items, answers)
    written, refused = _carry_out(deed, person, items, wanted)
    if written:
        deed.note(person.pk, {"review": str(campaign.pk), **_told(written), "beyond": refused})
    return Answered(len(written), len(refused))


def _need_answers(subject: Subject, person: User) -> None:
    limits.need_people_of(subject, person.organisation, person.pk)
    limits.refuse_oneself(subject, person)


def _need_open(campaign: ReviewCampaign) -> None:
    if not takes_answers(campaign):
        raise ValidationError(_("回答の期限を過ぎたので、この見直しにはもう答えられません。"))


def _wanted(items: Iterable[ReviewItem], answers: Mapping[UUID, str]) -> dict[UUID, str]:
    """Item -> answer, of those that can still be answered; with the account everything ends."""
    items = list(items)
    ends = any(item.kind == Kind.ACCOUNT and answers.get(item.pk) == Answer.END for item in items)
    if ends:
        return {item.pk: Answer.END for item in items}
    return {item.pk: answers[item.pk] for item in items if item.pk in answers}


def _carry_out(
    deed: Deed, person: User, items: list[ReviewItem], wanted: Mapping[UUID, str]
) -> tuple[list[ReviewItem], dict[str, str]]:
    """The items whose answer or outcome is another one now, and kind and value of those that may not be ended, with the reason."""
    now, there = timezone.now(), set(held(User.objects.filter(pk=person.pk)))
    written, refused = [], {}
    for item in sorted(items, key=lambda item: ORDER.index(Kind(item.kind))):
        answer = wanted.get(item.pk, "")
        new = answer not in ("", item.answer)
        if answer == Answer.END and right_of(item) in there:
            why = _end(deed.subject, item, person)
            if why is not None:
                refused[_named(item)] = why
            item.outcome = Outcome.ENDED if why is None else Outcome.OPEN
        elif answer == Answer.END:
            item.outcome = Outcome.GONE
        if new or item.outcome:
            item.answer, item.answered_by_id, item.answered_at = answer, UUID(deed.subject.person), now
            item.save(update_fields=["answer", "answered_by", "answered_at", "outcome"])
            written.append(item)
    return written, refused


def _end(subject: Subject, item: ReviewItem, person: User) -> str | None:
    """None when the right has ended, else the reason why this subject may not end it."""
    try:
        end_right(subject, item, person)
    except Refused as refused:
        return refused.reason
    return None


def _named(item: ReviewItem) -> str:
    return f"{item.kind}:{item.value}" if item.value else item.kind


def _told(written: Iterable[ReviewItem]) -> dict[str, list[str]]:
    written = list(written)
    return {
        str(answer): sorted(_named(item) for item in written if item.answer == answer)
        for answer in (Answer.KEEP, Answer.END)
    }


@verb(Event.REVIEW_REMINDED)
def remind_of_review(deed: Deed, campaign: ReviewCampaign) -> int:
    """Reminds everybody whose answers are missing, once a day; of how many organisations. ValidationError when there is nobody."""
    _need_runs(deed.subject, campaign.pk)
    campaign, now = locked(campaign), timezone.now()
    _need_open(campaign)
    if not notices.may_be_reminded(campaign, now):
        again = jst_near(campaign.reminded_at + notices.ONCE_IN)
        raise ValidationError(_("再通知は1日に1回までです。次は%(again)sから送れます。") % {"again": again})
    asked = send_round(campaign, f"{notices.BY_HAND}-{now:%Y%m%dT%H%M%S}", now, subject=deed.subject)
    if not asked:
        raise ValidationError(_("答えていない人はいないので、再通知しません。"))
    return asked


def send_round(campaign: ReviewCampaign, round_name: str, now: datetime, *, subject: Subject | None) -> int:
    """Writes the notices and events of one round into the open transaction; of how many organisations. The campaign is locked.

    `subject` is who reminds, None where the clock does.
    """
    asked = notices.ask(campaign, round_name)
    if asked:
        campaign.reminded_at = now
        campaign.save(update_fields=["reminded_at"])
        detail = {"review": str(campaign.pk), "round": round_name}
        entries = [Entry(subject.organisation if subject else str(of), object=str(of), detail=detail) for of in asked]
        record_many(Event.REVIEW_REMINDED, entries, actor=subject.person if subject else None)
    return len(asked)


@verb(Event.REVIEW_CLOSED)
def close_review(deed: Deed, campaign: ReviewCampaign) -> ReviewCampaign:
    """Ends a review in which everything is answered, and signs its report. ValidationError while answers are missing."""
    _need_runs(deed.subject, campaign.pk)
    campaign = locked(campaign)
    if campaign.closed_at is not None:
        raise ValidationError(_("この見直しは、もう終わっています。"))
    if unanswered(campaign).exists():
        raise ValidationError(_("まだ答えのない人がいるので、終えられません。"))
    settle_all(campaign)
    deed.note(campaign.pk, write_report(campaign))
    return campaign


def remind_by_the_clock(campaign: ReviewCampaign) -> int:
    """The round whose moment has come, if there is one; of how many organisations. Twice is as good as once."""
    with transaction.atomic():
        campaign, now = locked(campaign), timezone.now()
        due = notices.round_due(campaign, now) if takes_answers(campaign) else ""
        return send_round(campaign, due, now, subject=None) if due else 0


def look_at_review(subject: Subject, campaign: ReviewCampaign, part: int | None = None) -> None:
    """Writes down that the state of a review was shown, or that a part of its report (from 1) was fetched."""
    with transaction.atomic():
        detail = {} if part is None else {"report": part}
        record(
            Action.RUN_REVIEW,
            actor=subject.person,
            organisation=subject.organisation,
            object=str(campaign.pk),
            detail=detail,
        )
