"""Ending service by the desk: recalled, replaced by another bulletin, disposed of. Each asks for its reason first."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bulletins.actions.close import dispose as dispose_verb
from bulletins.actions.close import recall as recall_verb
from bulletins.actions.close import supersede as supersede_verb
from bulletins.moves_sight import of_closing
from bulletins.views.deeds import (
    UNPROCESSABLE,
    missing_and_forbidden_alike,
    readable_or_sent,
    saying_why_not,
    words_in,
)
from bulletins.wording import refusal
from council.access.policy import Action
from council.guard import guarded_by


@guarded_by(GET=Action.INSPECT, POST=Action.RECALL)
@readable_or_sent
def recall(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Asks for the reason and whether it is meant, then takes the served revision out of everybody's hands."""
    return _ask(request, bulletin_id, Action.RECALL, recall_verb, _("回収しました。"), "bulletins/desk_recall.html")


@guarded_by(GET=Action.INSPECT, POST=Action.RECALL)
@readable_or_sent
def supersede(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Asks for the reason and whether it is meant, then ends service because another bulletin says it now."""
    done = _("差し替え済みにしました。")
    return _ask(request, bulletin_id, Action.RECALL, supersede_verb, done, "bulletins/desk_supersede.html")


@guarded_by(GET=Action.INSPECT, POST=Action.DISPOSE)
@readable_or_sent
def dispose(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Asks for the reason and whether it is meant, then destroys what opens every revision."""
    return _ask(request, bulletin_id, Action.DISPOSE, dispose_verb, _("廃棄しました。"), "bulletins/desk_dispose.html")


def _ask(
    request: HttpRequest, bulletin_id: UUID, action: Action, verb: Callable[..., object], done: str, template: str
) -> HttpResponse:
    why, meant = words_in(request, "why"), request.POST.get("meant") == "yes"
    sent = request.method == "POST"
    if sent and why and meant and _has_ended(request, bulletin_id, action, verb, why):
        messages.success(request, done)
        # What is disposed of has no work page any more.
        return redirect("desk:list") if action is Action.DISPOSE else redirect("desk:work", bulletin_id)
    with missing_and_forbidden_alike():
        sight = of_closing(request.subject, bulletin_id, action)
    if sight["refused"]:
        messages.error(request, refusal(action, sight["refused"]))
        return redirect("desk:work", bulletin_id)
    context = {**sight, "why": why, "meant": meant, "no_reason": sent and not why, "not_meant": sent and not meant}
    return render(request, template, context, status=UNPROCESSABLE if sent else 200)


def _has_ended(request: HttpRequest, bulletin_id: UUID, action: Action, verb: Callable[..., object], why: str) -> bool:
    """Runs the verb; when it is refused, the page says why and keeps the reason that was typed."""
    with missing_and_forbidden_alike(), saying_why_not(request, action):
        verb(bulletin_id, why, acting_user=request.user)
        return True
    return False
