"""期限: what is owed as a list and as a month, and the address under which calendar programs fetch it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bulletins.actions.feeds import fetch_feed, make_feed, revoke_feed
from bulletins.actions.look import look_at_dues
from bulletins.calendar_feed import own_feed
from bulletins.month import month_of, sheet
from council.access.policy import Action
from council.guard import OPEN, SIGNED_IN, guarded_by


@require_http_methods(["GET"])
@guarded_by(GET=Action.READ)
def dues(request: HttpRequest) -> HttpResponse:
    """Everything with a deadline: the earliest first, or (?view=month&month=2026-12) on the sheet of a month."""
    return _page(request)


def _page(request: HttpRequest, secret: str = "") -> HttpResponse:
    found, today = look_at_dues(request.subject), timezone.localdate()
    month = month_of(request.GET.get("month", ""), today)
    as_month = request.GET.get("view") == "month"
    context = {
        "dues": found.in_order,
        "as_month": as_month,
        "month": month,
        "weekdays": [_("日"), _("月"), _("火"), _("水"), _("木"), _("金"), _("土")],
        "weeks": sheet(month, today, found.by_day) if as_month else (),
        "feed": own_feed(request.subject),
        "address": request.build_absolute_uri(reverse("due-feed", args=[secret])) if secret else "",
        "now": request.subject.now,
        "screen_tier": found.tier,
    }
    return render(request, "bulletins/dues.html", context)


@require_POST
@guarded_by(POST=SIGNED_IN)
def feed(request: HttpRequest) -> HttpResponse:
    """Makes the address anew (`do=make`) and shows it, this once; or ends it."""
    if request.POST.get("do") == "make":
        return _page(request, make_feed(request.subject))
    if revoke_feed(request.subject):
        messages.success(request, _("アドレスを使えなくしました。"))
    return HttpResponseRedirect(reverse("dues"))


@login_not_required
@require_safe
@guarded_by(GET=OPEN)
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar. An address that is none any more looks like one that never was."""
    text = fetch_feed(secret, request.build_absolute_uri("/"))
    if text is None:
        raise Http404
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = 'inline; filename="deadlines.ics"'
    return response
