"""Writes the demo council (once; a second run changes nothing) and prints who can sign in."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from bulletins.demo import DEMO_FILES, PERSONAS, password
from bulletins.demo.keys import folder, with_recipients
from bulletins.demo_clearances import begin_period, settle
from bulletins.demo_contacts import introduce
from bulletins.demo_life import live
from bulletins.models import WorldKey
from bulletins.world import Builder
from bulletins.world_file import World, WorldRefused, read_world
from council.access.facts import Role
from council.schema import catch_up


def demo_world() -> World:
    """The demo council as one world."""
    merged: dict[str, list] = {}
    for path in DEMO_FILES:
        for name, rows in json.loads(path.read_text(encoding="utf-8")).items():
            merged.setdefault(name, []).extend(rows)
    return read_world(merged)


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: object, **options: object) -> None:
        catch_up()
        world = demo_world()
        builder = Builder("demo", password())
        made = WorldKey.objects.filter(origin="demo", kind="bulletins").count()
        # Whoever walks through a demo also invites people: it is a demo all the same.
        if not made and builder.foreign():
            raise CommandError(
                "This deployment is in use; the demo council is written into an empty one only.", returncode=2
            )
        if made < len(world.bulletins):
            begin_period()
            self._build(builder, with_recipients(world))
            introduce()
            settle()
            live(spec.email for spec in world.people if spec.key in PERSONAS)
        self._introduce(world)
        self.stdout.write(f"Demo council: {len(world.people)} people, {len(world.bulletins)} bulletins.")
        self.stdout.write(f"Everybody's password: {password()}")
        people = {spec.key: spec for spec in world.people}
        for key, what in PERSONAS.items():
            self.stdout.write(f"  {people[key].email:<36}{people[key].name}　{what}")
        self.stdout.write(f"Identities that open the packages: {folder()}/")
        self.stdout.write(f"Sign in at {settings.COUNCIL_URL}/")

    def _introduce(self, world: World) -> None:
        """Leaves the list of people for the sign-in page, which shows it in demo deployments only."""
        people = {spec.key: spec for spec in world.people}
        organisations = {spec.key: spec.name for spec in world.organisations}
        shown = [
            {
                "email": people[key].email,
                "name": people[key].name,
                "organisation": organisations[people[key].org],
                "roles": list(people[key].roles),
                "tier": 0 if Role.AUDITOR in people[key].roles else int(people[key].tier),
                "note": what,
            }
            for key, what in PERSONAS.items()
        ]
        path = settings.COUNCIL_DATA / "demo_people.json"
        path.write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")

    def _build(self, builder: Builder, world: World) -> None:
        try:
            for _key in tqdm(builder.build(world), total=len(world.bulletins), unit="bulletin", disable=None):
                pass
        except WorldRefused as refused:
            raise CommandError(str(refused), returncode=2) from None
