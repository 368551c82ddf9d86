"""Confirms an operator's first factor where nobody in the portal can yet: every account that was there before any factor begins so."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.device_notices import Step, tell_of_factor
from accounts.models import User
from council.access.facts import Role
from council.audit.events import Event
from council.audit.record import record


class Command(BaseCommand):
    help = "An operator's first factor is theirs: you have asked them by telephone. In the portal operators then confirm others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: object, **options: str) -> None:
        confirm(options["email"])
        self.stdout.write(f"The passkeys of {options['email']} reach what they may see.")


@transaction.atomic
def confirm(email: str) -> None:
    """With its event, which names nobody. CommandError for everybody but an operator whose first factor waits."""
    rows = User.objects.select_for_update(of=("self",)).filter(
        email=email.strip().lower(), is_active=True, unconfirmed_since__isnull=False
    )
    person = rows.filter(pk__in=User.objects.filter(role_assignments__role=Role.OPERATOR)).first()
    if person is None:
        raise CommandError("No operator with this address waits for their first factor to be confirmed.", returncode=2)
    person.unconfirmed_since = None
    person.save(update_fields=["unconfirmed_since"])
    tell_of_factor(person, Step.CONFIRMED)
    record(Event.FACTOR_CONFIRMED, actor=None, organisation=str(person.organisation_id), object=str(person.pk))
