"""守秘誓約: what everybody reads and accepts before anything else, and the operator's page of its versions and periods."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import pledge_sight as sight
from accounts.actions.pledge import accept_pledge, begin_period, publish_pledge
from accounts.models import CouncilPeriod, PledgeText
from accounts.pledge_forms import PeriodForm, PledgeForm
from accounts.subject import council_period, pledge_version
from accounts.views import door
from council.access import facts
from council.access.policy import Action
from council.guard import SIGNED_IN, guarded_by


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@door.refusals_look_missing
def pledge(request: HttpRequest) -> HttpResponse:
    """The pledge in force, to be read and accepted; afterwards on to where one wanted to go."""
    if request.method == "POST":
        return _accept(request)
    asked = sight.asked_of(request.user, request.subject.today)
    return render(request, "accounts/pledge.html", {"asked": asked, "next": request.GET.get("next", "")})


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _accept(request: HttpRequest) -> HttpResponse:
    version, period = (_number(request.POST.get(name, "")) for name in ("version", "period"))
    try:
        accept_pledge(version or 0, period, acting_user=request.user)
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


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_COUNCIL, POST=Action.MANAGE_COUNCIL)
@door.refusals_look_missing
def pledges(request: HttpRequest) -> HttpResponse:
    """Versions, periods, and how many have accepted; a new version is shown with what it changes before it is published."""
    door.need(request, Action.MANAGE_COUNCIL, facts.Council())
    if request.method != "POST":
        return _page(request)
    deed = {"preview": _preview, "publish": _publish, "begin": _begin}.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    return deed(request)


def _page(request: HttpRequest, **forms: object) -> HttpResponse:
    today, last = request.subject.today, sight.last_text()
    context = {
        "versions": PledgeText.objects.all(),
        "periods": CouncilPeriod.objects.all(),
        "version": pledge_version(today),
        "period": council_period(today),
        "shares": sight.shares(today),
        "form": PledgeForm(initial={"body": last.body if last else "", "in_force_from": today}),
        "period_form": PeriodForm(prefix="period"),
        "preview": None,
        **forms,
    }
    return render(request, "accounts/pledges.html", context)


def _preview(request: HttpRequest) -> HttpResponse:
    form = PledgeForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    return _page(request, form=form, preview=sight.new_against_the_last(form.cleaned_data["body"]))


def _publish(request: HttpRequest) -> HttpResponse:
    form = PledgeForm(request.POST)
    made = form.is_valid() and door.attempt(
        form,
        lambda: publish_pledge(
            form.cleaned_data["body"], in_force_from=form.cleaned_data["in_force_from"], acting_user=request.user
        ),
    )
    if not made:
        return _page(request, form=form)
    messages.success(
        request, _("第%(version)d版を登録しました。適用開始日から、全員に同意を求めます。") % {"version": made.version}
    )
    return redirect("accounts:pledges")


def _begin(request: HttpRequest) -> HttpResponse:
    form = PeriodForm(request.POST, prefix="period")
    made = form.is_valid() and door.attempt(
        form,
        lambda: begin_period(
            form.cleaned_data["first_day"], last_day=form.cleaned_data["last_day"], acting_user=request.user
        ),
    )
    if not made:
        return _page(request, period_form=form)
    messages.success(
        request, _("第%(number)d期を登録しました。始まりの日から、全員に同意を求めます。") % {"number": made.number}
    )
    return redirect("accounts:pledges")
