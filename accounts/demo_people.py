"""The invented people of a demonstration; only `manage.py demo` leaves their list in the folder of a deployment."""

import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import RoleAssignment
from council.access.facts import Role

SIGN_IN = "account_login"


def _left_by_demo() -> Path:
    return settings.COUNCIL_DATA / "demo_people.json"


def is_demo() -> bool:
    """Whether this deployment shows the demo council, and its pages have to say so."""
    return _left_by_demo().is_file()


def demo_people(request: HttpRequest) -> list[dict]:
    """Rows of email, name, organisation, role (in words), tier (0: sees no content), note; on the sign-in page of a demo only."""
    where = getattr(request, "resolver_match", None)
    if where is None or where.view_name != SIGN_IN or not is_demo():
        return []
    rows = json.loads(_left_by_demo().read_text(encoding="utf-8"))
    return [
        {**row, "role": _("、").join(str(RoleAssignment.ROLES[Role(role)]) for role in row["roles"])} for row in rows
    ]
