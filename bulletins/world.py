"""Builds the world that a file describes, through the same founding functions and desk verbs that people's actions use.

What has a key is made once: a second run, or a second file that uses the same keys, finds it. A run that was interrupted goes on
where it stopped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.founding import (
    found_acceptance,
    found_membership,
    found_organisation,
    found_person,
    found_pledge,
    found_seat,
    found_subcommittee,
    found_token,
)
from accounts.founding_clearances import found_clearance, found_designation, found_handler
from accounts.founding_told import tell_of_clearance, tell_of_handler
from accounts.models import Designation, Organisation, Subcommittee, User
from accounts.strength import give
from accounts.subject import pledge_version
from bulletins.access import NotVisible
from bulletins.actions.draft import create_draft
from bulletins.actions.verb import Conflict
from bulletins.advance import advance, correct
from bulletins.backdate import backdate
from bulletins.desk import Refused
from bulletins.drafting import Draft, Invalid, PartDraft
from bulletins.models import Revision, WorldKey
from bulletins.wording import told
from bulletins.world_file import BulletinSpec, OrganisationSpec, PersonSpec, World, WorldRefused
from bulletins.world_keys import enter_recipient, packages_of, seal_everything
from council.access.facts import Role, State
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record
from council.ids import reference

PLEDGE = (
    "私は、協議会で知った秘密を、知る必要のない人に漏らさず、目的のほかに使いません。協議会を離れたあとも同じです。"
)
_OFFICER = "適性評価担当"


@dataclass(slots=True)
class Built:
    """What was built: key -> id, and for people their token and a cookie of a session."""

    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    packages: list[dict[str, str]] = field(default_factory=list)


class Builder:
    """Builds one world after another into this deployment, under the name of an origin ("world" or "demo")."""

    def __init__(self, origin: str, password: str | None) -> None:
        self.origin, self.password, self.built = origin, password, Built()
        self.today: date = timezone.localdate()
        self._specs: dict[str, PersonSpec] = {}

    def foreign(self) -> bool:
        """Whether the deployment holds people or organisations that no file of this origin made."""
        mine = WorldKey.objects.filter(origin=self.origin)
        people = User.objects.exclude(pk__in=mine.filter(kind="people").values("made"))
        organisations = Organisation.objects.exclude(pk__in=mine.filter(kind="organisations").values("made"))
        return people.exists() or organisations.exists()

    def build(self, world: World) -> Iterator[str]:
        """Builds it piece by piece; yields the key of each bulletin when it stands. WorldRefused names what can't be built."""
        try:
            with transaction.atomic():
                self._frame(world)
        except ValidationError as refused:
            raise WorldRefused("; ".join(refused.messages)) from refused
        for spec in world.bulletins:
            try:
                self._bulletin(spec)
            except (Invalid, Refused, NotVisible, Conflict, ValidationError) as refused:
                raise WorldRefused(f"bulletin {spec.key}: {told(refused)}") from refused
            yield spec.key
        seal_everything()
        organisations = WorldKey.objects.filter(kind="organisations").values_list("made", "key")
        self.built.packages = packages_of(
            {self.built.ids[spec.key]: spec.key for spec in world.bulletins},
            {str(made): key for made, key in organisations},
        )

    def _frame(self, world: World) -> None:
        version = pledge_version(self.today)
        if not version:
            version = found_pledge(PLEDGE, in_force_from=self.today - timedelta(days=365)).version
        for spec in world.organisations:
            self._organisation(spec)
        for spec in world.subcommittees:
            subcommittee = self._once(
                "subcommittees", spec.key, Subcommittee, lambda s=spec: found_subcommittee(s.name)
            )
            for member in spec.members:
                found_seat(self._row("organisations", member, Organisation), subcommittee)
        for spec in world.people:
            person = self._person(spec)
            found_acceptance(person.pk, version)
            self.built.tokens[spec.key] = found_token(person)
            self.built.cookies[spec.key] = session_cookie(person, spec.tier)
        for spec in world.organisations:
            if spec.recipient:
                enter_recipient(
                    self._row("organisations", spec.key, Organisation), spec.recipient, self._people_of(spec)
                )
        record(
            Event.WORLD_LOAD, actor=None, organisation=None, detail={"origin": self.origin, "people": len(world.people)}
        )

    def _once(self, kind: str, key: str, model: type, make: object) -> object:
        known = WorldKey.objects.filter(kind=kind, key=key).first()
        if known:
            made = model._default_manager.get(pk=known.made)
        else:
            made = make()
            WorldKey.objects.create(origin=self.origin, kind=kind, key=key, made=made.pk)
        self.built.ids[key] = str(made.pk)
        return made

    def _row(self, kind: str, key: str, model: type) -> object:
        known = WorldKey.objects.filter(kind=kind, key=key).first()
        if known is None:
            raise WorldRefused(f"{key!r} is not among the {kind}.")
        return model._default_manager.get(pk=known.made)

    def _organisation(self, spec: OrganisationSpec) -> Organisation:
        return self._once(
            "organisations",
            spec.key,
            Organisation,
            lambda: found_organisation(spec.kind, spec.name, corporate_number=spec.corporate_number, tier=spec.tier),
        )

    def _home_of(self, spec: PersonSpec) -> Organisation:
        """The person's organisation; one that no file lists is created, of the kind that the roles ask for."""
        known = WorldKey.objects.filter(kind="organisations", key=spec.org).first()
        if known:
            self.built.ids[spec.org] = str(known.made)
            return Organisation.objects.get(pk=known.made)
        desk = {Role.PUBLISHER, Role.APPROVER, Role.CLEARANCE_OFFICER} & set(spec.roles)
        kind = "audit" if Role.AUDITOR in spec.roles else "agency" if desk else "company"
        return self._organisation(OrganisationSpec(spec.org, kind, spec.org))

    def _person(self, spec: PersonSpec) -> User:
        self._specs[spec.key] = spec
        home = self._home_of(spec)
        person = self._once(
            "people",
            spec.key,
            User,
            lambda: found_person(
                home,
                spec.email,
                spec.name,
                title=spec.title,
                tier=min(spec.tier, 2, home.tier),
                roles=spec.roles,
                password=self.password,
            ),
        )
        for key in spec.subcommittees:
            subcommittee = self._row("subcommittees", key, Subcommittee)
            found_seat(home, subcommittee)
            found_membership(person, subcommittee)
        if spec.tier is Tier.CRITICAL and home.kind == Organisation.Kind.AGENCY:
            self._clear(person, home)
        return person

    def _people_of(self, home: OrganisationSpec) -> list[tuple[User, PersonSpec]]:
        return [(self._row("people", key, User), spec) for key, spec in self._specs.items() if spec.org == home.key]

    def _clear(self, person: User, agency: Organisation) -> None:
        tell_of_clearance(found_clearance(person, agency, notified_on=self.today, recorded_by=_OFFICER))

    # --- bulletins ----------------------------------------------------------------------------------------------------

    def _people(self, keys: tuple[str, ...]) -> list[User]:
        return [self._row("people", key, User) for key in keys]

    def _ids(self, kind: str, keys: tuple[str, ...], model: type) -> tuple[str, ...]:
        return tuple(str(self._row(kind, key, model).pk) for key in keys)

    def _bulletin(self, spec: BulletinSpec) -> None:
        author, approvers = self._row("people", spec.by, User), self._people(spec.approved_by)
        known = WorldKey.objects.filter(kind="bulletins", key=spec.key).first()
        if known:
            revision = Revision.unrestricted.select_related("bulletin").get(bulletin=known.made, number=1)
        else:
            designation = self._designation(spec, author, approvers) if spec.tier is Tier.CRITICAL else None
            revision = create_draft(self._draft(spec, designation), acting_user=author)
            WorldKey.objects.create(origin=self.origin, kind="bulletins", key=spec.key, made=revision.bulletin_id)
        self.built.ids[spec.key] = str(revision.bulletin_id)
        if revision.state in {State.DRAFT, State.IN_REVIEW, State.APPROVED, State.PUBLISHED}:
            revision = advance(revision, spec.state, author=author, approvers=approvers)
        if spec.published_at and not known:
            backdate(revision, spec.published_at)
        if spec.correction:
            self._correct(spec, revision, author, approvers)

    def _correct(self, spec: BulletinSpec, first: Revision, author: User, approvers: list[User]) -> None:
        draft = self._draft(replace(spec, parts=spec.correction.parts), first.designation)
        draft = replace(draft, change_summary=spec.correction.change_summary)
        # What the first revision puts on its way has left by then.
        seal_everything()
        second = correct(first.bulletin_id, draft, author=author, approvers=approvers)
        backdate(second, spec.correction.published_at or second.published_at)

    def _draft(self, spec: BulletinSpec, designation: Designation | None) -> Draft:
        parts = tuple(
            PartDraft(
                text=part.text if part.kind != "attachment" else part.name,
                tier=part.tier,
                kind=part.kind,
                subcommittees=self._ids("subcommittees", part.subcommittees, Subcommittee),
                caveats=part.caveats,
                name=part.name,
                data=part.text.encode() if part.kind == "attachment" else None,
            )
            for part in spec.parts
        )
        return Draft(
            kind=spec.kind,
            title=spec.title,
            tier=spec.tier,
            parts=parts,
            floor=spec.floor,
            floor_title=spec.floor_title,
            subcommittees=self._ids("subcommittees", spec.subcommittees, Subcommittee),
            caveats=spec.caveats,
            designation=designation.register_number if designation else "",
            deadline=spec.deadline,
            organisations=self._ids("organisations", spec.organisations, Organisation),
            to_subcommittees=self._ids("subcommittees", spec.to_subcommittees, Subcommittee),
            people=self._ids("people", spec.people, User),
            nominated=self._ids("people", spec.approved_by, User),
        )

    def _designation(self, spec: BulletinSpec, author: User, approvers: list[User]) -> Designation:
        """The designation behind a tier-three bulletin, with everything that its readers at tier three need to pass."""
        agency, first = author.organisation, self.today - timedelta(days=30)
        designation = self._once(
            "designations",
            spec.key,
            Designation,
            lambda: found_designation(
                agency,
                reference(f"重経-{self.today.year}", 6),
                "重要経済基盤の保護に関する情報",
                designated_on=first,
                expires_on=first + timedelta(days=1800),
            ),
        )
        for person in {*self._critical_readers(spec), author, *approvers}:
            with transaction.atomic():
                found_handler(person, designation, since=first, recorded_by=_OFFICER)
                tell_of_handler(person, designation)
        return designation

    def _critical_readers(self, spec: BulletinSpec) -> set[User]:
        named = set(self._ids("people", spec.people, User))
        organisations = set(self._ids("organisations", spec.organisations, Organisation))
        seats = set(spec.to_subcommittees)
        return {
            person
            for key, person_spec in self._specs.items()
            if person_spec.tier is Tier.CRITICAL
            for person in [self._row("people", key, User)]
            if str(person.pk) in named
            or str(person.organisation_id) in organisations
            or seats & set(person_spec.subcommittees)
        }


def session_cookie(person: User, tier: Tier) -> str:
    """`name=value` of a new session of the person that reaches the tier, and at least as far as running other people's affairs asks."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    give(session, person, max(tier, Tier.TWO))
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
