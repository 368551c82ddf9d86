"""What can't be at all is refused, whoever asks: verbs and the loaders of worlds build with the same functions."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import founding
from accounts import founding_clearances as clearances
from accounts.models import ApiToken, Organisation, RoleAssignment
from accounts.subject import subject_of
from council.access.facts import Role
from council.access.tiers import Tier
from tests import cast

Kind = Organisation.Kind
ALLOWED = {
    Role.MEMBER: "ACTU",
    Role.ADMINISTRATOR: "ACTU",
    Role.PUBLISHER: "AT",
    Role.APPROVER: "AT",
    Role.CLEARANCE_OFFICER: "A",
    Role.OPERATOR: "ACT",
    Role.AUDITOR: "U",
}
KINDS = {"A": Kind.AGENCY, "C": Kind.COMPANY, "T": Kind.THINKTANK, "U": Kind.AUDIT}


@pytest.mark.django_db
@pytest.mark.parametrize("letter", KINDS)
@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_goes_only_to_people_of_the_right_kind_of_organisation(role: Role, letter: str) -> None:
    organisation = cast.organisation(KINDS[letter])
    if letter in ALLOWED[role]:
        assert RoleAssignment.objects.get(person=cast.person(organisation, role)).role == role
    else:
        with pytest.raises(ValidationError, match="役割"):
            cast.person(organisation, role)


@pytest.mark.django_db
@pytest.mark.parametrize("other", [Role.MEMBER, Role.ADMINISTRATOR])
def test_an_auditor_holds_no_other_role(other: Role) -> None:
    audit = cast.organisation(Kind.AUDIT)
    with pytest.raises(ValidationError, match="監査人"):
        cast.person(audit, Role.AUDITOR, other)
    with pytest.raises(ValidationError, match="監査人"):
        founding.found_role(cast.person(audit, Role.AUDITOR), other)


@pytest.mark.django_db
def test_nobody_stands_above_their_organisation() -> None:
    with pytest.raises(ValidationError, match="組織が扱える格付"):
        cast.person(cast.organisation(tier=1), tier=2)


@pytest.mark.django_db
@pytest.mark.parametrize("tier", [0, 3, 4])
def test_a_person_is_given_no_tier_but_one_or_two(tier: int) -> None:
    with pytest.raises(ValidationError, match="適性評価"):
        cast.person(cast.organisation(), tier=tier)


@pytest.mark.django_db
def test_only_people_of_an_organisation_with_a_seat_sit_in_a_subcommittee() -> None:
    subcommittee = cast.subcommittee()
    with pytest.raises(ValidationError, match="参加していません"):
        cast.person(cast.organisation(), subcommittees=[subcommittee])
    seated = cast.person(cast.organisation(seats=[subcommittee]), subcommittees=[subcommittee])
    assert subject_of(seated).subcommittees == {str(subcommittee.pk)}


@pytest.mark.django_db
def test_a_corporate_number_belongs_to_one_organisation() -> None:
    cast.organisation(corporate_number="7000012050002")
    with pytest.raises(ValidationError) as refused:
        cast.organisation(corporate_number="7000012050002")
    assert "corporate_number" in refused.value.error_dict


@pytest.mark.django_db
def test_organisations_without_a_number_do_not_clash() -> None:
    assert cast.organisation(corporate_number="").corporate_number is None
    assert cast.organisation(corporate_number=None).corporate_number is None


@pytest.mark.django_db
def test_a_group_does_not_name_its_organisation() -> None:
    made = cast.organisation(name="翠嶺マテリアル株式会社")
    assert "翠嶺" not in made.group.name
    assert str(made.pk) not in made.group.name


@pytest.mark.django_db
def test_one_mailbox_is_one_person() -> None:
    company = cast.organisation()
    cast.person(company, email="Kato@Suirei.example")
    with pytest.raises(ValidationError) as refused:
        cast.person(company, email="kato@suirei.example ")
    assert "email" in refused.value.error_dict


@pytest.mark.django_db
def test_a_token_is_kept_as_its_digest_alone() -> None:
    token = founding.found_token(cast.person(cast.organisation()))
    kept = ApiToken.objects.get()
    assert token not in str(vars(kept))
    assert len(kept.digest) == 64


@pytest.mark.django_db
def test_a_clearance_lasts_ten_years_and_no_day_longer(world: cast.Council) -> None:
    facts = {"notified_on": date(2026, 3, 1), "recorded_by": "岡崎 智"}
    clearances.found_clearance(world.reader_one, world.agency, last_day=date(2036, 3, 1), **facts)
    with pytest.raises(ValidationError, match="有効期間"):
        clearances.found_clearance(world.reader_one, world.agency, last_day=date(2036, 3, 2), **facts)


@pytest.mark.django_db
def test_a_clearance_resting_on_specified_secrets_lasts_five_years(world: cast.Council) -> None:
    facts = {"notified_on": date(2024, 2, 29), "recorded_by": "岡崎 智", "kind": "specified_secret"}
    clearances.found_clearance(world.reader_one, world.agency, last_day=date(2029, 2, 28), **facts)
    with pytest.raises(ValidationError, match="有効期間"):
        clearances.found_clearance(world.reader_one, world.agency, last_day=date(2029, 3, 1), **facts)


@pytest.mark.django_db
def test_a_designation_lasts_five_years_at_most(world: cast.Council) -> None:
    with pytest.raises(ValidationError, match="5年"):
        clearances.found_designation(
            world.agency, "経安9号", "概要", designated_on=date(2026, 1, 1), expires_on=date(2031, 1, 2)
        )


@pytest.mark.django_db
def test_a_company_designates_and_clears_nothing(world: cast.Council) -> None:
    today = timezone.localdate()
    with pytest.raises(ValidationError, match="行政機関"):
        cast.designation(world.company)
    with pytest.raises(ValidationError, match="行政機関"):
        clearances.found_certification(world.company, world.other_company, certified_on=today)


@pytest.mark.django_db
def test_a_contract_covers_only_items_of_the_certifying_agency(world: cast.Council) -> None:
    today = timezone.localdate()
    certified = clearances.found_certification(world.other_agency, world.company, certified_on=today)
    with pytest.raises(ValidationError, match="認定した行政機関"):
        clearances.found_contract_item(certified, world.item, first_day=today)


@pytest.mark.django_db
def test_days_in_the_wrong_order_are_refused(world: cast.Council) -> None:
    today = timezone.localdate()
    with pytest.raises(ValidationError, match="始まりの日"):
        clearances.found_roster_entry(world.item, world.reader_two, first_day=today, last_day=today - timedelta(days=1))


def test_the_cast_stands_where_it_says(world: cast.Council) -> None:
    readers = (world.reader_one, world.reader_two, world.reader_three, world.publisher)
    assert [subject_of(reader).ceiling for reader in readers] == [Tier.ONE, Tier.TWO, Tier.CRITICAL, Tier.CRITICAL]
