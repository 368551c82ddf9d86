"""A hand inside a deployment under test: `python -m tests.faults.hand` takes one JSON command a line and answers each with one line."""

import json
import sys
from collections import Counter
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import Notice, Organisation, User  # noqa: E402
from bulletins import dispatch  # noqa: E402
from bulletins.actions.close import recall  # noqa: E402
from bulletins.models import Delivery, Package, PackageSeal, Payload  # noqa: E402
from council.audit.events import Event  # noqa: E402
from council.audit.models import AuditEvent  # noqa: E402
from council.celery import app  # noqa: E402
from tests.bulletins import shelf  # noqa: E402


def _person(name: str) -> User:
    return User.objects.select_related("organisation").get(email=f"{name}@office.example")


def publish(size: int = 1000) -> dict:
    """A bulletin of tier two to every company, with an attachment of so many bytes."""
    companies = Organisation.objects.filter(kind="company")
    parts = [
        "公表できる段落です。",
        ("会員だけの段落です。", 2),
        shelf.attachment("一覧.csv", b"a," * (size // 2), tier=2),
    ]
    revision = shelf.published(
        _person("pub"), _person("app"), tier=2, kind="alert", parts=parts, organisations=companies
    )
    return {"bulletin": str(revision.bulletin_id), "revision": str(revision.pk)}


def withdraw(bulletin: str) -> dict:
    """Recalls it."""
    recall(UUID(bulletin), acting_user=_person("pub"))
    return {}


def hint(task: str, ids: list[str], times: int = 1) -> dict:
    """Sends the task so many times; ids in the order given."""
    for _ in range(times):
        dispatch.hint(task, *map(UUID, ids))
    return {}


def forget() -> dict:
    """Empties the queue, as a broker that was restarted without its memory."""
    return {"messages": app.control.purge()}


def suspend(active: bool, company: int) -> dict:
    """Suspends or resumes one company."""
    name = f"架空製作所{company}"
    return {"rows": Organisation.objects.filter(name=name).update(is_active=active)}


def cut_connections() -> dict:
    """Ends every other connection to this database, as an administrator or a failover would."""
    if connection.vendor != "postgresql":
        return {"cut": 0}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return {"cut": cursor.fetchone()[0]}


def look(bulletin: str) -> dict:
    """What the deployment holds of the bulletin."""
    packages = Package.objects.filter(bulletin=bulletin)
    notices = Notice.objects.filter(about=bulletin)
    released = AuditEvent.objects.filter(
        action=Event.PACKAGE_RELEASED, object__in=[str(pk) for pk in packages.values_list("pk", flat=True)]
    )
    sent = AuditEvent.objects.filter(action=Event.NOTICE_SENT, object=bulletin)
    payloads = Payload.objects.filter(revision__bulletin=bulletin)
    files = default_storage.listdir("packages")[1] if default_storage.exists("packages") else []
    states, told = dict(Counter(notices.values_list("state", flat=True))), sent.count()
    # Looked at after the rows: a mail is there before its row says so.
    mails = list((settings.COUNCIL_DATA / "mail").glob("*.eml"))
    ids = [f"{pk}@".encode() for pk in notices.values_list("pk", flat=True)]
    return {
        "packages": dict(Counter(packages.values_list("state", flat=True))),
        "versions": sorted(packages.values_list("version", flat=True)),
        "deliveries": Delivery.objects.filter(bulletin=bulletin).count(),
        "seals": PackageSeal.objects.filter(package__in=packages).count(),
        "released": sorted(Counter(released.values_list("object", flat=True)).values()),
        "notices": states,
        "sent_events": told,
        "mails": sum(any(mark in path.read_bytes() for mark in ids) for path in mails),
        "payloads": payloads.count(),
        "payload_files": [name for name in payloads.values_list("stored_file", flat=True) if name[9:] in files],
        "reasons": sorted(set(packages.exclude(reason="").values_list("reason", flat=True))),
        "ids": {str(row.organisation.name): str(row.pk) for row in packages.select_related("organisation")},
    }


def beat() -> dict:
    """Which task the scheduler sends to drive distribution on, and how often."""
    row = app.conf.beat_schedule["drive-distribution-on"]
    return {"sweep": row["task"], "seconds": row["schedule"]}


COMMANDS = {each.__name__: each for each in (publish, withdraw, hint, forget, suspend, cut_connections, look, beat)}


def main() -> None:
    """Answers until its standard input ends."""
    for line in sys.stdin:
        command = json.loads(line)
        answer = COMMANDS[command.pop("do")](**command)
        connection.close()
        print(json.dumps(answer, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
