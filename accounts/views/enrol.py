"""登録の案内: where the link of an invitation leads. Without the code it opens nothing, and it never says why not."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import enrolments
from accounts.models import Enrolment
from council.audit.events import Event
from council.audit.record import record
from council.guard import OPEN, guarded_by


class CodeForm(forms.Form):
    """The code that somebody was told by telephone."""

    code = forms.CharField(
        label=_("電話で聞いた番号"),
        max_length=40,
        help_text=_("英数字8文字です。大文字と小文字、間の「-」は、どう入れてもかまいません。"),
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@guarded_by(GET=OPEN, POST=OPEN)
def enrol(request: HttpRequest, link: str) -> HttpResponse:
    """Who invites whom, and the code; then on to the first passkey. Whatever is not right gets one and the same answer."""
    if request.method == "POST":
        code = request.POST.get("code", "")
        return redirect("accounts:factors") if enrolments.enter(request, link, code) else _closed(request)
    way = enrolments.behind(link)
    if way is None:
        return _closed(request)
    _note_shown(way)
    return render(request, "accounts/enrol.html", {"way": way, "link": link, "form": CodeForm()})


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/enrol_closed.html", status=404)


def _note_shown(way: Enrolment) -> None:
    """Nobody knows who looks; the page shows a name and an organisation."""
    about = {"organisation": str(way.person.organisation_id), "object": str(way.person_id)}
    with transaction.atomic():
        record(Event.PAGE_SHOWN, actor=None, **about, detail={"enrolment": str(way.pk)})
