"""An attachment on the screen: the page around its pages, and each of them as a picture."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bulletins import viewer
from bulletins.actions.view import Attachment, open_attachment
from bulletins.browse import subcommittee_names
from bulletins.handling import Handling, handling_of
from bulletins.paper.document import Bearer
from bulletins.rendition import banner_of
from bulletins.stops import may_leave
from bulletins.viewable import keeps_layout
from bulletins.views.crowded import needing_room
from bulletins.views.visibility import missing_unless_visible
from council.access import caveats, facts
from council.access.caveats import Path
from council.access.policy import Action
from council.guard import guarded_by

_LONGEST_NUMBER = 4
UNPROCESSABLE = 422


@require_http_methods(["GET"])
@guarded_by(GET=Action.READ)
@missing_unless_visible
@needing_room
def pages(request: HttpRequest, bulletin_id: UUID, position: int) -> HttpResponse:
    """One page of the attachment with the way to the others; its words below it, for whoever has pages read out."""
    number = _number(request)
    attachment = open_attachment(request.subject, bulletin_id, position, number, picture=False)
    shown, fault = None, ""
    try:
        shown = viewer.words_of(attachment, number)
    except viewer.NotShown as refused:
        fault = str(refused)
    except viewer.NoSuchPage:
        raise Http404 from None
    handling = _handling(request, attachment)
    context = {
        "bulletin": attachment.bulletin,
        "file": attachment,
        "number": number,
        "shown": shown,
        "fault": fault,
        "handling": handling,
        "keeps_layout": keeps_layout(attachment.words.name),
        "allowed": may_leave(request.subject, Path.FILE, facts.Part(attachment.about, attachment.portion.label)),
        "screen_tier": attachment.portion.label.tier,
        **_around(number, shown, reverse("bulletins:pages", args=[bulletin_id, position])),
        **_marks(request, attachment, handling),
    }
    return render(request, "bulletins/viewer.html", context, status=UNPROCESSABLE if fault else 200)


@require_http_methods(["GET"])
@guarded_by(GET=Action.READ)
@missing_unless_visible
@needing_room
def page(request: HttpRequest, bulletin_id: UUID, position: int, number: int) -> HttpResponse:
    """The page as a picture, with who looked at it and when burned in."""
    return picture_of(request, open_attachment(request.subject, bulletin_id, position, number, picture=True), number)


def picture_of(request: HttpRequest, attachment: Attachment, number: int) -> HttpResponse:
    """One page of an attachment that was opened, as a picture with its reader burned in. Http404 when it has no such page."""
    bearer = Bearer(request.user, timezone.now())
    try:
        shown = viewer.page_of(attachment, number, bearer, _handling(request, attachment))
    except (viewer.NotShown, viewer.NoSuchPage):
        raise Http404 from None
    response = HttpResponse(shown.picture, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= _LONGEST_NUMBER else 0
    if not 0 < number <= viewer.MOST_PAGES:
        raise Http404
    return number


def _handling(request: HttpRequest, attachment: Attachment) -> Handling:
    """That of this file alone, and of the bulletin as a whole."""
    names = subcommittee_names(request.subject)
    floor = attachment.about.floor
    label = banner_of(
        [attachment.portion.label], facts.Label(attachment.portion.label.tier, floor.subcommittees, floor.caveats)
    )
    return handling_of(
        label,
        organisation=request.user.organisation.name,
        subcommittees=sorted(names[each] for each in label.subcommittees if each in names),
        last_day=caveats.last_day(label.caveats),
    )


def _around(number: int, shown: viewer.Page | None, address: str) -> dict[str, str]:
    last = shown.pages if shown else 1
    return {
        "previous_url": f"{address}?page={number - 1}" if number > 1 else "",
        "next_url": f"{address}?page={number + 1}" if number < last else "",
    }


def _marks(request: HttpRequest, attachment: Attachment, handling: Handling) -> dict[str, object]:
    now, bulletin = timezone.now(), attachment.bulletin
    reference = _("%(reference)s 第%(number)d版") % {"reference": bulletin.reference, "number": bulletin.served.number}
    return {
        "now": now,
        "reference_line": reference,
        "watermark": Bearer(request.user, now).watermark(reference),
        "print_scope": "　".join(filter(None, (handling.scope, *handling.caveats))),
    }
