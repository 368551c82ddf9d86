"""The pages of the publishing desk. They call verbs and query functions: what may be done is decided behind those."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bulletins import editor, sights
from bulletins.access import NotVisible
from bulletins.actions.close import recall as recall_verb
from bulletins.actions.draft import create_draft, save_draft, start_revision
from bulletins.actions.inspect import inspect, take_desk_file, works_of
from bulletins.actions.publish import publish as publish_verb
from bulletins.actions.review import approve as approve_verb
from bulletins.actions.review import send_back as send_back_verb
from bulletins.actions.review import submit as submit_verb
from bulletins.actions.verb import Conflict
from bulletins.desk import Refused, get_revision_for, may_begin
from bulletins.drafting import Draft, Invalid, check
from bulletins.editor import Editor
from bulletins.models import Revision
from bulletins.options import named_in, options_for
from bulletins.wording import refusal
from council.access.policy import Action
from council.guard import guarded_by

UNPROCESSABLE = 422
LONGEST_WORD = 1000
LONGEST_NUMBER = 10
readable_or_sent = require_http_methods(["GET", "HEAD", "POST"])


@contextmanager
def _missing_and_forbidden_alike() -> Iterator[None]:
    try:
        yield
    except NotVisible:
        raise Http404 from None


def _answer(
    request: HttpRequest, bulletin_id: UUID, action: Action, call: Callable[[], object], done: str
) -> HttpResponse:
    """Runs a verb and goes back to the work page, which says what came of it."""
    try:
        with _missing_and_forbidden_alike():
            call()
    except Refused as refused:
        messages.error(request, refusal(action, refused.reason))
    except Conflict as conflict:
        messages.error(request, str(conflict))
    except Invalid as invalid:
        for sentence in dict.fromkeys(each for sentences in invalid.errors.values() for each in sentences):
            messages.error(request, sentence)
    else:
        messages.success(request, done)
    return redirect("desk:work", bulletin_id)


@guarded_by(GET=Action.INSPECT)
@require_safe
def works(request: HttpRequest) -> HttpResponse:
    """Everything on the person's desk, by what has to be done with it."""
    with _missing_and_forbidden_alike():
        listed = works_of(request.subject)
    return render(request, "bulletins/desk_works.html", sights.of_works(request.subject, listed))


@guarded_by(GET=Action.DRAFT, POST=Action.DRAFT)
@readable_or_sent
def begin(request: HttpRequest) -> HttpResponse:
    """A new bulletin."""
    with _missing_and_forbidden_alike():
        may_begin(request.subject)
    options = options_for(request.subject)
    if request.method != "POST":
        return _form(request, editor.blank(options), sights.of_new())
    arranged = editor.rearranged(request.POST, options)
    if arranged:
        return _form(request, arranged, sights.of_new())
    written = editor.posted(request.POST, request.FILES, options)
    return _save(request, written, sights.of_new(), lambda draft: create_draft(draft, acting_user=request.user))


def _form(request: HttpRequest, written: Editor, sight: dict, *, status: int = 200) -> HttpResponse:
    lost = bool(request.FILES) and not written.errors
    context = {**sight, "editor": written, "files_lost": lost}
    return render(request, "bulletins/desk_edit.html", context, status=status)


def _save(request: HttpRequest, written: Editor, sight: dict, save: Callable[[Draft], Revision]) -> HttpResponse:
    """Saves and shows the work; otherwise the form again, every fault at its field and every word kept."""
    understood = written.is_valid()
    try:
        with _missing_and_forbidden_alike():
            if understood:
                revision = save(written.draft())
                messages.success(request, _("下書きを保存しました。"))
                return redirect("desk:work", revision.bulletin_id)
            check(written.draft(), request.subject)
    except Invalid as invalid:
        written.add_faults(invalid.errors)
    except Conflict as conflict:
        written.form.add_error(None, str(conflict))
    except Refused as refused:
        written.form.add_error(None, refusal(Action.EDIT, refused.reason))
    written.say_files_are_lost()
    return _form(request, written, sight, status=UNPROCESSABLE)


@guarded_by(GET=Action.INSPECT)
@require_safe
def work(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The whole revision as its desk sees it, or with ?as=2 exactly what readers of that rendition get."""
    asked = request.GET.get("as", "")
    with _missing_and_forbidden_alike():
        number = int(asked) if asked.isdecimal() and len(asked) < 5 else None
        if asked and number is None:
            raise Http404
        inspected = inspect(request.subject, bulletin_id, as_number=number)
    if inspected.shape:
        sights.remember_opened(request.session, inspected)
    opened = sights.opened_of(request.session, inspected.revision.pk, inspected.digest)
    return render(request, "bulletins/desk_work.html", sights.of_work(request.subject, inspected, opened))


def _write(request: HttpRequest, bulletin_id: UUID, action: Action, save: Callable) -> HttpResponse:
    """The form over what is there, for the draft itself or for the next revision."""
    with _missing_and_forbidden_alike():
        inspected = inspect(request.subject, bulletin_id)
        try:
            get_revision_for(request.subject, bulletin_id, action)
        except Refused as refused:
            messages.error(request, refusal(action, refused.reason))
            return redirect("desk:work", bulletin_id)
    revision = inspected.revision
    options, sight = options_for(request.subject, revision), sights.of_writing(inspected, action)
    number = sight["number"]
    if request.method != "POST":
        return _form(request, editor.filled(inspected, named_in(revision), options, number=number), sight)
    given = {"number": number, "initial_kind": revision.bulletin.kind}
    arranged = editor.rearranged(request.POST, options, **given)
    if arranged:
        return _form(request, arranged, sight)
    written = editor.posted(request.POST, request.FILES, options, **given)
    return _save(request, written, sight, lambda draft: save(bulletin_id, draft, acting_user=request.user))


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


@guarded_by(POST=Action.SUBMIT)
@require_POST
def submit(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """draft → in review."""
    return _answer(
        request, bulletin_id, Action.SUBMIT,
        lambda: submit_verb(bulletin_id, acting_user=request.user), _("査読に出しました。"),
    )  # fmt: skip


@guarded_by(POST=Action.APPROVE)
@require_POST
def approve(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """in review → approved: of what the approver had on screen, and opened in every rendition."""

    def call() -> None:
        if sights.still_to_open(request.subject, request.session, bulletin_id):
            raise Conflict(_("まだ開いていない表示があります。すべての表示を開いて確かめてから承認してください。"))
        approve_verb(bulletin_id, seen=request.POST.get("seen", ""), acting_user=request.user)

    return _answer(request, bulletin_id, Action.APPROVE, call, _("承認しました。"))


@guarded_by(POST=Action.RETURN)
@require_POST
def send_back(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Back to draft, with a word for the author."""
    comment = request.POST.get("comment", "").strip()[:LONGEST_WORD]
    return _answer(
        request, bulletin_id, Action.RETURN,
        lambda: send_back_verb(bulletin_id, comment, acting_user=request.user), _("下書きに差し戻しました。"),
    )  # fmt: skip


@guarded_by(POST=Action.PUBLISH)
@require_POST
def publish(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """approved → published, to exactly as many people as the button said."""
    said = request.POST.get("expected_people", "")[:LONGEST_NUMBER]

    def call() -> None:
        # Without a number nobody saw who will read it: none of the numbers that can be is negative.
        publish_verb(bulletin_id, expected_people=int(said) if said.isdecimal() else -1, acting_user=request.user)

    return _answer(request, bulletin_id, Action.PUBLISH, call, _("公開しました。"))


@guarded_by(GET=Action.INSPECT, POST=Action.RECALL)
@readable_or_sent
def recall(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Asks for the reason and whether it is meant, then takes the served revision out of everybody's hands."""
    why = request.POST.get("why", "").strip()[:LONGEST_WORD]
    meant = request.POST.get("meant") == "yes"
    if request.method == "POST" and why and meant:
        return _answer(
            request, bulletin_id, Action.RECALL,
            lambda: recall_verb(bulletin_id, why, acting_user=request.user), _("回収しました。"),
        )  # fmt: skip
    with _missing_and_forbidden_alike():
        sight = sights.of_recall(request.subject, bulletin_id)
    if sight["refused"]:
        messages.error(request, refusal(Action.RECALL, sight["refused"]))
        return redirect("desk:work", bulletin_id)
    sent = request.method == "POST"
    context = {**sight, "why": why, "meant": meant, "no_reason": sent and not why, "not_meant": sent and not meant}
    return render(request, "bulletins/desk_recall.html", context, status=UNPROCESSABLE if sent else 200)


@guarded_by(GET=Action.INSPECT)
@require_safe
def file(request: HttpRequest, bulletin_id: UUID, position: int) -> HttpResponse:
    """An attachment of the revision on the desk."""
    with _missing_and_forbidden_alike():
        name, data = take_desk_file(request.subject, bulletin_id, position)
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)
