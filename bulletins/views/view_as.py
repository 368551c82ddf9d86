"""What the desk looks at before it publishes: the page as one member gets it, and what a change would do to the audience."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bulletins import browse
from bulletins.actions.inspect import weigh
from bulletins.actions.view_as import Seen, view_as, whom_to_view_as
from bulletins.sheet import Sheet, sheet_of
from bulletins.views.visibility import missing_unless_visible
from bulletins.wording import why_not_there
from council.access.policy import Action
from council.guard import guarded_by

LONGEST_NAME = 100


@guarded_by(GET=Action.INSPECT)
@require_safe
@missing_unless_visible
def whom(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Choose a member: from the audience, or anybody by name."""
    words = request.GET.get("name", "").replace("\x00", "").strip()[:LONGEST_NAME]
    found = whom_to_view_as(request.subject, bulletin_id, words)
    revision = found.revision
    context = {
        "bulletin": revision.bulletin, "revision": revision, "audience": found.audience, "found": found.found, "words": words,
        "screen_tier": revision.tier,
    }  # fmt: skip
    return render(request, "bulletins/view_as_whom.html", context)


@guarded_by(GET=Action.INSPECT)
@require_safe
@missing_unless_visible
def one(request: HttpRequest, bulletin_id: UUID, person_id: UUID) -> HttpResponse:
    """The page as this member would get it, in a frame that says whose view it is; with ?of=served that of the published revision."""
    served = request.GET.get("of") == "served"
    seen = view_as(request.subject, bulletin_id, person_id, served=served)
    bulletin = seen.revision.bulletin
    context = {
        "bulletin": bulletin, "revision": seen.revision, "viewed": seen.person, "served": served, "sheet": _sheet(seen),
        "why": "" if seen.decision else why_not_there(seen.decision.reason), "screen_tier": seen.revision.tier,
        "other": bulletin.served_id if not served and bulletin.served_id != seen.revision.pk else None,
    }  # fmt: skip
    return render(request, "bulletins/view_as.html", context)


def _sheet(seen: Seen) -> Sheet | None:
    if seen.opened is None:
        return None
    names = browse.subcommittee_names(seen.subject)
    return sheet_of(seen.subject, seen.opened, names, seen.person.organisation.name)


@guarded_by(GET=Action.INSPECT)
@require_safe
@missing_unless_visible
def what_if(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """What each change of one field would do to the audience."""
    revision, weighed = weigh(request.subject, bulletin_id)
    swaps = (weighed.label, weighed.scope, weighed.fewer, weighed.more)
    context = {
        "bulletin": revision.bulletin, "revision": revision, "weighed": weighed, "swaps": swaps, "screen_tier": revision.tier,
    }  # fmt: skip
    return render(request, "bulletins/desk_what_if.html", context)
