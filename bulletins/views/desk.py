"""The pages of the publishing desk. They call verbs and query functions: what may be done is decided behind those."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bulletins import sights
from bulletins.actions.inspect import inspect, take_desk_file, works_of
from bulletins.actions.publish import publish as publish_verb
from bulletins.actions.review import approve as approve_verb
from bulletins.actions.review import send_back as send_back_verb
from bulletins.actions.review import submit as submit_verb
from bulletins.actions.scratch import list_never_saved
from bulletins.actions.verb import Conflict
from bulletins.views.deeds import (
    LONGEST_NUMBER,
    UNPROCESSABLE,
    answer,
    missing_and_forbidden_alike,
    saying_why_not,
    words_in,
)
from council.access.policy import Action
from council.guard import guarded_by


@guarded_by(GET=Action.INSPECT)
@require_safe
def works(request: HttpRequest) -> HttpResponse:
    """Everything on the person's desk, by what has to be done with it."""
    with missing_and_forbidden_alike():
        listed = works_of(request.subject)
    context = {**sights.of_works(request.subject, listed), "never_saved": list_never_saved(request.subject)}
    return render(request, "bulletins/desk_works.html", context)


@guarded_by(GET=Action.INSPECT)
@require_safe
def work(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The whole revision as its desk sees it, or with ?as=2 exactly what readers of that rendition get."""
    return _work(request, bulletin_id)


def _work(request: HttpRequest, bulletin_id: UUID, *, comment: str = "", status: int = 200) -> HttpResponse:
    asked = request.GET.get("as", "")
    with missing_and_forbidden_alike():
        number = int(asked) if asked.isdecimal() and len(asked) < 5 else None
        if asked and number is None:
            raise Http404
        inspected = inspect(request.subject, bulletin_id, as_number=number)
    if inspected.shape:
        sights.remember_opened(request.session, inspected)
    opened = sights.opened_of(request.session, inspected.revision.pk, inspected.digest)
    context = {**sights.of_work(request.subject, inspected, opened), "comment": comment}
    return render(request, "bulletins/desk_work.html", context, status=status)


@guarded_by(POST=Action.SUBMIT)
@require_POST
def submit(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """draft → in review."""
    return answer(
        request, bulletin_id, Action.SUBMIT,
        lambda: submit_verb(bulletin_id, looked=request.POST.get("looked") == "yes", acting_user=request.user),
        _("査読に出しました。"),
    )  # fmt: skip


@guarded_by(POST=Action.APPROVE)
@require_POST
def approve(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """in review → approved: of what the approver had on screen, and opened in every rendition."""

    def call() -> None:
        if sights.still_to_open(request.subject, request.session, bulletin_id):
            raise Conflict(_("まだ開いていない表示があります。すべての表示を開いて確かめてから承認してください。"))
        approve_verb(bulletin_id, seen=request.POST.get("seen", ""), acting_user=request.user)

    return answer(request, bulletin_id, Action.APPROVE, call, _("承認しました。"))


@guarded_by(POST=Action.RETURN)
@require_POST
def send_back(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Back to draft, with a word for the author; where it is refused, the page keeps what was typed."""
    comment = words_in(request, "comment")
    with missing_and_forbidden_alike(), saying_why_not(request, Action.RETURN):
        send_back_verb(bulletin_id, comment, acting_user=request.user)
        messages.success(request, _("下書きに差し戻しました。"))
        return redirect("desk:work", bulletin_id)
    return _work(request, bulletin_id, comment=comment, status=UNPROCESSABLE)


@guarded_by(POST=Action.PUBLISH)
@require_POST
def publish(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """approved → published, to exactly as many people as the button said."""
    said = request.POST.get("expected_people", "")[:LONGEST_NUMBER]

    def call() -> None:
        # Without a number nobody saw who will read it: none of the numbers that can be is negative.
        publish_verb(bulletin_id, expected_people=int(said) if said.isdecimal() else -1, acting_user=request.user)

    return answer(request, bulletin_id, Action.PUBLISH, call, _("公開しました。"))


@guarded_by(GET=Action.INSPECT)
@require_safe
def file(request: HttpRequest, bulletin_id: UUID, position: int) -> HttpResponse:
    """An attachment of the revision on the desk."""
    with missing_and_forbidden_alike():
        name, data = take_desk_file(request.subject, bulletin_id, position)
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)
