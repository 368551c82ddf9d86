"""適性評価: for the clearance officers of an agency, those whom it has cleared, and the way to propose and to end a clearance."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import clearances as verbs
from accounts.actions.proposals import propose
from accounts.clearance_forms import ClearanceForm
from accounts.clearance_sight import MOST_FOUND, found, held_from
from accounts.context import clearing_pages
from accounts.models import Proposal, User
from accounts.views import door
from council.access.policy import Action, Reason
from council.guard import guarded_by

_LONGEST_WORDS = 120


def _person(request: HttpRequest, person_id: UUID) -> User:
    person = User.objects.select_related("organisation").filter(pk=person_id).first()
    if person is None:
        door.refuse(request, Action.MANAGE_CLEARANCES, person_id, Reason.NOT_FOUND)
    return person


@require_safe
@guarded_by(GET=Action.MANAGE_CLEARANCES)
def clearances(request: HttpRequest) -> HttpResponse:
    """Whom the agency has cleared, those first whose clearance ends first; and a search for somebody to propose."""
    agency = door.own_organisation(request, Action.MANAGE_CLEARANCES)
    words = request.GET.get("q", "")[:_LONGEST_WORDS].replace("\0", "").strip()
    people = found(request.subject, words)
    context = {
        "agency": agency,
        "rows": held_from(agency.pk, request.subject.today),
        "words": words,
        "people": people[:MOST_FOUND],
        "more": len(people) > MOST_FOUND,
        "sections": clearing_pages(request.subject.roles),
    }
    return render(request, "accounts/clearances.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_CLEARANCES, POST=Action.MANAGE_CLEARANCES)
@door.refusals_look_missing
def clearance(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person: what the agency's clearances say of them today, and the form that proposes another."""
    agency = door.own_organisation(request, Action.MANAGE_CLEARANCES)
    person = _person(request, person_id)
    form = ClearanceForm(request.POST or None)
    if form.is_valid():
        made = door.attempt(
            form,
            lambda: propose(Proposal.Kind.CLEARANCE, agency, person.pk, form.wanted(), acting_user=request.user),
        )
        if made:
            messages.success(request, _("提案しました。別の適性評価担当が確認すると、記録されます。"))
            return redirect("accounts:proposals")
    context = {
        "agency": agency,
        "shown": person,
        "rows": held_from(agency.pk, request.subject.today, person),
        "oneself": str(person.pk) == request.subject.person,
        "form": form,
    }
    return render(request, "accounts/clearance.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_CLEARANCES, POST=Action.MANAGE_CLEARANCES)
@door.refusals_look_missing
def clearance_end(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Asks once more before the agency's clearances of the person end. There is no such page for whom it has not cleared."""
    agency = door.own_organisation(request, Action.MANAGE_CLEARANCES)
    person = _person(request, person_id)
    rows = held_from(agency.pk, request.subject.today, person)
    if not rows or str(person.pk) == request.subject.person:
        door.refuse(request, Action.MANAGE_CLEARANCES, person_id, Reason.NOT_FOUND)
    if request.method == "POST":
        verbs.end_clearance(person, agency, acting_user=request.user)
        messages.success(request, _("終えました。次の操作から、この適性評価では何も見られません。"))
        return redirect("accounts:clearances")
    return render(request, "accounts/clearance_end.html", {"agency": agency, "shown": person, "rows": rows})
