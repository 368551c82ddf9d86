"""What the script of the editor sends while somebody writes: the words to be kept, and files that go in at once."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bulletins.actions import scratch
from bulletins.actions.attach import attach as attach_verb
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused
from bulletins.drafting import Invalid, PartDraft
from bulletins.models import Part, Scratch
from bulletins.scratches import NotReached, Page, typed, version_of
from bulletins.uploads import whole
from bulletins.views.visibility import missing_unless_visible
from bulletins.worded_caveats import WordedCaveats
from bulletins.wording import refusal
from council.access.policy import Action
from council.guard import guarded_by

CONFLICT, UNPROCESSABLE = 409, 422


def _told(call: Callable[[], dict[str, str]]) -> JsonResponse:
    """What the script of the editor is told: what came of it, or in one sentence why nothing did.

    `stay`: whoever it is has to show first who they are; the page keeps the words until then.
    """
    try:
        return JsonResponse(call())
    except NotReached:
        return JsonResponse({"stay": True}, status=CONFLICT)
    except Invalid as invalid:
        return JsonResponse({"words": next(iter(invalid.errors.values()))[0]}, status=UNPROCESSABLE)
    except Conflict as conflict:
        return JsonResponse({"words": str(conflict)}, status=CONFLICT)
    except Refused as refused:
        return JsonResponse({"words": refusal(Action.EDIT, refused.reason)}, status=CONFLICT)


def _kept(request: HttpRequest, keep: Callable[[], Scratch]) -> JsonResponse:
    def call() -> dict[str, str]:
        row = keep()
        return {"at": f"{localtime(row.saved_at):%H:%M}", "version": version_of(row.saved_at)}

    answer = _told(call) if _is_its_author(request) else _to_somebody_else()
    # It tells nothing but whether what was sent has arrived: an event each few seconds would bury those that matter.
    answer.shows_nothing = True
    return answer


def _is_its_author(request: HttpRequest) -> bool:
    """Whether the page was made for whoever sends it: since then somebody else may have signed in in the same browser."""
    return request.POST.get("author") in (None, str(request.user.pk))


def _to_somebody_else() -> JsonResponse:
    said = _("この画面を開いた人とは別の人がサインインしています。書いたものは、その人のものにはしていません。")
    return JsonResponse({"stay": True, "words": said}, status=CONFLICT)


@guarded_by(POST=Action.DRAFT)
@require_POST
@missing_unless_visible
def keep(request: HttpRequest, scratch_id: UUID) -> HttpResponse:
    """Keeps what is typed of a new bulletin."""
    page, fields = Page.of(request.POST), typed(request.POST.lists())
    return _kept(request, lambda: scratch.keep_new(scratch_id, page, fields, acting_user=request.user))


@guarded_by(POST=Action.EDIT)
@require_POST
@missing_unless_visible
def keep_of(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Keeps what is typed of a bulletin that is there."""
    page, fields = Page.of(request.POST), typed(request.POST.lists())
    return _kept(request, lambda: scratch.keep_of(bulletin_id, page, fields, acting_user=request.user))


@guarded_by(POST=Action.DRAFT)
@require_POST
@missing_unless_visible
def drop(request: HttpRequest, scratch_id: UUID) -> HttpResponse:
    """Throws away what was kept."""
    bulletin_id = scratch.drop(scratch_id, acting_user=request.user)
    messages.success(request, _("書きかけを消しました。"))
    return redirect(reverse("desk:edit", args=[bulletin_id]) if bulletin_id else reverse("desk:list"))


@guarded_by(POST=Action.EDIT)
@require_POST
@missing_unless_visible
def attach(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Puts one file into a draft at once, under the label that stands beside it in the form."""
    upload, page = request.FILES.get("file"), Page.of(request.POST)
    worded = WordedCaveats(request.POST)
    worded.is_valid()
    given = PartDraft(
        "", request.POST.get("tier", ""), Part.Kind.ATTACHMENT.value, tuple(request.POST.getlist("subcommittees")),
        (*request.POST.getlist("caveats"), *worded.worded), upload.name if upload else "", whole(upload) if upload else b"",
    )  # fmt: skip

    def call() -> dict[str, str]:
        if worded.errors:
            raise Invalid({"caveats": worded.word_faults})
        revision, part = attach_verb(bulletin_id, given, page, acting_user=request.user)
        about = {"part": str(part.pk), "name": given.name, "size": filesizeformat(len(given.data or b""))}
        return {**about, "base": version_of(revision.saved_at)}

    return _told(call)
