"""Figures inside a page: the picture itself, for whoever may read its part. Each is one event, like the page around it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from bulletins.actions.inspect import take_desk_file
from bulletins.actions.view import Attachment, open_attachment
from bulletins.figures import content_type
from bulletins.models import Part as Row
from bulletins.paper.apart import Busy
from bulletins.stops import may_leave
from bulletins.views.crowded import crowded
from bulletins.views.viewing import picture_of
from bulletins.views.visibility import missing_unless_visible
from council.access.caveats import Path
from council.access.facts import Part
from council.access.policy import Action
from council.guard import guarded_by


@require_http_methods(["GET"])
@guarded_by(GET=Action.READ)
@missing_unless_visible
def figure(request: HttpRequest, bulletin_id: UUID, position: int) -> HttpResponse:
    """The picture of a figure; `position` counts the reader's parts from 1. What may not be taken away carries who looked at it."""
    opened = open_attachment(request.subject, bulletin_id, position, 1, picture=True)
    if opened.portion.content.kind != Row.Kind.FIGURE:
        # A picture that is attached is a file: it is taken as one, and that is another event.
        raise Http404
    if not may_leave(request.subject, Path.FILE, Part(opened.about, opened.portion.label)):
        return _marked(request, opened)
    return _shown(opened.data)


def _marked(request: HttpRequest, opened: Attachment) -> HttpResponse:
    """A picture that has to be made first. A page has many that need not be: none of them waits for room before it is opened."""
    try:
        return picture_of(request, opened, 1)
    except Busy:
        return crowded(request)


@require_http_methods(["GET"])
@guarded_by(GET=Action.INSPECT)
@missing_unless_visible
def desk_figure(request: HttpRequest, bulletin_id: UUID, position: int) -> HttpResponse:
    """The picture of a figure of the revision on the desk."""
    _name, data = take_desk_file(request.subject, bulletin_id, position)
    return _shown(data)


def _shown(data: bytes) -> HttpResponse:
    """A picture, by its own bytes and not by its name; nothing else is ever shown by the browser."""
    kind = content_type(data)
    if kind is None:
        raise Http404
    response = HttpResponse(data, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
