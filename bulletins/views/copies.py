"""Numbered copies: the form that asks why, the file, one's own copies and what became of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bulletins.actions.copies import NoPaper, Offer, Wish, end_copy, look_at_copies, offer_copy, take_copy
from bulletins.actions.verb import Conflict
from bulletins.copy_form import CopyForm, draw_token
from bulletins.drafting import Invalid
from bulletins.models import TakenCopy
from bulletins.paper.apart import Broken, Busy, room
from bulletins.paper.numbered import handed_over, made_for
from bulletins.views.crowded import AGAIN, UNAVAILABLE
from bulletins.views.visibility import missing_unless_visible
from council.access.policy import Action
from council.guard import SIGNED_IN, guarded_by

FORBIDDEN, UNPROCESSABLE = 403, 422


@require_http_methods(["GET", "POST"])
@guarded_by(GET=Action.READ, POST=Action.PRINT)
@missing_unless_visible
def copy(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The form, or in words why there is no paper; after it the file, with its number on every page."""
    offer = offer_copy(request.subject, bulletin_id)
    token = draw_token(request.subject, bulletin_id, offer.bulletin.served.number)
    bound = {"subject": request.subject, "bulletin_id": bulletin_id, "tier": offer.tier}
    if request.method != "POST":
        return _page(request, offer, CopyForm(initial={"token": token}, **bound))
    form = CopyForm(request.POST, **bound)
    try:
        if form.is_valid():
            return _file(request, bulletin_id, _wish(form))
    except NoPaper:
        return _page(request, offer, form, status=FORBIDDEN)
    except Conflict as conflict:
        form.add_error(None, str(conflict))
    except Invalid as invalid:
        # The day ran out, or the parts became others, between the form and the copy.
        form.add_error(None, str(invalid))
    except Broken:
        form.add_error(None, _("写しを作れませんでした。しばらくしてから、もう一度押してください。"))
        return _page(request, offer, form, status=UNAVAILABLE)
    except Busy:
        form.add_error(
            None, _("いま混み合っていて、写しを作っていません。30秒ほど待ってから、もう一度押してください。")
        )
        response = _page(request, offer, form, status=UNAVAILABLE)
        response["Retry-After"] = str(AGAIN)
        return response
    if form.errors.get("token") or form.non_field_errors():
        form.data = form.data.copy()
        form.data["token"] = token
    return _page(request, offer, form, status=UNPROCESSABLE)


def _page(request: HttpRequest, offer: Offer, form: CopyForm, *, status: int = 200) -> HttpResponse:
    context = {"offer": offer, "bulletin": offer.bulletin, "form": form, "screen_tier": offer.tier}
    return render(request, "bulletins/copy.html", context, status=status)


def _wish(form: CopyForm) -> Wish:
    drawn, revision = form.cleaned_data["token"]
    return Wish(drawn, revision, form.cleaned_data["reason"], form.cleaned_data.get("return_by"))


def _file(request: HttpRequest, bulletin_id: UUID, wish: Wish) -> HttpResponse:
    make = made_for(request.subject, request.user, wish.return_by)
    with room():
        return handed_over(*take_copy(request.subject, bulletin_id, wish, make))


@require_http_methods(["GET"])
@guarded_by(GET=SIGNED_IN)
def copies(request: HttpRequest) -> HttpResponse:
    """One's own copies, never with a title: those that are out first."""
    return render(request, "bulletins/copies.html", {"held": look_at_copies(request.subject)})


@require_http_methods(["POST"])
@guarded_by(POST=SIGNED_IN)
@missing_unless_visible
def end(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """「返した」 or 「裁断した」 of one's own copy."""
    ending = request.POST.get("ending", "")
    if ending not in TakenCopy.Ending.values:
        messages.warning(request, _("返したか、裁断または消去したかを選んでください。"))
        return HttpResponseRedirect(reverse("copies"))
    ended, new = end_copy(request.subject, copy_id, ending)
    words = {"reference": ended.bulletin.reference, "number": ended.number}
    if new:
        messages.success(request, _("%(reference)sの写し 第%(number)d号の始末を記録しました。") % words)
    else:
        messages.info(request, _("%(reference)sの写し 第%(number)d号は、もう始末が済んでいます。") % words)
    return HttpResponseRedirect(reverse("copies"))
