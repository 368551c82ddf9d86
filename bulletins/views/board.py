"""The distribution board: what is under way, how far one revision has got with each organisation, and what the desk does about it.

The fragments are what board.js asks for every two seconds while packages are queued; they are refused like the pages.
"""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bulletins import board_page, board_rows
from bulletins import board_sights as sights
from bulletins.actions.remind import extend_deadline
from bulletins.actions.remind import remind as remind_verb
from bulletins.actions.returned import note_call
from bulletins.actions.returned import remind_returns as remind_returns_verb
from bulletins.actions.track import look_at_board, look_at_runs, look_at_runs_progress, take_board
from bulletins.board import board_of
from bulletins.board_export import csv_of, name_of
from bulletins.board_reminding import PutOffForm
from bulletins.drafting import Invalid
from bulletins.standing import standings
from bulletins.views.deeds import saying_why_not
from bulletins.views.visibility import missing_unless_visible
from council.access.policy import Action
from council.guard import guarded_by


@guarded_by(GET=Action.TRACK)
@require_safe
@missing_unless_visible
def runs(request: HttpRequest) -> HttpResponse:
    """What is being sealed, waits for answers or is being recalled."""
    return render(request, "bulletins/board_runs.html", sights.of_runs(request.subject, look_at_runs(request.subject)))


@guarded_by(GET=Action.TRACK)
@require_safe
@missing_unless_visible
def runs_progress(request: HttpRequest) -> HttpResponse:
    """The numbers of the same page, without a title."""
    context = sights.of_runs(request.subject, look_at_runs_progress(request.subject))
    return render(request, "bulletins/board_runs_live.html", context)


@guarded_by(GET=Action.TRACK)
@require_safe
@missing_unless_visible
def one(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """One revision, organisation by organisation."""
    query = board_rows.read(request.GET)
    notes = {"notes": True} if board_page.shows_notes(request.subject) else None
    board = look_at_board(request.subject, bulletin_id, query.revision, detail=notes)
    return render(request, "bulletins/board.html", board_page.of_board(request.subject, board, query))


@guarded_by(GET=Action.TRACK)
@require_safe
@missing_unless_visible
def progress(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """How far the sealing of one revision is: numbers alone."""
    revision = board_rows.read(request.GET).revision
    board = look_at_board(request.subject, bulletin_id, revision, detail={"progress": True})
    return render(request, "bulletins/board_live.html", board_page.of_sealing(board.revision))


@guarded_by(GET=Action.TRACK)
@require_safe
@missing_unless_visible
def export(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The whole table as a file."""
    revision = take_board(request.subject, bulletin_id, board_rows.read(request.GET).revision).revision
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name_of(revision))}
    return HttpResponse(csv_of(revision, standings(revision)), content_type="text/csv; charset=utf-8", headers=headers)


def _do(request: HttpRequest, bulletin_id: UUID, action: Action, call: Callable[[], str]) -> HttpResponse:
    """Runs a verb behind the door of the page it stands on, and goes back there; `call` answers with what came of it."""
    board_of(request.subject, bulletin_id)
    with saying_why_not(request, action):
        messages.success(request, call())
    back = board_rows.read(QueryDict(request.POST.get("back", "").removeprefix("?")))
    return redirect(reverse("board:one", args=[bulletin_id]) + back.address)


@guarded_by(POST=Action.REMIND)
@require_POST
@missing_unless_visible
def remind(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Reminds everybody who was reached and has not acknowledged."""

    def send() -> str:
        return _reminded(remind_verb(bulletin_id, acting_user=request.user))

    return _do(request, bulletin_id, Action.REMIND, send)


@guarded_by(POST=Action.REMIND)
@require_POST
@missing_unless_visible
def remind_returns(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Reminds everybody who has not said what became of their copies."""

    def send() -> str:
        return _reminded(remind_returns_verb(bulletin_id, acting_user=request.user))

    return _do(request, bulletin_id, Action.REMIND, send)


def _reminded(count: int) -> str:
    return ngettext("%(count)d組織に再通知しました。", "%(count)d組織に再通知しました。", count) % {"count": count}


@guarded_by(POST=Action.REMIND)
@require_POST
@missing_unless_visible
def extend(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Gives one organisation until a later moment."""

    def put_off() -> str:
        form = PutOffForm(request.POST)
        if not form.is_valid():
            raise Invalid(form.errors)
        given = form.cleaned_data
        extend_deadline(bulletin_id, given["organisation"], given["until"], acting_user=request.user)
        return _("期限を延ばしました。")

    return _do(request, bulletin_id, Action.REMIND, put_off)


@guarded_by(POST=Action.REMIND)
@require_POST
@missing_unless_visible
def call(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Keeps that an organisation was called about its copies."""

    def keep() -> str:
        note_call(_delivery(request), acting_user=request.user)
        return _("電話した記録を残しました。")

    return _do(request, bulletin_id, Action.REMIND, keep)


def _delivery(request: HttpRequest) -> UUID:
    with suppress(ValueError):
        return UUID(request.POST.get("delivery", ""))
    raise Http404
