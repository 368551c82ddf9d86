"""Staff of agencies: accounts come from their provider, roles never do, and an address is nobody."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.actions.organisations import suspend_organisation
from accounts.actions.people import suspend_person
from accounts.identity_claims import uid_of
from accounts.models import Organisation, User
from accounts.strength import reaches_until
from council.access.tiers import Tier
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast, oidc

pytestmark = oidc.needs_provider

NUMBER, ABSENT, COMPANY = "8000012010038", "7000012050002", "7990000000101"
KNOWN = "jitsuzai@agency.example"
SATO = {"name": "佐藤 遥", "email": "Sato@agency.example", "email_verified": True, "ministry": "101"}
ACCOUNTS = {
    "sato": {**SATO, "roles": ["operator"], "groups": ["operators"]},
    "unchecked": {**SATO, "email": "other@agency.example", "email_verified": False},
    "collides": {**SATO, "email": KNOWN},
    "nameless": {**SATO, "name": ""},
    "elsewhere": {**SATO, "ministry": "999"},
    "absent": {**SATO, "ministry": "102"},
    "company": {**SATO, "ministry": "103"},
    "strong": {**SATO, "email": "strong@agency.example", "acr": "strong"},
    "stale": {**SATO, "email": "stale@agency.example", "acr": "strong", "auth_time": -3000},
    "weak": {**SATO, "email": "weak@agency.example", "acr": "weak"},
}
NUMBERS = {"101": NUMBER, "102": ABSENT, "103": COMPANY}


@pytest.fixture(scope="module")
def process() -> Iterator[oidc.Provider]:
    by_claim = {"claim": "ministry", "numbers": NUMBERS}
    members = {"kind": "staff", "label": "職員の認証", "organisation_claim": by_claim, "strong_acr": ["strong"]}
    with oidc.provider(ACCOUNTS, "http://127.0.0.1:8000", **members) as running:
        yield running


@pytest.fixture
def staff(process: oidc.Provider, settings: object) -> oidc.Provider:
    settings.COUNCIL_IDENTITY = [process.entry]
    return process


@pytest.fixture
def agency(world: cast.Council) -> Organisation:
    return cast.organisation(Organisation.Kind.AGENCY, "架空省", corporate_number=NUMBER)


def reasons() -> list[str]:
    return list(AuditEvent.objects.filter(action="identity.refuse").order_by("pk").values_list("reason", flat=True))


def signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_who_comes_for_the_first_time_gets_an_account(agency, staff, client):
    response = staff.sign_in(client, "sato")
    person = User.objects.get(email="sato@agency.example")
    assert (response.status_code, signed_in(client)) == (302, str(person.pk))
    assert (person.name, person.organisation, person.tier) == ("佐藤 遥", agency, 1)
    assert not person.has_usable_password()


def test_roles_and_subcommittees_never_come_from_there(agency, staff, client):
    staff.sign_in(client, "sato")
    person = User.objects.get(email="sato@agency.example")
    assert (person.role_assignments.count(), person.memberships.count()) == (0, 0)
    staff.sign_in(Client(), "sato")
    assert person.role_assignments.count() == 0


def test_nobody_made_the_account(agency, staff, client):
    staff.sign_in(client, "sato")
    event = AuditEvent.objects.get(action="people.create")
    facts = details_of([event])[event.pk]["facts"]
    assert (event.actor, event.org, event.object) == ("", str(agency.pk), str(User.objects.get(name="佐藤 遥").pk))
    assert (facts["roles"], facts["tier"], facts["provider"]) == ([], 1, "staff")


def test_the_second_time_they_are_who_they_were(agency, staff):
    first, second = Client(), Client()
    staff.sign_in(first, "sato")
    staff.sign_in(second, "sato")
    assert signed_in(first) == signed_in(second)
    assert AuditEvent.objects.filter(action="people.create").count() == 1


def test_an_account_with_the_same_address_is_not_taken_over(agency, staff, client):
    known = cast.person(agency, email=KNOWN)
    response = staff.sign_in(client, "collides")
    assert response.status_code == 403
    assert "結びつけ" in response.content.decode()
    assert (signed_in(client), SocialAccount.objects.count(), reasons()) == (None, 0, ["own_address_taken"])
    assert User.objects.filter(email=KNOWN).get() == known


def test_nobody_learns_of_an_account_elsewhere(world, agency, staff):
    cast.person(world.company, email=KNOWN)
    answers = {staff.sign_in(Client(), name).content for name in ("collides", "absent")}
    assert (len(answers), reasons()) == (1, ["address_taken", "unknown_agency"])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("elsewhere", "unknown_agency"),
        ("absent", "unknown_agency"),
        ("company", "unknown_agency"),
        ("unchecked", "unusable_claims"),
        ("nameless", "unusable_claims"),
    ],
)
def test_nobody_comes_in_but_staff_of_an_agency_that_takes_part(name, reason, agency, staff, client):
    people = User.objects.count()
    assert staff.sign_in(client, name).status_code == 403
    assert (signed_in(client), User.objects.count(), reasons()) == (None, people, [reason])


def test_staff_of_a_suspended_agency_stay_outside(world, agency, staff):
    staff.sign_in(Client(), "sato")
    suspend_organisation(agency, acting_user=world.operator)
    for name in ("sato", "strong"):
        client = Client()
        assert staff.sign_in(client, name).status_code == 403
        assert signed_in(client) is None
    assert reasons() == ["organisation_suspended", "unknown_agency"]


def test_suspended_and_unknown_staff_see_the_same_bytes(world, agency, staff):
    staff.sign_in(Client(), "sato")
    suspend_person(User.objects.get(name="佐藤 遥"), acting_user=world.operator)
    answers = {staff.sign_in(Client(), name).content for name in ("sato", "elsewhere", "absent", "unchecked")}
    assert len(answers) == 1


def test_who_moved_to_another_agency_stays_outside_until_somebody_moved_them_here(world, agency, staff, client):
    SocialAccount.objects.create(provider="staff", uid=uid_of(staff.issuer, "sato"), user=world.publisher)
    assert staff.sign_in(client, "sato").status_code == 403
    assert reasons() == ["other_corporate_number"]


def test_the_identity_of_who_left_begins_anew(agency, staff, client, django_user_model):
    left = cast.person(agency)
    SocialAccount.objects.create(provider="staff", uid=uid_of(staff.issuer, "sato"), user=left)
    django_user_model.objects.filter(pk=left.pk).update(left_at="2026-04-01T00:00:00Z", is_active=False)
    staff.sign_in(client, "sato")
    assert signed_in(client) == str(User.objects.get(email="sato@agency.example").pk)
    assert SocialAccount.objects.get().user_id != left.pk


def test_an_account_that_came_in_meanwhile_is_not_doubled(agency, staff, client):
    with patch("accounts.identities.User.objects.filter") as looked:
        looked.return_value.first.return_value = None
        looked.return_value.exists.return_value = False
        cast.person(agency, email="sato@agency.example")
        assert staff.sign_in(client, "sato").status_code == 403
    assert (signed_in(client), reasons()) == (None, ["unknown_identity"])


@pytest.mark.parametrize(("name", "tier"), [("strong", Tier.TWO), ("stale", Tier.ONE), ("weak", Tier.ONE)])
def test_only_strong_authentication_of_this_moment_reaches_tier_two(name, tier, agency, staff, client):
    staff.sign_in(client, name)
    assert client.get("/me/").wsgi_request.strength is tier


def test_what_was_strong_lasts_no_longer_than_a_passkey(agency, staff, client, settings):
    staff.sign_in(client, "strong")
    session = client.session
    assert reaches_until(client.get("/me/").wsgi_request, Tier.TWO)
    for record in session["account_authentication_methods"]:
        record["strong_at"] -= settings.STRONG_FOR.total_seconds()
    session.save()
    assert client.get("/me/").wsgi_request.strength is Tier.ONE


def test_a_passkey_is_not_asked_for_again_to_come_in(agency, staff, client):
    staff.sign_in(client, "sato")
    Authenticator.objects.create(user=User.objects.get(name="佐藤 遥"), type="totp", data={"secret": "x"})
    again = Client()
    assert staff.sign_in(again, "sato")["Location"] == "/"
    assert again.get("/me/").wsgi_request.strength is Tier.ONE
