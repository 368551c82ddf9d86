"""Returns: what the own organisation has still to confirm after a recall, and the form that confirms it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bulletins.actions.returned import confirm_return
from bulletins.drafting import Invalid
from bulletins.return_form import ReturnForm
from bulletins.returns import LONGEST, confirmed_for, look_at_return, owed_by
from bulletins.views.visibility import missing_unless_visible
from council.access.policy import Action
from council.guard import guarded_by

UNPROCESSABLE = 422


@guarded_by(GET=Action.CONFIRM_RETURN)
@require_safe
def returns(request: HttpRequest) -> HttpResponse:
    """What the organisation owes, by deadline, and what it has confirmed."""
    context = {"owed": owed_by(request.subject), "confirmed": confirmed_for(request.subject), "longest": LONGEST}
    return render(request, "bulletins/returns.html", context)


@guarded_by(GET=Action.CONFIRM_RETURN, POST=Action.CONFIRM_RETURN)
@require_http_methods(["GET", "HEAD", "POST"])
@missing_unless_visible
def one(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """The form; once it is confirmed, what was said, by whom and when."""
    if request.method != "POST":
        return _page(request, return_id, ReturnForm())
    form = ReturnForm(request.POST)
    if form.is_valid():
        try:
            confirmed = confirm_return(return_id, **form.answer, acting_user=request.user)
        except Invalid as invalid:
            form.add_faults(invalid)
        else:
            if confirmed.counts:
                messages.success(request, _("確認を受け付けました。"))
            else:
                messages.info(request, _("この回収は、もう確認されています。前の確認をそのまま残しました。"))
            return redirect("returns:one", return_id)
    return _page(request, return_id, form, status=UNPROCESSABLE)


def _page(request: HttpRequest, return_id: UUID, form: ReturnForm, *, status: int = 200) -> HttpResponse:
    shown = look_at_return(request.subject, return_id)
    return render(request, "bulletins/return.html", {"shown": shown, "form": form}, status=status)
