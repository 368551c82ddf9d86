"""Pages for readers: the list, one bulletin, its files, 「確認しました」 and what the organisation answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bulletins import browse
from bulletins.actions import acknowledge as acknowledging
from bulletins.actions import answer as answering
from bulletins.actions.compare import previous_for
from bulletins.actions.look import look, tier_of
from bulletins.actions.read import Opened, open_bulletin, take_file
from bulletins.actions.verb import Conflict
from bulletins.answer_form import AnswerForm
from bulletins.answering import own_of
from bulletins.draft_days import last_day_of
from bulletins.drafting import Invalid
from bulletins.filters import FilterForm
from bulletins.packages import package_of
from bulletins.related import related_to
from bulletins.sheet import Sheet, sheet_of
from bulletins.views.visibility import missing_unless_visible
from council.access.policy import Action
from council.guard import guarded_by

LONGEST_NUMBER = 10
UNPROCESSABLE = 422


@require_http_methods(["GET"])
@guarded_by(GET=Action.READ)
def bulletins(request: HttpRequest) -> HttpResponse:
    """The list, newest first, twenty a page, without totals."""
    names = browse.subcommittee_names(request.subject)
    form = FilterForm(request.GET, subject=request.subject, names=names)
    rows, onward = look(request.subject, form.wish, form.trail[-1] if form.trail else None)
    context = {
        "form": form,
        "rows": rows,
        "names": names,
        "screen_tier": tier_of(rows),
        "next_url": form.address([*form.trail, onward]) if onward else "",
        "previous_url": form.address(form.trail[:-1]) if form.trail else "",
    }
    return render(request, "bulletins/list.html", context)


@require_http_methods(["GET"])
@guarded_by(GET=Action.READ)
@missing_unless_visible
def bulletin(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """One bulletin as the reader's rendition shows it. Opening it is recorded; that is not an acknowledgement."""
    return _page(request, bulletin_id, AnswerForm())


def _page(request: HttpRequest, bulletin_id: UUID, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    opened = open_bulletin(request.subject, bulletin_id)
    own = own_of(request.subject, opened.bulletin, opened.facts)
    names = browse.subcommittee_names(request.subject)
    sheet = sheet_of(request.subject, opened, names, request.user.organisation.name)
    context = {
        "bulletin": opened.bulletin,
        "revision": opened.bulletin.served,
        "receipt": opened.receipt,
        "deadline": own.deadline,
        "answers": own.answers,
        "answer_form": form,
        "sheet": sheet,
        "related": related_to(request.subject, opened.bulletin.served),
        "has_changes": opened.bulletin.served.number > 1 and bool(previous_for(request.subject, opened.bulletin)),
        "last_day": last_day_of(opened.bulletin.served),
        "package": package_of(request.subject, opened.bulletin, opened.facts),
        "screen_tier": sheet.tier,
        "statement_version": acknowledging.STATEMENT,
        **_marks(request, opened, sheet),
    }
    return render(request, "bulletins/detail.html", context, status=status)


def _marks(request: HttpRequest, opened: Opened, sheet: Sheet) -> dict[str, object]:
    """What the watermark and the heads of printed sheets say: who, when, what, under which conditions."""
    now, user, revision = timezone.now(), request.user, opened.bulletin.served
    reference = _("%(reference)s 第%(number)d版") % {"reference": opened.bulletin.reference, "number": revision.number}
    handling = sheet.handling
    return {
        "now": now,
        "reference_line": reference,
        "watermark": (
            f"{user.organisation.name}　{user.name}",
            f"{timezone.localtime(now):%Y-%m-%d %H:%M} JST　{reference}",
        ),
        "print_scope": "　".join(filter(None, (handling.scope, *handling.caveats))),
    }


@require_http_methods(["POST"])
@guarded_by(POST=Action.ACKNOWLEDGE)
@missing_unless_visible
def acknowledge(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Keeps the acknowledgement of the revision that was on screen, and goes back to where its time is shown.

    Both facts stand in one form: an answer that was begun when the button was pressed is taken too.
    """
    try:
        acknowledging.acknowledge(request.subject, bulletin_id, revision=_number(request))
    except Conflict as conflict:
        messages.warning(request, str(conflict))
        if AnswerForm.begun(request.POST):
            # Their words stand below the newer text, to be thought over.
            return _page(request, bulletin_id, AnswerForm(request.POST), status=UNPROCESSABLE)
        return HttpResponseRedirect(reverse("bulletins:detail", args=[bulletin_id]))
    if AnswerForm.begun(request.POST):
        return _answer(request, bulletin_id)
    return HttpResponseRedirect(reverse("bulletins:detail", args=[bulletin_id]) + "#ack")


@require_http_methods(["POST"])
@guarded_by(POST=Action.ANSWER)
@missing_unless_visible
def answer(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Keeps what the organisation says of itself; otherwise the page again, every fault at its field and every word kept."""
    return _answer(request, bulletin_id)


def _answer(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    form = AnswerForm(request.POST)
    try:
        if form.is_valid():
            answering.answer(request.subject, bulletin_id, revision=_number(request), **form.said())
            messages.success(request, _("回答を記録しました。"))
            return HttpResponseRedirect(reverse("bulletins:detail", args=[bulletin_id]) + "#ack")
    except Invalid as invalid:
        form.add_faults(invalid.errors)
    except Conflict as conflict:
        form.add_error(None, str(conflict))
    return _page(request, bulletin_id, form, status=UNPROCESSABLE)


def _number(request: HttpRequest) -> int | None:
    number = request.POST.get("revision", "")
    # Python reads no number of thousands of digits; no revision has one of ten either.
    return int(number[:LONGEST_NUMBER]) if number.isdecimal() else None


@require_http_methods(["GET"])
@guarded_by(GET=Action.DOWNLOAD)
@missing_unless_visible
def file(request: HttpRequest, bulletin_id: UUID, position: int) -> HttpResponse:
    """An attachment as it was handed in, never shown by the browser; `position` counts the reader's parts from 1."""
    name, data = take_file(request.subject, bulletin_id, position)
    response = HttpResponse(
        data, content_type="text/csv" if name.lower().endswith(".csv") else "application/octet-stream"
    )
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
