"""House rule: each verb writes exactly one event, in the transaction of its effect; without the log nothing happens."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts import actions, founding_keys
from accounts.actions import (
    clearances,
    contacts,
    designations,
    emergencies,
    entrances,
    keys,
    leaving,
    organisations,
    people,
    pledge,
    proposals,
    review,
    rhythm,
    tokens,
)
from accounts.enrolments import open_way
from accounts.models import (
    Contact,
    Emergency,
    Organisation,
    PledgeText,
    Proposal,
    RecipientKey,
    ReviewCampaign,
    User,
)
from council.audit.details import details_of
from council.audit.models import AuditDetail, AuditEvent
from council.audit.record import AuditUnavailable, actor_of
from tests import cast
from tests.accounts import given_designations, given_factors, given_proposals, given_rosters, given_sessions, reviews
from tests.accounts import given_keys as given
from tests.accounts.given_keys import CLASSIC

TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=100)


def verbs() -> list[tuple[str, Callable]]:
    """Every verb of accounts.actions."""
    return list(_verbs())


def _verbs() -> Iterator[tuple[str, Callable]]:
    for found in pkgutil.iter_modules(actions.__path__):
        module = importlib.import_module(f"accounts.actions.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if hasattr(function, "verb") and function.__module__ == module.__name__:
                yield name, function


def _review() -> ReviewCampaign:
    return ReviewCampaign.objects.get()


def _answer() -> str:
    return given.opened(RecipientKey.objects.get().challenge, CLASSIC)


def _tomorrow() -> datetime:
    return timezone.now() + timedelta(days=1)


def _proposal(world: cast.Council) -> None:
    given_proposals.second_officer(world)
    given_proposals.proposed(world)


def _who(world: cast.Council, name: str) -> User:
    """One of the cast; the second officer is there when a proposal is."""
    return User.objects.get(name="西村 楓") if name == "second_officer" else getattr(world, name)


# verb -> what has to be there before it can be called
PREPARED: dict[str, Callable] = {
    **given_designations.PREPARED,
    **given_rosters.PREPARED,
    **given_factors.PREPARED,
    **given_sessions.PREPARED,
    "confirm": _proposal,
    "withdraw": _proposal,
    "accept_pledge": lambda w: PledgeText.objects.create(version=1, body="第一版", in_force_from=TODAY),
    "prove_key": lambda w: given.registered(w.company, w.reader_two, identity=CLASSIC),
    "add_holder": lambda w: given.in_use(w.company, w.reader_two),
    "confirm_key": lambda w: given.proved(w.company, w.reader_two),
    "revoke_key": lambda w: given.in_use(w.company, w.reader_two),
    "answer_for": lambda w: reviews.laid_out(w),
    "remind_of_review": lambda w: reviews.laid_out(w),
    "close_review": lambda w: reviews.laid_out(w, reviews.KEEP),
    "withdraw_invitation": lambda w: open_way(w.reader_two, "invitation", opened_by=None),
    "end_emergency": lambda w: emergencies.raise_emergency("題", "文", ends_at=_tomorrow(), acting_user=w.operator),
    "end_contact": lambda w: founding_keys.found_contact("deputy", organisation=w.company, person=w.reader_two),
}
# verb -> (its call, who does it)
CALLS: dict[str, tuple[Callable, str]] = {
    "create_person": (lambda w, **by: people.create_person(w.company, "a@b.example", "名", **by), "administrator"),
    "change_person": (lambda w, **by: people.change_person(w.reader_two, name="新", **by), "administrator"),
    "suspend_person": (lambda w, **by: people.suspend_person(w.reader_two, **by), "administrator"),
    "resume_person": (lambda w, **by: people.resume_person(w.reader_two, **by), "administrator"),
    "grant_role": (lambda w, **by: people.grant_role(w.reader_two, "member", **by), "administrator"),
    "revoke_role": (lambda w, **by: people.revoke_role(w.reader_two, "member", **by), "administrator"),
    "set_tier": (lambda w, **by: people.set_tier(w.reader_two, 1, **by), "administrator"),
    "join_subcommittee": (lambda w, **by: people.join_subcommittee(w.reader_two, w.infrastructure, **by), "operator"),
    "leave_subcommittee": (lambda w, **by: people.leave_subcommittee(w.reader_two, w.materials, **by), "operator"),
    "invite": (lambda w, **by: entrances.invite(w.reader_two, **by), "administrator"),
    "withdraw_invitation": (lambda w, **by: entrances.withdraw_invitation(w.reader_two, **by), "administrator"),
    "leave": (lambda w, **by: leaving.leave(w.reader_two, **by), "administrator"),
    "transfer": (lambda w, **by: leaving.transfer(w.reader_two, w.thinktank, **by), "operator"),
    "create_organisation": (lambda w, **by: organisations.create_organisation("agency", "新庁", **by), "operator"),
    "change_organisation": (lambda w, **by: organisations.change_organisation(w.company, name="新", **by), "operator"),
    "suspend_organisation": (lambda w, **by: organisations.suspend_organisation(w.company, **by), "operator"),
    "resume_organisation": (lambda w, **by: organisations.resume_organisation(w.company, **by), "operator"),
    "create_subcommittee": (lambda w, **by: organisations.create_subcommittee("新分科会", **by), "operator"),
    "seat_organisation": (lambda w, **by: organisations.seat_organisation(w.audit, w.materials, **by), "operator"),
    "unseat_organisation": (
        lambda w, **by: organisations.unseat_organisation(w.company, w.materials, **by),
        "operator",
    ),
    "record_designation": (
        lambda w, **by: designations.record_designation(
            w.agency, "経安8号", "概要", designated_on=TODAY, expires_on=LATER, **by
        ),
        "officer",
    ),
    "propose": (lambda w, **by: given_proposals.proposed(w, **by), "officer"),
    "confirm": (lambda w, **by: proposals.confirm(Proposal.objects.get().pk, **by), "second_officer"),
    "withdraw": (lambda w, **by: proposals.withdraw(Proposal.objects.get().pk, **by), "second_officer"),
    "end_clearance": (lambda w, **by: clearances.end_clearance(w.reader_three, w.agency, **by), "officer"),
    **given_designations.CALLS,
    **given_rosters.CALLS,
    **given_factors.CALLS,
    **given_sessions.CALLS,
    "publish_pledge": (lambda w, **by: pledge.publish_pledge("誓います。", in_force_from=TODAY, **by), "operator"),
    "begin_period": (lambda w, **by: pledge.begin_period(TODAY, **by), "operator"),
    "accept_pledge": (lambda w, **by: pledge.accept_pledge(1, **by), "reader_two"),
    "register_key": (
        lambda w, **by: keys.register_key(w.company, str(CLASSIC.recipient), [w.reader_two.pk], **by),
        "administrator",
    ),
    "prove_key": (lambda w, **by: keys.prove_key(RecipientKey.objects.get(), _answer(), **by), "administrator"),
    "add_holder": (lambda w, **by: keys.add_holder(RecipientKey.objects.get(), w.reader_one, **by), "administrator"),
    "confirm_key": (lambda w, **by: keys.confirm_key(RecipientKey.objects.get(), **by), "officer"),
    "revoke_key": (lambda w, **by: keys.revoke_key(RecipientKey.objects.get(), "lost", **by), "operator"),
    "add_contact": (
        lambda w, **by: contacts.add_contact("deputy", organisation=w.company, person=w.reader_two, **by),
        "administrator",
    ),
    "end_contact": (lambda w, **by: contacts.end_contact(Contact.objects.get(), **by), "administrator"),
    "raise_emergency": (lambda w, **by: emergencies.raise_emergency("題", "文", ends_at=_tomorrow(), **by), "operator"),
    "end_emergency": (lambda w, **by: emergencies.end_emergency(Emergency.objects.get(), **by), "operator"),
    "open_review": (lambda w, **by: review.open_review(timezone.now() + timedelta(days=14), **by), "officer"),
    "answer_for": (
        lambda w, **by: reviews.answered(_review(), w.reader_two, reviews.KEEP, by=by["acting_user"]),
        "administrator",
    ),
    "remind_of_review": (lambda w, **by: review.remind_of_review(_review(), **by), "officer"),
    "close_review": (lambda w, **by: review.close_review(_review(), **by), "operator"),
    "set_notice_rhythm": (lambda w, **by: rhythm.set_notice_rhythm(w.reader_two, "weekly", **by), "reader_two"),
    "issue_token": (lambda w, **by: tokens.issue_token(w.reader_two, **by), "reader_two"),
    "revoke_tokens": (lambda w, **by: tokens.revoke_tokens(w.reader_two, **by), "reader_two"),
}

# What is done in the same moment has an event of its own.
TELL_MORE = {"confirm"}


def test_the_table_below_knows_every_verb() -> None:
    assert set(CALLS) == {name for name, _ in verbs()}


@pytest.mark.parametrize(("name", "function"), verbs())
def test_a_verb_takes_its_acting_person_by_name_alone(name: str, function: Callable) -> None:
    with pytest.raises(TypeError, match="acting_user"):
        function()


@pytest.mark.parametrize("name", CALLS)
def test_a_verb_writes_one_event_that_names_who_and_what(world: cast.Council, name: str) -> None:
    call, who = CALLS[name]
    PREPARED.get(name, id)(world)
    by, before = _who(world, who), set(AuditEvent.objects.values_list("pk", flat=True))
    call(world, acting_user=by)
    function = dict(verbs())[name]
    made = AuditEvent.objects.exclude(pk__in=before)
    event = made.get(action=str(function.verb))
    assert (event.outcome, made.count()) == ("allow", 2 if name in TELL_MORE else 1)
    assert (event.actor, event.org) == (actor_of(str(by.pk)), str(by.organisation_id))
    assert event.object


@pytest.mark.parametrize("name", CALLS)
def test_without_the_log_a_verb_changes_nothing(world: cast.Council, name: str) -> None:
    call, who = CALLS[name]
    PREPARED.get(name, id)(world)
    before = _everything()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent RENAME TO out_of_reach")
    with pytest.raises(AuditUnavailable):
        call(world, acting_user=_who(world, who))
    assert _everything() == before


def _everything() -> list:
    tables = apps.get_app_config("accounts").get_models()
    return [list(model._default_manager.order_by("pk").values()) for model in tables]


def test_no_leaf_names_a_person_and_the_sealed_detail_says_what_changed(world: cast.Council) -> None:
    people.grant_role(world.reader_two, "member", acting_user=world.administrator)
    event = AuditEvent.objects.get()
    assert str(world.administrator.pk).encode() not in bytes(event.leaf)
    assert details_of([event])[event.pk]["facts"] == {"role": "member"}
    assert AuditDetail.objects.count() == 1


def test_an_organisation_that_was_created_is_there_afterwards(world: cast.Council) -> None:
    made = organisations.create_organisation("agency", "新しい庁", acting_user=world.operator)
    assert AuditEvent.objects.get().object == str(made.pk)
    assert Organisation.objects.filter(pk=made.pk).exists()
