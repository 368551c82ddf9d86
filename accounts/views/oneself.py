"""Pages about oneself: what I may see and until when, my tokens, and the pledge that comes before everything."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.pledge import accept_pledge
from accounts.actions.rhythm import set_notice_rhythm
from accounts.actions.tokens import issue_token, revoke_tokens
from accounts.ceiling import clearances_in_force, pledge_of, until
from accounts.context import roles_label
from accounts.forms import RhythmForm
from accounts.models import ApiToken, PledgeAcceptance, PledgeText, Subcommittee
from accounts.subject import pledge_version
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
        "pledge": pledge_of(person, subject.today),
        "tokens": ApiToken.objects.filter(person=person).order_by("-created_at"),
        "token": token,
        "rhythm": rhythm or RhythmForm(initial={"notices": person.notices}),
    }
    return render(request, "accounts/me.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@door.refusals_look_missing
def pledge(request: HttpRequest) -> HttpResponse:
    """The pledge in force, to be read and accepted; afterwards on to where one wanted to go."""
    if request.method == "POST":
        return _accept(request)
    version = pledge_version(request.subject.today)
    context = {
        "pledge": PledgeText.objects.filter(version=version).first(),
        "accepted": PledgeAcceptance.objects.filter(person=request.user, version=version).first(),
        "next": request.GET.get("next", ""),
    }
    return render(request, "accounts/pledge.html", context)


def _accept(request: HttpRequest) -> HttpResponse:
    version = request.POST.get("version", "")[:10]
    try:
        accept_pledge(int(version) if version.isascii() and version.isdecimal() else 0, acting_user=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("accounts:pledge")
    return HttpResponseRedirect(_wanted(request))


def _wanted(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of this portal."""
    wanted = request.POST.get("next", "")
    here = {request.get_host()}
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=here, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
