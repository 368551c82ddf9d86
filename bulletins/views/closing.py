"""Ending service by the desk, beside a recall: replaced by another bulletin, and disposed of. Each asks for its reason first."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bulletins.actions.close import dispose as dispose_verb
from bulletins.actions.close import supersede as supersede_verb
from bulletins.moves_sight import of_closing
from bulletins.views.deeds import LONGEST_WORD, UNPROCESSABLE, answer, missing_and_forbidden_alike, readable_or_sent
from bulletins.wording import refusal
from council.access.policy import Action
from council.guard import guarded_by


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
    why = request.POST.get("why", "").strip()[:LONGEST_WORD]
    meant = request.POST.get("meant") == "yes"
    if request.method == "POST" and why and meant:
        # What is disposed of has no work page any more.
        back = "desk:list" if action is Action.DISPOSE else ""
        return answer(
            request, bulletin_id, action, lambda: verb(bulletin_id, why, acting_user=request.user), done, back=back
        )
    with missing_and_forbidden_alike():
        sight = of_closing(request.subject, bulletin_id, action)
    if sight["refused"]:
        messages.error(request, refusal(action, sight["refused"]))
        return redirect("desk:work", bulletin_id)
    sent = request.method == "POST"
    context = {**sight, "why": why, "meant": meant, "no_reason": sent and not why, "not_meant": sent and not meant}
    return render(request, template, context, status=UNPROCESSABLE if sent else 200)
