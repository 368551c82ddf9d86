"""Whoever stole the password of an account without a factor can add one: it reaches tier one until the organisation confirms it."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import enrolments
from accounts.actions import entrances, proposals
from accounts.actions.verb import Refused
from accounts.models import Notice, Proposal, RoleAssignment, User
from accounts.strength import give
from council.access.facts import Role
from council.access.tiers import Tier
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.accounts.given_factors import CONFIRM, Key, by_passkey, by_password, confirmed, passkey

pytestmark = pytest.mark.django_db
AS_FAR = "機密性1情報まで"


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture(autouse=True)
def _named(settings: object) -> None:
    settings.COUNCIL_URL = "http://testserver"


def reach(client: Client) -> str:
    return client.get("/me/").context["person"]["session_label"]


def told(person: User) -> list[str]:
    rows = Notice.objects.filter(person=person, kind=Notice.Kind.FACTOR).order_by("created_at")
    return [row.key.split(":")[2] for row in rows]


@pytest.fixture
def thief(world: cast.Council, client: Client) -> tuple[Client, Key]:
    """Somebody with the password of the reader of tier two, and a passkey of their own by now."""
    by_password(client, world.reader_two)
    return client, passkey(client)


def confirm(world: cast.Council, by: str = "administrator") -> User:
    return entrances.confirm_first_factor(world.reader_two, acting_user=getattr(world, by))


def test_the_passkey_that_a_password_added_reaches_tier_one(world: cast.Council, thief: tuple[Client, Key]) -> None:
    client, key = thief
    assert reach(client) == AS_FAR
    assert client.get("/bulletins/").status_code == 200
    confirmed(client, key)
    assert reach(client) == AS_FAR
    again = Client()
    by_passkey(again, key)
    assert reach(again) == AS_FAR


def test_no_further_passkey_reaches_further(world: cast.Council, thief: tuple[Client, Key]) -> None:
    client, _key = thief
    second = passkey(client)
    again = Client()
    by_passkey(again, second)
    assert reach(again) == AS_FAR


def test_the_work_of_an_administrator_waits_too(world: cast.Council) -> None:
    client = by_password(Client(), world.administrator)
    passkey(client)
    assert "組織の管理者に電話してください。" in client.get("/me/factors/").text
    assert client.get("/people/").headers["Location"].startswith(CONFIRM)
    assert "組織の管理者に電話してください。" in client.get(CONFIRM).text


def test_the_person_and_the_administrators_are_told_at_once(world: cast.Council, thief: tuple[Client, Key]) -> None:
    assert told(world.reader_two) == ["unconfirmed"]
    assert told(world.administrator) == ["to_confirm"]
    assert told(world.other_administrator) == told(world.operator) == []
    page = cast.sign_in(Client(), world.administrator).get("/notices/")
    assert f"/people/{world.reader_two.pk}/" in page.text


def test_where_nobody_else_runs_the_organisation_the_operators_are_told(world: cast.Council) -> None:
    passkey(by_password(Client(), world.administrator))
    assert told(world.operator) == ["to_confirm"]


def test_the_log_says_that_it_waits_and_who_confirmed(world: cast.Council, thief: tuple[Client, Key]) -> None:
    added = AuditEvent.objects.get(action="factor.add")
    assert details_of([added])[added.pk]["facts"]["unconfirmed"] is True
    confirm(world)
    assert AuditEvent.objects.get(action="factor.confirm").object == str(world.reader_two.pk)


def test_after_the_administrators_word_the_passkey_reaches_its_tier(
    world: cast.Council, thief: tuple[Client, Key]
) -> None:
    client, key = thief
    confirm(world)
    again = Client()
    by_passkey(again, key)
    assert reach(again) != AS_FAR
    assert told(world.reader_two)[-1] == "confirmed"


@pytest.mark.parametrize("who", ["reader_two", "reader_one", "other_administrator", "officer", "publisher", "auditor"])
def test_nobody_else_confirms(world: cast.Council, thief: tuple[Client, Key], who: str) -> None:
    with pytest.raises(Refused):
        confirm(world, who)
    assert User.objects.get(pk=world.reader_two.pk).unconfirmed_since


def test_where_nobody_can_yet_the_machines_keeper_confirms_an_operator(world: cast.Council) -> None:
    passkey(by_password(Client(), world.operator))
    call_command("confirm_factor", world.operator.email)
    assert User.objects.get(pk=world.operator.pk).unconfirmed_since is None
    assert AuditEvent.objects.get(action="factor.confirm").actor == ""


@pytest.mark.parametrize("who", ["reader_two", "operator"])
def test_and_nobody_but_an_operator_who_waits(world: cast.Council, thief: tuple[Client, Key], who: str) -> None:
    with pytest.raises(CommandError, match="No operator"):
        call_command("confirm_factor", getattr(world, who).email)
    assert User.objects.get(pk=world.reader_two.pk).unconfirmed_since


def test_nothing_is_confirmed_twice(world: cast.Council, thief: tuple[Client, Key]) -> None:
    confirm(world)
    with pytest.raises(ValidationError):
        confirm(world)


def test_an_invitation_needs_no_further_word(world: cast.Council, client: Client) -> None:
    way, code = enrolments.open_way(world.reader_two, "invitation", opened_by=None)
    client.post(enrolments.link_of(way.pk), {"code": code})
    passkey(client)
    assert reach(client) != AS_FAR
    assert told(world.administrator) == []


def test_whoever_begins_anew_with_two_others_needs_none_either(world: cast.Council, thief: tuple[Client, Key]) -> None:
    second = cast.person(world.company, Role.ADMINISTRATOR, tier=2)
    RoleAssignment.objects.get_or_create(person=second, role=Role.MEMBER)
    for seat in world.reader_two.memberships.all():
        second.memberships.create(subcommittee=seat.subcommittee)
    proposal = proposals.propose(
        Proposal.Kind.RECOVERY, world.company, world.reader_two.pk, {}, acting_user=world.administrator
    )
    proposals.confirm(proposal.pk, acting_user=world.operator)
    assert User.objects.get(pk=world.reader_two.pk).unconfirmed_since is None


def test_one_whom_an_identity_provider_lets_in_waits_as_well(world: cast.Council, client: Client) -> None:
    SocialAccount.objects.create(user=world.reader_two, provider="gbizid", uid="a" * 64)
    client.force_login(world.reader_two)
    session = client.session
    shown = {"method": "socialaccount", "provider": "gbizid", "at": timezone.now().timestamp()}
    session["account_authentication_methods"] = [shown]
    session["account_authentication_methods_user"] = str(world.reader_two.pk)
    session.save()
    passkey(client)
    assert reach(client) == AS_FAR


def test_sessions_and_tokens_that_the_portal_hands_out_stay_as_they_are(
    world: cast.Council, thief: tuple[Client, Key]
) -> None:
    client = Client()
    client.force_login(world.reader_two)
    session = client.session
    give(session, world.reader_two, Tier.TWO)
    session.save()
    assert reach(client) != AS_FAR


def test_the_pages_of_the_administrator_lead_to_it(world: cast.Council, thief: tuple[Client, Key]) -> None:
    client, url = cast.sign_in(Client(), world.administrator), f"/people/{world.reader_two.pk}/"
    assert "確認待ち" in client.get("/people/").text
    assert 'value="confirm"' in client.get(url).text
    client.post(url, {"do": "confirm"})
    assert 'value="confirm"' not in client.get(url).text
    assert "確認待ち" not in client.get("/people/").text
