"""What this deployment is called outside: in the names of its keys and logs."""

from urllib.parse import urlsplit

from django.conf import settings


def host() -> str:
    """The host of the public URL, without the port: a portal that moves to another one keeps its names."""
    return urlsplit(settings.COUNCIL_URL).hostname or "council"
