"""Pages about oneself: what I may see and until when, my tokens, and the pledge that comes before everything."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.rhythm import set_notice_rhythm
from accounts.actions.tokens import issue_token, revoke_tokens
from accounts.ceiling import clearances_in_force, pledge_of, until
from accounts.clock_queues import ends_of_oneself
from accounts.context import roles_label
from accounts.forms import RhythmForm
from accounts.models import ApiToken, Subcommittee
from accounts.views import door
from council.access.facts import Role
from council.guard import SIGNED_IN, guarded_by


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@door.refusals_look_missing
def me(request: HttpRequest) -> HttpResponse:
    """What I may see at most and until when, my roles, pledge and tokens. A new token is shown in the answer alone."""
    if request.method != "POST":
        return _me(request)
    deed = request.POST.get("do", "")
    if deed == "issue":
        return _me(request, issue_token(request.user, acting_user=request.user))
    if deed == "revoke":
        revoke_tokens(request.user, acting_user=request.user)
        messages.success(request, _("トークンをすべて無効にしました。"))
        return redirect("accounts:me")
    if deed == "rhythm":
        return _set_rhythm(request)
    raise Http404


def _set_rhythm(request: HttpRequest) -> HttpResponse:
    form = RhythmForm(request.POST)
    if not form.is_valid():
        return _me(request, rhythm=form)
    set_notice_rhythm(request.user, form.cleaned_data["notices"], acting_user=request.user)
    messages.success(request, _("通知の受け取り方を変えました。"))
    return redirect("accounts:me")


def _me(request: HttpRequest, token: str = "", rhythm: RhythmForm | None = None) -> HttpResponse:
    subject, person = request.subject, request.user
    context = {
        "shown": person,
        "roles": roles_label(subject.roles),
        "auditor": Role.AUDITOR in subject.roles,
        "ceiling": int(subject.ceiling),
        "until": until(subject),
        "sits_in": Subcommittee.objects.filter(pk__in=subject.subcommittees),
        "clearances": clearances_in_force(person, subject.today),
        "endings": ends_of_oneself(subject),
        "pledge": pledge_of(person, subject.today),
        "tokens": ApiToken.objects.filter(person=person).order_by("-created_at"),
        "token": token,
        "rhythm": rhythm or RhythmForm(initial={"notices": person.notices}),
    }
    return render(request, "accounts/me.html", context)
