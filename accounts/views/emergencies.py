"""緊急のお知らせ: the operator's page of the banner above everything."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import emergency_sight as sight
from accounts.actions import emergencies as verbs
from accounts.emergency_forms import EmergencyForm
from accounts.emergency_words import need_fit
from accounts.models import Emergency
from accounts.views import door
from council.access import facts
from council.access.policy import Action, Reason
from council.guard import guarded_by


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_COUNCIL, POST=Action.MANAGE_COUNCIL)
@door.refusals_look_missing
def emergencies(request: HttpRequest) -> HttpResponse:
    """What is up, a form for the next one with a look at it, and what was up before."""
    door.need(request, Action.MANAGE_COUNCIL, facts.Council())
    if request.method != "POST":
        return _page(request, EmergencyForm())
    deed = {"preview": _preview, "raise": _raise, "end": _end}.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    return deed(request)


def _page(request: HttpRequest, form: EmergencyForm, preview: dict[str, object] | None = None) -> HttpResponse:
    now = timezone.now()
    context = {
        "form": form,
        "preview": preview,
        "up": sight.live(now).select_related("raised_by").first(),
        "past": sight.past(now),
    }
    return render(request, "accounts/emergencies.html", context)


def _preview(request: HttpRequest) -> HttpResponse:
    """The banner as everybody would have it from now on, above the form with every word still in it. Nothing is raised."""
    form, now = EmergencyForm(request.POST), timezone.now()
    if form.is_valid():
        door.attempt(form, lambda: need_fit(**form.cleaned_data, now=now))
    if form.errors:
        return _page(request, form)
    words = {name: form.cleaned_data[name] for name in ("title", "body", "url", "link", "ends_at")}
    return _page(request, form, sight.as_shown(Emergency(**words, raised_at=now, origin=request.user.organisation)))


def _raise(request: HttpRequest) -> HttpResponse:
    form = EmergencyForm(request.POST)
    if not form.is_valid() or not door.attempt(
        form, lambda: verbs.raise_emergency(**form.cleaned_data, acting_user=request.user)
    ):
        return _page(request, form)
    messages.success(request, _("緊急のお知らせを掲げました。いまから、すべてのページの一番上に出ます。"))
    return redirect("accounts:emergencies")


def _end(request: HttpRequest) -> HttpResponse:
    try:
        verbs.end_emergency(_named(request), acting_user=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("緊急のお知らせを下ろしました。"))
    return redirect("accounts:emergencies")


def _named(request: HttpRequest) -> Emergency:
    try:
        wanted = UUID(request.POST.get("emergency", ""))
    except ValueError:
        door.refuse(request, Action.MANAGE_COUNCIL, "", Reason.NOT_FOUND)
    found = Emergency.objects.filter(pk=wanted).first()
    if found is None:
        door.refuse(request, Action.MANAGE_COUNCIL, wanted, Reason.NOT_FOUND)
    return found
