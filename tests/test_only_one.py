"""The lock that dies with its holder."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from council.only_one import only_one
from tests.bulletins.races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
HOLDS = """
import django
django.setup()
from council.only_one import only_one
with only_one("a name") as mine:
    print(mine, flush=True)
    input()
"""


def _take(name: str) -> bool:
    with only_one(name) as mine:
        return mine


def test_one_holder_at_a_time_and_the_next_one_afterwards():
    with only_one("a name") as mine:
        assert mine
        assert all_at_once([partial(_take, "a name"), partial(_take, "another name")]) == [False, True]
    assert all_at_once([partial(_take, "a name")]) == [True]


def test_it_is_free_after_an_error_too():
    with pytest.raises(RuntimeError), only_one("a name"):
        raise RuntimeError
    assert all_at_once([partial(_take, "a name")]) == [True]


def test_nothing_is_left_behind():
    _take("a name")
    assert not list(Path(settings.COUNCIL_DATA / "locks").glob("*"))


def _environment() -> dict[str, str]:
    """That of a process which meets this one in its folder and its database."""
    database = os.environ.get("DATABASE_URL", "")
    if database:
        database = urlsplit(database)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tests.settings"}


def test_a_killed_process_lets_go():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDS], env=_environment(), text=True, **pipes) as holder:
        assert holder.stdout.readline() == "True\n"
        assert not _take("a name")
        holder.kill()
    # A database server takes a moment to see that somebody is no more.
    until = time.monotonic() + 30
    while not (free := _take("a name")) and time.monotonic() < until:
        time.sleep(0.05)
    assert free
