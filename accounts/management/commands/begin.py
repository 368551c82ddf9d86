"""Begins a deployment that is to be used: the first organisation, the pledge, and the first operators, who create everybody else.

Roles take two people to give, and nobody else is there yet to be one of them: name two operators here.
"""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.enrolments import has_come_in, link_of, open_way
from accounts.founding import found_organisation, found_person, found_pledge
from accounts.models import Enrolment, Organisation, User
from council.access.facts import Role
from council.audit.events import Event
from council.audit.record import record
from council.schema import catch_up


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="name of the agency that runs the portal")
        parser.add_argument("--email", help="address of the first operator")
        parser.add_argument("--name", help="name of the first operator")
        parser.add_argument(
            "--second-email", default="", help="address of the operator who confirms what the first proposes"
        )
        parser.add_argument("--second-name", default="", help="name of that operator")
        parser.add_argument("--pledge", type=Path, help="file with the text of the pledge (UTF-8)")

        parser.add_argument(
            "--again", metavar="EMAIL", help="a new code for an operator who has never come in, and nothing else"
        )

    def handle(self, *args: object, **options: object) -> None:
        catch_up()
        if options["again"]:
            self._tell(*_invite_again(options["again"]))
            return
        missing = [f"--{name}" for name in ("organisation", "email", "name", "pledge") if not options[name]]
        if missing:
            raise CommandError(f"Also needed: {', '.join(missing)}.", returncode=2)
        if User.objects.exists():
            raise CommandError(
                "This deployment has people already; an operator adds others in the portal.", returncode=2
            )
        try:
            pledge = options["pledge"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The pledge can't be read: {error}", returncode=2) from None
        people = [(options["email"], options["name"])]
        if bool(options["second_email"]) != bool(options["second_name"]):
            raise CommandError("--second-email and --second-name belong together.", returncode=2)
        if options["second_email"]:
            people.append((options["second_email"], options["second_name"]))
        try:
            ways = self._found(options["organisation"], people, pledge)
        except ValidationError as refused:
            raise CommandError("; ".join(refused.messages), returncode=2) from None
        for way, code in ways:
            self._tell(way, code)
        if len(people) == 1:
            self.stderr.write(
                "Nobody is there to confirm roles: a deployment needs a second operator (--second-email)."
            )

    def _tell(self, way: Enrolment, code: str) -> None:
        self.stdout.write(
            f"{way.person.email} registers a passkey at {link_of(way.pk)} with this code, told only now: {code}"
        )

    @transaction.atomic
    def _found(self, organisation: str, people: list[tuple[str, str]], pledge: str) -> list[tuple[Enrolment, str]]:
        home = found_organisation(Organisation.Kind.AGENCY, organisation)
        found_pledge(pledge, in_force_from=timezone.localdate())
        operators = [found_person(home, email, name, tier=2, roles=[Role.OPERATOR]) for email, name in people]
        of_home = {"actor": None, "organisation": str(home.pk)}
        record(Event.ORGANISATION_CREATE, **of_home, object=str(home.pk))
        for person in operators:
            record(Event.PEOPLE_CREATE, **of_home, object=str(person.pk))
        return [_invite(person) for person in operators]


def _invite(person: User) -> tuple[Enrolment, str]:
    way, code = open_way(person, Enrolment.Purpose.INVITATION, opened_by=None)
    about = {"organisation": str(person.organisation_id), "object": str(person.pk)}
    record(Event.PEOPLE_INVITE, actor=None, **about, detail={"enrolment": str(way.pk)})
    return way, code


@transaction.atomic
def _invite_again(email: str) -> tuple[Enrolment, str]:
    """Only for who was there from the beginning and never came in: everybody else is invited in the portal."""
    rows = User.objects.select_related("organisation").filter(is_active=True, role_assignments__role=Role.OPERATOR)
    person = rows.filter(email=email.strip().lower()).first()
    if person is None or has_come_in(person) or person.last_login or person.has_usable_password():
        raise CommandError("No operator with this address still waits to come in.", returncode=2)
    return _invite(person)
