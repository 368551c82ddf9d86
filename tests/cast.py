"""Plain builders, and a named cast for those who need a whole council. Nothing here acts: no events are written.

`world = cast.council()`, then `cast.sign_in(client, world.reader_two)`.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.test import Client
from django.utils import timezone

from accounts import founding
from accounts import founding_clearances as clearances
from accounts.models import Designation, Organisation, Subcommittee, User
from accounts.strength import give
from council.access.facts import Role
from council.access.tiers import Tier
from tests.council_rows import remembered

PASSWORD = "kunugi-no-ki-wa-takai"
Kind = Organisation.Kind
_numbers = itertools.count(1)


def organisation(
    kind: str = Kind.COMPANY, name: str = "", *, tier: int = 2, seats: Iterable[Subcommittee] = (), **facts: object
) -> Organisation:
    """An organisation with a name nobody else has, and its seats."""
    made = founding.found_organisation(kind, name or f"架空製作所{next(_numbers)}", tier=tier, **facts)
    for subcommittee in seats:
        founding.found_seat(made, subcommittee)
    return made


def subcommittee(name: str = "") -> Subcommittee:
    """A subcommittee with a name nobody else has."""
    return founding.found_subcommittee(name or f"第{next(_numbers)}分科会")


def person(
    of: Organisation,
    *roles: str,
    name: str = "",
    email: str = "",
    tier: int = 1,
    subcommittees: Iterable[Subcommittee] = (),
    password: str | None = PASSWORD,
) -> User:
    """A person of the organisation, a member unless other roles are named."""
    number = next(_numbers)
    return founding.found_person(
        of,
        email or f"hito{number}@kaisha.example",
        name or f"架空 人{number}",
        tier=tier,
        roles=roles or (Role.MEMBER,),
        subcommittees=subcommittees,
        password=password,
    )


def designation(agency: Organisation, number: str = "", *, days: int = 365) -> Designation:
    """An item that the agency designated a month ago, in force for so many days from today."""
    today = timezone.localdate()
    return clearances.found_designation(
        agency,
        number or f"経安{next(_numbers)}号",
        "素材の調達に関する分析",
        designated_on=today - timedelta(days=30),
        expires_on=today + timedelta(days=days),
    )


def clear(who: User, item: Designation, *, last_day: date | None = None) -> User:
    """Everything tier three asks for: certification and contract of the company, department, clearance, education, roster entry."""
    first, last = timezone.localdate() - timedelta(days=30), last_day or timezone.localdate() + timedelta(days=300)
    clearances.found_handler(who, item, since=first, last_day=last, recorded_by="岡崎 智")
    return who


def sign_in(client: Client, who: User, strength: Tier = Tier.CRITICAL) -> Client:
    """The same client, now that person's: without the sign-in page and its event, in a session that reaches the tier."""
    client.force_login(who)
    session = client.session
    give(session, who, strength)
    session.save()
    return client


def bearer(who: User) -> dict[str, str]:
    """Header for a program that acts for the person: client.get(url, headers=cast.bearer(person))."""
    return {"authorization": f"Bearer {founding.found_token(who)}"}


@dataclass(frozen=True)
class Council:
    """A whole council; readers are called after their ceiling."""

    materials: Subcommittee
    infrastructure: Subcommittee
    agency: Organisation
    other_agency: Organisation
    office: Organisation
    company: Organisation
    other_company: Organisation
    thinktank: Organisation
    audit: Organisation
    item: Designation
    publisher: User
    approver: User
    second_approver: User
    officer: User
    other_officer: User
    operator: User
    administrator: User
    reader_one: User
    reader_two: User
    reader_three: User
    other_administrator: User
    other_reader: User
    analyst: User
    auditor: User


def council() -> Council:
    """Everybody sits in 電子部品・素材分科会 but the other company's people, who sit in 基幹インフラ分科会."""
    return remembered(_built)


def _built() -> Council:
    materials, infrastructure = subcommittee("電子部品・素材分科会"), subcommittee("基幹インフラ分科会")
    both, first = (materials, infrastructure), (materials,)
    agency = organisation(Kind.AGENCY, "産業基盤保全庁", seats=both)
    other_agency = organisation(Kind.AGENCY, "情報基盤防護庁", seats=both)
    office = organisation(Kind.AGENCY, "官民協議会 事務局", seats=both)
    company = organisation(Kind.COMPANY, "翠嶺マテリアル株式会社", seats=both, corporate_number="7990000000101")
    other_company = organisation(
        Kind.COMPANY, "夕凪ケーブル株式会社", seats=(infrastructure,), corporate_number="5990000000202"
    )
    thinktank = organisation(Kind.THINKTANK, "供給網総合研究機構", seats=first)
    audit = organisation(Kind.AUDIT, "独立監査機構")
    item = designation(agency, "経安2026-07号")

    def desk(name: str, role: str) -> User:
        return clear(person(agency, role, name=name, tier=2, subcommittees=both), item)

    def reader(name: str, tier: int) -> User:
        return person(company, name=name, tier=tier, subcommittees=first)

    return Council(
        materials=materials,
        infrastructure=infrastructure,
        agency=agency,
        other_agency=other_agency,
        office=office,
        company=company,
        other_company=other_company,
        thinktank=thinktank,
        audit=audit,
        item=item,
        publisher=desk("石田 悠介", Role.PUBLISHER),
        approver=desk("高橋 直子", Role.APPROVER),
        second_approver=desk("中村 渉", Role.APPROVER),
        officer=person(agency, Role.CLEARANCE_OFFICER, name="岡崎 智", tier=2),
        other_officer=person(other_agency, Role.CLEARANCE_OFFICER, name="速水 啓", tier=2),
        operator=person(office, Role.OPERATOR, name="真鍋 玲", tier=2),
        administrator=person(company, Role.ADMINISTRATOR, Role.MEMBER, name="森本 健", tier=2, subcommittees=first),
        reader_one=reader("平野 隼", 1),
        reader_two=reader("加藤 美咲", 2),
        reader_three=clear(reader("水城 環", 2), item),
        other_administrator=person(other_company, Role.ADMINISTRATOR, Role.MEMBER, name="菅原 亮", tier=2),
        other_reader=person(other_company, name="秋山 恵", tier=2, subcommittees=(infrastructure,)),
        analyst=person(thinktank, name="守永 俊", tier=2, subcommittees=first),
        auditor=person(audit, Role.AUDITOR, name="小川 真理"),
    )
