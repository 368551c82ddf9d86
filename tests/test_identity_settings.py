"""COUNCIL_IDENTITY: what it can't mean stops the boot with a sentence, and its secrets are shown to nobody."""

import pytest
from django.core import checks

from council import environment
from council.checks import check_identity
from council.identity_settings import configured, origins

GBIZID = {
    "id": "gbizid", "kind": "gbizid", "issuer": "https://gbiz-id.go.jp/oauth/", "client_id": "portal", "client_secret": "x",
    "label": "GビズID",
}  # fmt: skip
STAFF = {
    **GBIZID, "id": "staff", "kind": "staff", "issuer": "https://id.agency.example", "label": "職員", "organisation": "8000012010038",
}  # fmt: skip
BY_CLAIM = {"claim": "ministry", "numbers": {"101": "8000012010038"}}


def without(entry: dict, *names: str) -> dict:
    return {name: value for name, value in entry.items() if name not in names}


def said(settings: object, *entries: object) -> list[str]:
    settings.COUNCIL_IDENTITY = list(entries)
    found = check_identity(None)
    assert all(isinstance(each, checks.Error) and each.id == "council.E011" for each in found)
    return [each.msg for each in found]


def test_these_are_providers(settings):
    by_claim = {
        **without(STAFF, "organisation"),
        "id": "other",
        "issuer": "https://x.example",
        "organisation_claim": BY_CLAIM,
    }
    assert (
        said(settings, GBIZID, STAFF, {**by_claim, "strong_acr": ["urn:ic-card"], "addresses_are_checked": True}) == []
    )
    assert [each.issuer for each in configured()][0] == "https://gbiz-id.go.jp/oauth/"
    assert configured()[2].numbers == (("101", "8000012010038"),)


def test_no_provider_is_no_fault(settings):
    assert said(settings) == []


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("gbizid", "no object"),
        (without(GBIZID, "issuer"), "issuer is missing"),
        ({**GBIZID, "label": "  "}, "label is missing"),
        ({**GBIZID, "kind": "saml"}, "gbizid or staff"),
        ({**GBIZID, "id": "Gbiz ID"}, "small letters"),
        ({**GBIZID, "issuer": "http://gbiz-id.go.jp/oauth/"}, "https address"),
        ({**GBIZID, "issuer": "https://gbiz-id.go.jp/oauth/?x"}, "https address"),
        ({**GBIZID, "issuer": "https://a.example;script-src *"}, "https address"),
        ({**GBIZID, "organisation": "8000012010038"}, "no member that gbizid has"),
        ({**GBIZID, "client_secret": ""}, "client_secret"),
        (without(GBIZID, "client_secret"), "client_secret"),
        ({**GBIZID, "client_secret_file": "/x"}, "either"),
        ({**without(GBIZID, "client_secret"), "client_secret_file": "/nowhere/secret"}, "can't be read"),
        ({**GBIZID, "scopes": "openid"}, "list of words"),
        ({**GBIZID, "scopes": ["profile"]}, "lack openid"),
        ({**GBIZID, "sign_in_origins": ["https://login.example/"]}, "no slash"),
        (without(STAFF, "organisation"), "organisation_claim"),
        ({**STAFF, "organisation_claim": BY_CLAIM}, "either"),
        ({**STAFF, "organisation": "12345"}, "13 digits"),
        ({**without(STAFF, "organisation"), "organisation_claim": {"claim": "x", "numbers": {"a": "1"}}}, "13 digits"),
        ({**STAFF, "strong_acr": "urn:x"}, "strong_acr"),
        ({**STAFF, "addresses_are_checked": "yes"}, "true or false"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(entry, words, settings):
    assert any(words in sentence for sentence in said(settings, entry))


def test_it_is_a_list(settings):
    settings.COUNCIL_IDENTITY = {"gbizid": GBIZID}
    assert "is a list" in check_identity(None)[0].msg


@pytest.mark.parametrize("member", ["id", "issuer"])
def test_two_providers_are_told_apart(member, settings):
    assert f"two entries have the {member}" in said(settings, GBIZID, {**STAFF, member: GBIZID[member]})[0]


def test_a_slash_makes_another_issuer(settings):
    assert said(settings, GBIZID, {**GBIZID, "id": "other", "issuer": "https://gbiz-id.go.jp/oauth"}) == []


def test_the_secret_may_lie_in_a_file(settings, tmp_path):
    (tmp_path / "secret").write_text("himitsu\n")
    entry = {**without(GBIZID, "client_secret"), "client_secret_file": str(tmp_path / "secret")}
    assert said(settings, entry) == []
    assert configured()[0].secret == "himitsu"


def test_forms_may_lead_to_the_providers_and_nowhere_else():
    entries = [GBIZID, {**STAFF, "sign_in_origins": ["https://login.agency.example:8443"]}]
    assert origins(entries) == [
        "https://gbiz-id.go.jp",
        "https://id.agency.example",
        "https://login.agency.example:8443",
    ]
    assert origins([]) == []


@pytest.mark.parametrize(
    "entries", [None, {}, "x", [None], [{}], [{"issuer": 3}], [{"issuer": "https://a.example; *"}]]
)
def test_what_is_no_provider_opens_no_form(entries):
    assert origins(entries) == []


def test_nobody_is_shown_the_setting():
    assert environment.may_be_secret("COUNCIL_IDENTITY")
