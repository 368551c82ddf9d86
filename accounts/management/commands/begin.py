"""Begins a deployment that is to be used: the first organisation, the pledge, and the first operator, who creates everybody else."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.credentials import temporary_password
from accounts.founding import found_organisation, found_person, found_pledge
from accounts.models import Organisation, User
from council.access.facts import Role
from council.audit.events import Event
from council.audit.record import record
from council.schema import catch_up


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, help="name of the agency that runs the portal")
        parser.add_argument("--email", required=True, help="address of the first operator")
        parser.add_argument("--name", required=True, help="name of the first operator")
        parser.add_argument("--pledge", required=True, type=Path, help="file with the text of the pledge (UTF-8)")

    def handle(self, *args: object, **options: object) -> None:
        catch_up()
        if User.objects.exists():
            raise CommandError(
                "This deployment has people already; an operator adds others in the portal.", returncode=2
            )
        try:
            pledge = options["pledge"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The pledge can't be read: {error}", returncode=2) from None
        password = temporary_password()
        try:
            self._found(options["organisation"], options["email"], options["name"], pledge, password)
        except ValidationError as refused:
            raise CommandError("; ".join(refused.messages), returncode=2) from None
        self.stdout.write(f"{options['email']} can sign in with this password, told only now: {password}")

    @transaction.atomic
    def _found(self, organisation: str, email: str, name: str, pledge: str, password: str) -> None:
        home = found_organisation(Organisation.Kind.AGENCY, organisation)
        person = found_person(home, email, name, tier=2, roles=[Role.OPERATOR], password=password)
        found_pledge(pledge, in_force_from=timezone.localdate())
        for event, made in ((Event.ORGANISATION_CREATE, home), (Event.PEOPLE_CREATE, person)):
            record(event, actor=None, organisation=str(home.pk), object=str(made.pk))
