"""What a provider's words are worth: each row of the table in docs/identity.md."""

import pytest

from accounts.identity_claims import (
    Account,
    Assurance,
    address_of_staff,
    assurance_of,
    number_of_staff,
    shown_strongly_at,
    uid_of,
)
from council.identity_settings import IdentityProvider, Kind

NUMBER, OTHER = "7990000000101", "5990000000202"
PRIME = {"account_type": "2", "corporate_number": NUMBER}
MEMBER = {"account_type": "3", "corporate_number": NUMBER}


def proved(role: str, number: str = NUMBER, **verification: object) -> dict:
    return {"verified_claims": {"verification": verification, "claims": {"role": role, "registration_number": number}}}


def staff(**members: object) -> IdentityProvider:
    return IdentityProvider("staff", Kind.STAFF, "https://id.example", "portal", "職員", ("openid",), **members)


ROWS = [
    ({"account_type": "1"}, Assurance(Account.ENTRY, 1, "", False)),
    ({"account_type": "1", "corporate_number": NUMBER}, Assurance(Account.ENTRY, 1, NUMBER, False)),
    (PRIME, Assurance(Account.PRIME, 2, NUMBER, False)),
    ({**PRIME, "account_type": 2}, Assurance(Account.PRIME, 2, NUMBER, False)),
    (MEMBER, Assurance(Account.MEMBER, 1, NUMBER, False)),
    ({**PRIME, **proved("prime", assurance_level="ial2")}, Assurance(Account.PRIME, 2, NUMBER, False)),
    ({**PRIME, **proved("prime", assurance_level="IAL1")}, Assurance(Account.PRIME, 1, NUMBER, False)),
    ({**PRIME, **proved("prime", assurance_level="high")}, Assurance(Account.PRIME, 0, NUMBER, False)),
    ({**PRIME, **proved("prime")}, Assurance(Account.PRIME, 2, NUMBER, False)),
    ({**MEMBER, **proved("member", assurance_level="ial2")}, Assurance(Account.MEMBER, 1, NUMBER, False)),
    ({**PRIME, **proved("member")}, Assurance(Account.UNKNOWN, 0, NUMBER, False)),
    ({**PRIME, **proved("prime", OTHER)}, Assurance(Account.UNKNOWN, 0, NUMBER, False)),
    ({**PRIME, "verified_claims": "ial2"}, Assurance(Account.UNKNOWN, 0, NUMBER, False)),
    ({**PRIME, "verified_claims": {}}, Assurance(Account.PRIME, 2, NUMBER, False)),
    ({**PRIME, "corporate_number": "799000000010"}, Assurance(Account.PRIME, 2, "", False)),
    ({**PRIME, "corporate_number": "７９９００００００１０１１"}, Assurance(Account.PRIME, 2, "", False)),
    ({**PRIME, "delegation_info": {"from": OTHER}}, Assurance(Account.PRIME, 2, NUMBER, True)),
    ({**PRIME, "delegation_info": {}}, Assurance(Account.PRIME, 2, NUMBER, False)),
    ({**PRIME, "delegated_by": OTHER}, Assurance(Account.PRIME, 2, NUMBER, True)),
    ({**PRIME, "account_type": "4"}, Assurance(Account.UNKNOWN, 0, NUMBER, False)),
    ({}, Assurance(Account.UNKNOWN, 0, "", False)),
]


@pytest.mark.parametrize(("userinfo", "assurance"), ROWS)
def test_userinfo_is_worth_this(userinfo, assurance):
    assert assurance_of(userinfo) == assurance


def test_an_identity_is_its_issuer_and_its_subject():
    issuer = "https://gbiz-id.go.jp/oauth/"
    names = {uid_of(issuer, "a"), uid_of(issuer.rstrip("/"), "a"), uid_of(issuer, "b"), uid_of(f"{issuer}a", "")}
    assert len(names) == 4
    assert {len(name) for name in names} == {64}


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ({"ministry": "A"}, NUMBER),
        ({"ministry": ["A", "elsewhere"]}, NUMBER),
        ({"ministry": ["A", "A2"]}, NUMBER),
        ({"ministry": ["A", "B"]}, ""),
        ({"ministry": "C"}, ""),
        ({"ministry": {"A": 1}}, ""),
        ({}, ""),
    ],
)
def test_a_claim_names_one_agency_or_none(said, number):
    provider = staff(claim="ministry", numbers=(("A", NUMBER), ("A2", NUMBER), ("B", OTHER)))
    assert number_of_staff(provider, said) == number


def test_a_fixed_agency_needs_no_claim():
    assert number_of_staff(staff(organisation=NUMBER), {}) == NUMBER


def test_an_address_counts_only_when_somebody_checked_it():
    said = {"email": " Sato@Agency.example "}
    assert address_of_staff(staff(), said) == ""
    assert address_of_staff(staff(), {**said, "email_verified": "true"}) == ""
    assert address_of_staff(staff(), {**said, "email_verified": True}) == "sato@agency.example"
    assert address_of_staff(staff(addresses_are_checked=True), said) == "sato@agency.example"


@pytest.mark.parametrize(
    ("token", "at"),
    [
        ({"acr": "strong", "auth_time": 1000}, 1000.0),
        ({"acr": "strong", "auth_time": 1040}, 1000.0),
        ({"acr": "strong", "auth_time": 400}, 400.0),
        ({"acr": "strong", "auth_time": 399}, None),
        ({"acr": "strong", "auth_time": 1061}, None),
        ({"acr": "strong", "auth_time": "1000"}, None),
        ({"acr": "strong", "auth_time": True}, None),
        ({"acr": "strong"}, None),
        ({"acr": "weak", "auth_time": 1000}, None),
        ({"auth_time": 1000}, None),
    ],
)
def test_strong_authentication_counts_when_it_has_just_happened(token, at):
    assert shown_strongly_at(staff(strong_acr=frozenset({"strong"})), token, 1000.0) == at


def test_no_word_is_strong_unless_the_settings_say_so():
    assert shown_strongly_at(staff(), {"acr": "strong", "auth_time": 1000}, 1000.0) is None
