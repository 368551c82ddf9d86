"""The pages of signals of misuse: the list, and one with what is behind it, where an auditor says what it was."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from council.access.policy import Action
from council.audit.models import Signal
from council.audit.parties import people_named
from council.audit.reading import PAGE, Reader, auditor_of, record_look, refuse
from council.audit.signal_sight import events_behind, sights
from council.audit.signals import AlreadySettled, settle
from council.audit.views import screen_tier
from council.guard import guarded_by

_OPEN_FIRST = (F("settled_at").desc(nulls_first=True), "-raised_at", "pk")


class FindingForm(forms.Form):
    """What an auditor found out about a signal."""

    finding = forms.CharField(
        label=gettext_lazy("調べて分かったこと"),
        help_text=gettext_lazy("500字まで。資料の題名や本文は書かないでください。"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def signals(request: HttpRequest) -> HttpResponse:
    """Those that wait for somebody first, then the settled ones."""
    reader = auditor_of(request.subject)
    page = Paginator(Signal.objects.order_by(*_OPEN_FIRST), PAGE).get_page(request.GET.get("page"))
    shown = sights(reader, page.object_list)
    record_look(reader, {"signals": str(page.number)}, len(shown))
    context = {
        "sights": shown,
        "size": PAGE,
        "newer_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "older_url": f"?page={page.next_page_number()}" if page.has_next() else "",
        "screen_tier": screen_tier(reader),
    }
    return render(request, "audit/signals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.READ_EVENTS, POST=Action.READ_EVENTS)
def signal(request: HttpRequest, signal_id: UUID) -> HttpResponse:
    """One signal with the events behind it; POST settles it with a finding."""
    reader = auditor_of(request.subject)
    found = Signal.objects.filter(pk=signal_id).first()
    if found is None:
        refuse(reader, str(signal_id))
    form = FindingForm(request.POST or None, auto_id="finding_%s")
    if request.method == "POST" and form.is_valid():
        return _settle(request, reader, signal_id, form)
    return _page(request, reader, found, form)


def _settle(request: HttpRequest, reader: Reader, signal_id: UUID, form: FindingForm) -> HttpResponse:
    try:
        settle(signal_id, form.cleaned_data["finding"], subject=reader.subject)
    except AlreadySettled:
        form.add_error(None, _("ほかの監査人が先に調べ終えていました。あなたの書いたものは保存していません。"))
        return _page(request, reader, Signal.objects.get(pk=signal_id), form)
    messages.success(request, _("調べ終えたことを記録しました。"))
    return redirect("audit-signals")


def _page(request: HttpRequest, reader: Reader, found: Signal, form: FindingForm) -> HttpResponse:
    behind = events_behind(reader, found, PAGE)
    record_look(reader, {"signal": str(found.pk)}, len(behind))
    context = {
        "sight": sights(reader, [found])[0],
        "events": behind,
        "most": PAGE,
        "auditor": True,
        "settled_by": people_named([found.settled_by]).get(str(found.settled_by), ""),
        "form": form,
        "screen_tier": screen_tier(reader),
    }
    return render(request, "audit/signal.html", context)
