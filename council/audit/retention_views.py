"""保存と廃棄: what is kept for how long, what is held, and what two people agree to destroy."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from council.access import facts
from council.access.policy import Action, Reason, decide
from council.audit import disposal as verbs
from council.audit import holds
from council.audit.models import Disposal, LegalHold
from council.audit.record import record, record_refusal
from council.audit.retention_forms import HoldForm
from council.audit.retention_sight import sight
from council.guard import guarded_by


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.KEEP_RECORDS, POST=Action.KEEP_RECORDS)
def page(request: HttpRequest) -> HttpResponse:
    """The classes, the holds and the disposals; POST places a hold."""
    _need(request, Action.KEEP_RECORDS, facts.Ledger())
    form = HoldForm(request.POST if request.method == "POST" else None, subject=request.subject)
    if request.method == "POST" and form.is_valid():
        holds.place(form.scope, form.cleaned_data["reason"], subject=request.subject)
        messages.success(request, _("保全を始めました。解除するまで、何も廃棄しません。"))
        return redirect("audit-retention")
    with transaction.atomic():
        record(Action.KEEP_RECORDS, actor=request.subject.person, organisation=request.subject.organisation)
    seen = sight(request.subject, timezone.now())
    return render(request, "audit/retention.html", {"sight": seen, "form": form, "screen_tier": seen.tier})


@require_POST
@guarded_by(POST=Action.APPROVE_DISPOSAL)
def lift(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Ends a hold that somebody else placed."""
    hold = LegalHold.objects.filter(pk=hold_id).first()
    _need(request, Action.APPROVE_DISPOSAL, facts.Disposal(str(hold.placed_by) if hold else ""), found=hold is not None)
    if holds.lift(hold, subject=request.subject):
        messages.success(request, _("保全を解きました。"))
    else:
        messages.warning(request, _("この保全は、もう解かれています。"))
    return redirect("audit-retention")


@require_POST
@guarded_by(POST=Action.KEEP_RECORDS)
def propose(request: HttpRequest) -> HttpResponse:
    """Proposes to destroy what is over its time in one class."""
    _need(request, Action.KEEP_RECORDS, facts.Ledger())
    try:
        verbs.propose(request.POST.get("kind", ""), subject=request.subject)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("廃棄を提案しました。ほかの監査人の承認を待ちます。"))
    return redirect("audit-retention")


@require_POST
@guarded_by(POST=Action.APPROVE_DISPOSAL)
def approve(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Approves a proposal of somebody else."""
    found = Disposal.objects.filter(pk=disposal_id).first()
    _need(
        request,
        Action.APPROVE_DISPOSAL,
        facts.Disposal(str(found.proposed_by) if found else ""),
        found=found is not None,
    )
    if verbs.approve(found, subject=request.subject):
        messages.success(request, _("廃棄を承認しました。まもなく、詳細が壊されます。"))
    else:
        messages.warning(request, _("この案は、もう決まっています。"))
    return redirect("audit-retention")


@require_POST
@guarded_by(POST=Action.KEEP_RECORDS)
def withdraw(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Takes a proposal back, or turns it down."""
    found = Disposal.objects.filter(pk=disposal_id).first()
    _need(request, Action.KEEP_RECORDS, facts.Ledger(), found=found is not None)
    if verbs.withdraw(found, subject=request.subject):
        messages.success(request, _("廃棄の案を取り下げました。"))
    else:
        messages.warning(request, _("この案は、もう決まっています。"))
    return redirect("audit-retention")


def _need(request: HttpRequest, action: Action, resource: facts.Resource, *, found: bool = True) -> None:
    """Goes on when allowed. One's own proposal or hold is a 403, since it is on the page; anything else is not there."""
    decision = decide(request.subject, action, resource)
    if decision and found:
        return
    reason = Reason.NOT_FOUND if decision else decision.reason
    record_refusal(action, actor=request.subject.person, organisation=request.subject.organisation, reason=str(reason))
    if reason is Reason.AUTHOR:
        raise PermissionDenied
    raise Http404
