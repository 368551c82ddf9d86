"""利用中の端末: where I am signed in, and on which browsers I am known."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import sessions as verbs
from accounts.devices import this_device
from accounts.models import Device
from accounts.session_list import sessions_of
from accounts.views import door
from council.guard import SIGNED_IN, guarded_by


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@door.refusals_look_missing
def sessions(request: HttpRequest) -> HttpResponse:
    """What is signed in as me. Ending a session counts from its next request on."""
    if request.method == "POST":
        return _do(request)
    held = sessions_of(request.user, request.session.session_key)
    context = {
        "sessions": held,
        "others": any(not each.current for each in held),
        "devices": Device.objects.filter(person=request.user).order_by("-last_seen_at"),
        "this_device": this_device(request, request.user),
    }
    return render(request, "accounts/sessions.html", context)


def _do(request: HttpRequest) -> HttpResponse:
    deed, person = request.POST.get("do", ""), {"person": request.user, "acting_user": request.user}
    if deed == "end":
        verbs.end_session(**person, name=request.POST.get("session", "")[:64])
        messages.success(request, _("その利用を終わらせました。"))
    elif deed == "others":
        verbs.end_other_sessions(**person, current=request.session.session_key)
        messages.success(request, _("ほかの利用をすべて終わらせました。"))
    elif deed == "forget":
        verbs.forget_device(**person, device=_id(request.POST.get("device", "")))
        messages.success(request, _("端末の登録を消しました。次にその端末でサインインすると、知らせが届きます。"))
    else:
        raise Http404
    return redirect("accounts:sessions")


def _id(word: str) -> UUID:
    try:
        return UUID(word)
    except ValueError:
        raise Http404 from None
