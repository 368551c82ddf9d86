"""What holds for every subject and every resource: less trust and higher labels never let anybody in."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from council.access import caveats
from council.access.facts import Audience, Bulletin, Designation, Label, Part, Role, State, Subject, Term
from council.access.policy import READING, Action, decide
from council.access.tiers import Tier
from tests.access import given as facts
from tests.access.given import AGENCY, DEPARTMENT, ITEM, NOW, TODAY, TOMORROW, YESTERDAY
from tests.draws import drawn

_names = [frozenset(), frozenset({"chips"}), frozenset({"chips", "grid"})]
_terms = [
    frozenset(),
    *(
        frozenset({Term(agency=agency, item=item, first=first, last=last)})
        for agency, item in ((AGENCY, ITEM), ("b", ITEM), (AGENCY, "j"))
        for first, last in ((None, None), (TODAY, TODAY), (None, YESTERDAY), (TOMORROW, None))
    ),
]
_tiers = list(Tier)
_labels = [
    Label(tier, names, caveats.parse_all(marks))
    for tier in Tier
    for names in _names
    for marks in ((), ("印刷禁止",), ("複製禁止", "転送禁止"))
]
_ABOUT_PEOPLE = {
    "person": ["reader", "official", "author"],
    "organisation": ["company", AGENCY],
    "active": [False],
    "organisation_active": [False],
    "government": [True, False],
    "pledge_current": [False],
    "roles": [frozenset({Role.AUDITOR}), *(frozenset({one, Role.PUBLISHER}) for one in Role)],
    "tier": _tiers,
    "organisation_tier": _tiers,
    "session": _tiers,
    "zone": _tiers,
    "subcommittees": _names,
    "groups": [frozenset(), frozenset({2}), frozenset({1, 2})],
    "clearances": _terms,
    "certifications": _terms,
    "contracts": _terms,
    "agreements": _terms,
    "department": ["", "sales"],
    "departments": [
        frozenset(),
        frozenset({Term(agency="b", item=DEPARTMENT)}),
        frozenset({Term(agency=AGENCY, item="sales")}),
    ],
    "educations": _terms,
    "rosters": _terms,
}
_ABOUT_BULLETINS = {
    "state": list(State),
    "floor": _labels,
    "banner": _labels,
    "originator": [AGENCY, "company"],
    "author": ["reader", "official"],
    "designation": [
        None,
        Designation(ITEM, AGENCY, YESTERDAY, YESTERDAY),
        Designation(ITEM, AGENCY, YESTERDAY, TOMORROW, TODAY),
        Designation(ITEM, "b", TODAY, TODAY),
        Designation("j", AGENCY, TODAY, TODAY),
    ],
    "released_to": [Audience(), Audience(people=frozenset({"reader", "official"})), Audience(groups=frozenset({1, 2}))],
    "expires_at": [NOW, NOW + timedelta(seconds=1)],
    "nominated": [frozenset({"reader", "official"})],
    "approved_by": [frozenset({"reader", "official"})],
}
_DESK_ROLES = (Role.PUBLISHER, Role.APPROVER)


def _changed(bases: list[object], changes: dict[str, list[object]]) -> st.SearchStrategy:
    """One of the bases, with at most five facts changed: near the line between yes and no, where mistakes are."""
    pairs = st.sampled_from([(name, value) for name, values in changes.items() for value in values])
    return st.builds(
        lambda base, some: replace(base, **dict(some)), st.sampled_from(bases), st.lists(pairs, max_size=5)
    )


subjects = _changed([facts.subject(), facts.official(*_DESK_ROLES)], _ABOUT_PEOPLE)
bulletins = _changed([facts.critical(state=state) for state in State], _ABOUT_BULLETINS)
labels = st.sampled_from(_labels)
resources = bulletins | st.builds(Part, bulletin=bulletins, label=labels)
actions = st.sampled_from([action for action in Action if action.startswith("bulletin.")])

_SETS = (
    "subcommittees",
    "groups",
    "clearances",
    "certifications",
    "agreements",
    "contracts",
    "departments",
    "educations",
    "rosters",
)
_TIERS = ("tier", "organisation_tier", "session", "zone")


def _restrictions(who: Subject) -> list[Subject]:
    """Every way to trust the subject with one thing less."""
    fewer = [
        replace(who, **{name: getattr(who, name) - {each}})
        for name in _SETS
        for each in sorted(getattr(who, name), key=str)
    ]
    lower = [replace(who, **{name: Tier(getattr(who, name) - 1)}) for name in _TIERS if getattr(who, name) > Tier.ONE]
    without_role = [replace(who, roles=who.roles - {role}) for role in sorted(who.roles - {Role.AUDITOR})]
    switched = [
        replace(who, **{name: False}) for name in ("active", "organisation_active", "pledge_current", "government")
    ]
    return [*fewer, *lower, *without_role, *switched, replace(who, roles=who.roles | {Role.AUDITOR})]


def _higher(label: Label) -> list[Label]:
    """Every label just above this one."""
    return [
        *([replace(label, tier=Tier(label.tier + 1))] if label.tier < Tier.CRITICAL else []),
        *(replace(label, subcommittees=label.subcommittees | {name}) for name in ("chips", "grid")),
        *(replace(label, caveats=(*label.caveats, caveats.parse(word))) for word in caveats.WORDS),
    ]


def _raised(resource: Bulletin | Part) -> list[Bulletin | Part]:
    if isinstance(resource, Part):
        own = [replace(resource, label=label) for label in _higher(resource.label)]
        return own + [replace(resource, bulletin=each) for each in _raised(resource.bulletin)]
    floors = [replace(resource, floor=label) for label in _higher(resource.floor)]
    return floors + [replace(resource, banner=label) for label in _higher(resource.banner)]


def _narrowed(resource: Bulletin | Part) -> list[Bulletin | Part]:
    """Every way to release to one fewer."""
    if isinstance(resource, Part):
        return [replace(resource, bulletin=each) for each in _narrowed(resource.bulletin)]
    to = resource.released_to
    people = [replace(to, people=to.people - {each}) for each in sorted(to.people)]
    groups = [replace(to, groups=to.groups - {each}) for each in sorted(to.groups)]
    return [replace(resource, released_to=each) for each in people + groups]


@drawn(400)
@given(subjects, actions, resources)
def test_trusting_somebody_less_never_lets_them_do_more(who, action, resource):
    if not decide(who, action, resource):
        assert not any(decide(less, action, resource) for less in _restrictions(who))


@drawn(300)
@given(subjects, actions, resources)
def test_a_higher_label_never_lets_anybody_do_more(who, action, resource):
    if not decide(who, action, resource):
        assert not any(decide(who, action, higher) for higher in _raised(resource))


@drawn(300)
@given(subjects, actions, resources)
def test_taking_back_a_release_never_lets_anybody_do_more(who, action, resource):
    if not decide(who, action, resource):
        assert not any(decide(who, action, fewer) for fewer in _narrowed(resource))


@drawn(400)
@given(subjects, st.sampled_from(sorted(READING)), bulletins, labels)
def test_who_gets_a_part_gets_the_bulletin(who, action, bulletin, label):
    if decide(who, action, Part(bulletin, label)):
        assert decide(who, action, bulletin)


@drawn(400)
@given(subjects, actions, resources)
def test_every_question_about_bulletins_has_an_answer(who, action, resource):
    decision = decide(who, action, resource)
    assert decision.allowed is (decision.reason == "allowed")
