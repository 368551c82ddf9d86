"""Facts for the pure kernel: somebody who may read something, and the same with one fact changed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from council.access import caveats
from council.access.facts import Audience, Bulletin, Designation, Label, Part, Role, State, Subject, Term
from council.access.tiers import Tier

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
AGENCY, ITEM, DEPARTMENT = "agency", "item", "materials laboratory"

IN_FORCE = Designation(item=ITEM, agency=AGENCY, first=YESTERDAY, last=TOMORROW)
CLEARED = {
    "certifications": frozenset({Term(agency=AGENCY)}),
    "agreements": frozenset({Term(agency=AGENCY)}),
    "departments": frozenset({Term(agency=AGENCY, item=DEPARTMENT)}),
    "contracts": frozenset({Term(agency=AGENCY, item=ITEM)}),
    "clearances": frozenset({Term(agency=AGENCY)}),
    "educations": frozenset({Term(agency=AGENCY)}),
    "rosters": frozenset({Term(item=ITEM)}),
}
# What is asked of a company and not of the government.
OF_COMPANIES = ("certifications", "agreements", "contracts", "departments")


def subject(**change: object) -> Subject:
    """A company's person, cleared for the item, in subcommittee "chips" and group 1, unless `change` says otherwise."""
    facts = {
        "person": "reader", "organisation": "company", "today": TODAY, "now": NOW, "tier": Tier.TWO,
        "subcommittees": frozenset({"chips"}), "groups": frozenset({1}), "roles": frozenset({Role.MEMBER}),
        "department": DEPARTMENT, **CLEARED,
    }  # fmt: skip
    return Subject(**{**facts, **change})


def official(*roles: Role, **change: object) -> Subject:
    """One of the agency that published, cleared for the item, with these roles."""
    facts = {
        "person": "official", "organisation": AGENCY, "government": True, "roles": frozenset(roles),
        "department": "", **dict.fromkeys(OF_COMPANIES, frozenset()), **change,
    }  # fmt: skip
    return subject(**facts)


def label(tier: Tier = Tier.TWO, *subcommittees: str, marks: tuple[str, ...] = ()) -> Label:
    return Label(tier, frozenset(subcommittees), caveats.parse_all(marks))


def bulletin(**change: object) -> Bulletin:
    """A published bulletin of tier two for "chips", released to group 1, unless `change` says otherwise."""
    facts = {
        "state": State.PUBLISHED, "floor": label(Tier.TWO, "chips"), "banner": label(Tier.TWO, "chips"),
        "originator": AGENCY, "author": "author", "released_to": Audience(groups=frozenset({1})),
    }  # fmt: skip
    return Bulletin(**{**facts, **change})


def critical(**change: object) -> Bulletin:
    """The same at tier three, under a designation in force."""
    top = label(Tier.CRITICAL, "chips")
    return bulletin(**{"floor": top, "banner": top, "designation": IN_FORCE, **change})


def part(of: Bulletin, tier: Tier = Tier.ONE, *subcommittees: str, marks: tuple[str, ...] = ()) -> Part:
    return Part(of, label(tier, *subcommittees, marks=marks))


def without(term: str, who: Subject | None = None) -> Subject:
    """The subject with none of the terms of that name."""
    return replace(who or subject(), **{term: frozenset()})
