"""The invented people of a demonstration; only `manage.py demo` leaves their list in the folder of a deployment."""

import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import RoleAssignment, User
from council.access.facts import Role

SIGN_IN = "account_login"


def _left_by_demo() -> Path:
    return settings.COUNCIL_DATA / "demo_people.json"


def is_demo() -> bool:
    """Whether this deployment shows the demo council, and its pages have to say so."""
    return _left_by_demo().is_file()


def _rows() -> list[dict]:
    return json.loads(_left_by_demo().read_text(encoding="utf-8")) if is_demo() else []


def demo_people(request: HttpRequest) -> list[dict]:
    """Rows of email, name, organisation, role (in words), tier (0: sees no content), note; on the sign-in page of a demo only."""
    where = getattr(request, "resolver_match", None)
    if where is None or where.view_name != SIGN_IN:
        return []
    return [
        {**row, "role": _("、").join(str(RoleAssignment.ROLES[Role(role)]) for role in row["roles"])} for row in _rows()
    ]


def persona(email: str) -> tuple[User | None, int]:
    """The invented person that the list of a demonstration names, and their tier; nobody where there is no demonstration."""
    row = next((row for row in _rows() if row["email"] == email), None)
    return (User.objects.filter(email=email, is_active=True).first(), int(row["tier"])) if row else (None, 0)
