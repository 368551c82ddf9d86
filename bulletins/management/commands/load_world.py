"""Builds a world from a script for tests of the whole portal, and prints its ids, tokens, cookies and packages as JSON."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from bulletins.world import Builder
from bulletins.world_file import World, WorldRefused, read_world
from council.schema import catch_up


def _read(path: Path) -> World:
    """The world in the file. WorldRefused in one sentence, whatever is wrong with it."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        # JSON can spell lone surrogates, which nothing can store.
        json.dumps(given, ensure_ascii=False).encode()
    except OSError as error:
        raise WorldRefused(f"the file can't be read: {error.strerror}.") from error
    except UnicodeError as error:
        raise WorldRefused("the file holds what is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise WorldRefused(f"the file is not JSON that can be read: {error}.") from error
    return read_world(given)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: object, **options: object) -> None:
        catch_up()
        try:
            world = _read(options["file"])
        except WorldRefused as refused:
            raise CommandError(f"{options['file'].name}: {refused}", returncode=2) from None
        builder = Builder("world", os.environ.get("WORLD_PASSWORD"))
        if builder.foreign():
            raise CommandError(
                "This deployment holds things that no world file made. Because this command hands out sessions, it refuses.",
                returncode=2,
            )
        try:
            for _key in tqdm(builder.build(world), total=len(world.bulletins), unit="bulletin", disable=None):
                pass
        except WorldRefused as refused:
            raise CommandError(str(refused), returncode=2) from None
        self.stdout.write(json.dumps(asdict(builder.built), ensure_ascii=False))
