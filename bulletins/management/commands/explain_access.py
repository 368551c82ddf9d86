"""Says for a person and a bulletin what decide(READ) answers and which rule spoke, line by line. For those who run the portal."""

import sys
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.subject import subject_of
from bulletins import facts
from bulletins.access import judge
from council.access.policy import READING, Action, explain


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="address of the person")
        parser.add_argument("bulletin_id", help="id of the bulletin")
        parser.add_argument("--action", default=str(Action.READ), choices=[str(action) for action in Action])

    def handle(self, *args: object, **options: object) -> None:
        person = User.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {options['email']}.", returncode=2)
        try:
            bulletin_id = UUID(options["bulletin_id"])
        except ValueError:
            raise CommandError(f"{options['bulletin_id']} is not an id of a bulletin.", returncode=2) from None
        subject, action = subject_of(person), Action(options["action"])
        _, about = facts.served(bulletin_id) if action in READING else facts.on_the_desk(bulletin_id)
        decision = judge(subject, action, about)
        self.stdout.write(f"{'allowed' if decision else 'refused'}: {decision.reason}")
        for rule, reason in explain(subject, action, about) if about else ():
            self.stdout.write(f"  {rule:<14}{reason or 'nothing against it'}")
        sys.exit(0 if decision else 1)
