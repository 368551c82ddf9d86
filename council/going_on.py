"""Where somebody goes on whose form was not taken: signed out meanwhile, or asked who they are. A browser asks again with GET."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from council.guard import policies_of


def page_at(address: str) -> str:
    """The address (path and query) itself where a page answers GET, otherwise the nearest page above: a form is sent from there."""
    path = urlsplit(address).path
    if _answers(path):
        return address
    while path.strip("/"):
        path = path[: path.rstrip("/").rindex("/") + 1]
        if _answers(path):
            return path
    return "/"


def _answers(path: str) -> bool:
    try:
        return "GET" in policies_of(resolve(path).func)
    except Resolver404:
        return False


def sent_by_hand(request: HttpRequest) -> bool:
    """Whether somebody sent a form, and not a script something by itself: then they are told that it was not taken."""
    return request.method not in {"GET", "HEAD"} and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
