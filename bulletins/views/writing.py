"""The pages on which authors write: the form of a draft, and what of it is thrown away."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.session_end import seconds_left
from bulletins import editor, sights
from bulletins.access import NotVisible
from bulletins.actions import scratch
from bulletins.actions.discard import discard as discard_verb
from bulletins.actions.discard import may_discard
from bulletins.actions.draft import SavedSince, create_draft, save_draft, start_revision
from bulletins.actions.inspect import Inspected, inspect
from bulletins.actions.verb import Conflict
from bulletins.begun import BegunBefore
from bulletins.desk import Refused, get_revision_for, may_begin
from bulletins.drafting import Draft, Invalid, check
from bulletins.editor import Editor
from bulletins.facts import may_be_reused
from bulletins.models import Revision
from bulletins.options import Options, named_in, options_for
from bulletins.scratches import Page, Unsaved, unsaved_of, unsaved_one, version_of
from bulletins.views.visibility import missing_unless_visible
from bulletins.wording import not_reusable, refusal
from council.access.facts import State
from council.access.policy import Action
from council.access.tiers import Tier
from council.guard import guarded_by
from council.ids import opaque_id

CONFLICT, UNPROCESSABLE = 409, 422
readable_or_sent = require_http_methods(["GET", "HEAD", "POST"])


def _form(request: HttpRequest, written: Editor, sight: dict, page: Page, *, status: int = 200) -> HttpResponse:
    lost = bool(request.FILES) and not written.errors
    context = {**sight, "editor": written, "files_lost": lost, "page": page, "seconds": seconds_left(request)}
    context["screen_tier"] = max(sight.get("screen_tier", Tier.ONE), _tier_typed(written))
    return render(request, "bulletins/desk_edit.html", context, status=status)


def _tier_typed(written: Editor) -> Tier:
    """The highest tier that the form says of what stands in it, saved or not: the screen that shows it is of that tier."""
    said = [written.form["tier"].value(), *(part["tier"].value() for part in written.parts)]
    return max((tier for tier in Tier if str(int(tier)) in map(str, said)), default=Tier.ONE)


def _save(
    request: HttpRequest, written: Editor, sight: dict, page: Page, save: Callable[[Draft], Revision]
) -> HttpResponse:
    """Saves and shows the work; otherwise the form again, every fault at its field and every word kept."""
    understood, status = written.is_valid(), UNPROCESSABLE
    try:
        if understood:
            revision = save(written.draft())
            messages.success(request, written.saved_words)
            return redirect("desk:work", revision.bulletin_id)
        check(written.draft(), request.subject)
    except Invalid as invalid:
        written.add_faults(invalid.errors)
    except BegunBefore as before:
        if before.same:
            return redirect("desk:work", before.bulletin.pk)
        written.form.add_error(None, str(before))
        page, status = replace(page, scratch=opaque_id(), scratch_at=""), CONFLICT
    except SavedSince as since:
        sight, status = {**sight, "since": since}, CONFLICT
    except Conflict as conflict:
        written.form.add_error(None, str(conflict))
        status = CONFLICT
    except Refused as refused:
        written.form.add_error(None, refusal(Action.EDIT, refused.reason))
        status = CONFLICT
    written.say_files_are_lost()
    return _form(request, written, sight, page, status=status)


@guarded_by(GET=Action.DRAFT, POST=Action.DRAFT)
@readable_or_sent
@missing_unless_visible
def begin(request: HttpRequest) -> HttpResponse:
    """A new bulletin."""
    may_begin(request.subject)
    options = options_for(request.subject)
    if request.method != "POST":
        return _begin(request, options)
    page = Page.of(request.POST)
    page = replace(page, scratch=page.scratch or opaque_id())
    sight = _new_sight(request, page.copied)
    arranged = editor.rearranged(request.POST, options)
    if arranged:
        return _form(request, arranged, sight, page)
    written = editor.posted(request.POST, request.FILES, options)
    return _save(request, written, sight, page, lambda draft: create_draft(draft, acting_user=request.user, page=page))


def _new_sight(request: HttpRequest, copied: UUID | None) -> dict:
    """What the form of a new bulletin shows beside its fields; of a copy, what it was made of, as long as that can be opened."""
    with suppress(NotVisible):
        return _copy_sight(inspect(request.subject, copied)) if copied else sights.of_new()
    return sights.of_new()


def _copy_sight(source: Inspected) -> dict:
    kept = sights.of_writing(source, Action.EDIT)["kept"]
    over = bool(source.rendition) and editor.days_left_out(source)
    return {**sights.of_new(), "kept": kept, "copied": source.revision, "days_left_out": over}


def _begin(request: HttpRequest, options: Options) -> HttpResponse:
    """The empty form, a copy of another bulletin, or what was begun and never saved."""
    if "from" in request.GET:
        return _copy(request, options, Page.of({"copied": request.GET["from"]}))
    if "scratch" not in request.GET:
        return _form(
            request, editor.blank(options, request.GET.get("kind", "")), sights.of_new(), Page(scratch=opaque_id())
        )
    wanted = Page.of(request.GET).scratch
    found = unsaved_one(request.subject, wanted) if wanted else None
    if found is None or found.bulletin:
        raise Http404
    return _resumed(request, found, editor.restored(found.fields, options), _new_sight(request, found.copied))


def _copy(request: HttpRequest, options: Options, page: Page) -> HttpResponse:
    if page.copied is None:
        raise Http404
    source = inspect(request.subject, page.copied)
    if source.rendition is None or not may_be_reused(source.revision):
        gone = _("内容の鍵を破棄したため、写せません。")
        messages.error(request, not_reusable() if source.rendition else gone)
        return redirect("desk:work", page.copied)
    return _form(request, editor.copied(source, options), _copy_sight(source), replace(page, scratch=opaque_id()))


def _resumed(request: HttpRequest, found: Unsaved, written: Editor, sight: dict) -> HttpResponse:
    scratch.open_over(request.subject, found)
    page = Page(found.id, version_of(found.saved_at), version_of(found.base), copied=found.copied)
    return _form(request, written, {**sight, "resumed": found}, page)


@missing_unless_visible
def _write(request: HttpRequest, bulletin_id: UUID, action: Action, save: Callable) -> HttpResponse:
    """The form over what is there, for the draft itself or for the next revision."""
    inspected = inspect(request.subject, bulletin_id)
    if request.method != "POST":
        try:
            get_revision_for(request.subject, bulletin_id, action)
        except Refused as refused:
            messages.error(request, refusal(action, refused.reason))
            return redirect("desk:work", bulletin_id)
        return _open(request, inspected, action)
    # Whoever may no longer do this keeps what they wrote: the verb refuses, and the form comes back with it.
    revision, page = inspected.revision, Page.of(request.POST)
    options, sight = options_for(request.subject, revision), sights.of_writing(inspected, action)
    given = {"number": sight["number"], "initial_kind": revision.bulletin.kind}
    arranged = editor.rearranged(request.POST, options, **given)
    if arranged:
        return _form(request, arranged, sight, page)
    written = editor.posted(request.POST, request.FILES, options, **given)
    return _save(
        request, written, sight, page, lambda draft: save(bulletin_id, draft, page=page, acting_user=request.user)
    )


def _open(request: HttpRequest, inspected: Inspected, action: Action) -> HttpResponse:
    """What is saved, or what was typed and not saved; where there are both, the author says which."""
    revision = inspected.revision
    options, sight = options_for(request.subject, revision), sights.of_writing(inspected, action)
    found, wanted = unsaved_of(request.subject, revision.bulletin_id), request.GET.get("from", "")
    number = sight["number"]
    if found and wanted == "scratch":
        written = editor.restored(found.fields, options, number=number, initial_kind=revision.bulletin.kind)
        return _resumed(request, found, written, sight)
    if found:
        scratch.open_over(request.subject, found)
    if found and wanted != "saved":
        return render(request, "bulletins/desk_resume.html", {**sight, "unsaved": found})
    written = editor.filled(inspected, named_in(revision, request.subject), options, number=number)
    # Whoever chose what is saved has seen that there is something else: their words may take its place.
    kept_at = version_of(found.saved_at) if found else ""
    return _form(request, written, sight, Page(scratch_at=kept_at, base=version_of(revision.saved_at)))


@guarded_by(GET=Action.INSPECT, POST=Action.EDIT)
@readable_or_sent
def edit(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The draft, to be changed."""
    return _write(request, bulletin_id, Action.EDIT, save_draft)


@guarded_by(GET=Action.INSPECT, POST=Action.REVISE)
@readable_or_sent
def revise(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The next revision, begun from the published one."""
    return _write(request, bulletin_id, Action.REVISE, start_revision)


@guarded_by(GET=Action.INSPECT, POST=Action.EDIT)
@readable_or_sent
@missing_unless_visible
def discard(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Asks, and then throws a draft away that was never handed in."""
    if request.method != "POST":
        return _ask_to_discard(request, bulletin_id)
    try:
        first = discard_verb(bulletin_id, acting_user=request.user)
    except (Refused, Conflict) as refused:
        return _ask_to_discard(request, bulletin_id, said=_why_not(refused), status=CONFLICT)
    messages.success(request, _("下書きを消しました。"))
    return redirect("desk:list") if first else redirect("desk:work", bulletin_id)


def _why_not(refused: Exception) -> str:
    if isinstance(refused, Refused):
        return _("消せるのは、査読に出していない自分の下書きだけです。")
    return str(refused)


def _ask_to_discard(request: HttpRequest, bulletin_id: UUID, *, said: str = "", status: int = 200) -> HttpResponse:
    revision = inspect(request.subject, bulletin_id).revision
    if not said and not (revision.state == State.DRAFT and may_discard(request.subject, revision)):
        said, status = _("消せるのは、査読に出していない自分の下書きだけです。"), CONFLICT
    context = {"revision": revision, "bulletin": revision.bulletin, "said": said, "screen_tier": revision.tier}
    return render(request, "bulletins/desk_discard.html", context, status=status)
