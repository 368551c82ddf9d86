"""One's own saved searches: the list, keeping one from the list of bulletins, alerts on and off, removing."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from bulletins.actions.searches import keep_search, look_at_searches, remove_search, set_alerts
from bulletins.actions.verb import Conflict
from bulletins.browse import subcommittee_names
from bulletins.filters import FilterForm
from bulletins.saved_searches import LONGEST_NAME
from bulletins.views.visibility import missing_unless_visible
from council.access.policy import Action
from council.guard import guarded_by

UNPROCESSABLE = 422


class SaveForm(forms.Form):
    """A name for the conditions of the list, and whether to tell of what answers them."""

    name = forms.CharField(label=lazy("条件の名前"), max_length=LONGEST_NAME)
    alerts = forms.BooleanField(
        label=lazy("当てはまる情報が公開されたら知らせる"),
        required=False,
        help_text=lazy("通知には資料番号だけを書きます。"),
    )


@require_http_methods(["GET", "POST"])
@guarded_by(GET=Action.READ, POST=Action.READ)
def searches(request: HttpRequest) -> HttpResponse:
    """The list of one's own; a POST keeps the conditions that the list was showing."""
    if request.method != "POST":
        return _page(request, None)
    form, names = SaveForm(request.POST, auto_id="s_%s"), subcommittee_names(request.subject)
    asked = FilterForm(request.POST, subject=request.subject, names=names)
    if form.is_valid() and not asked.held:
        form.add_error(None, _("条件がありません。情報一覧で条件を選んでから保存してください。"))
    if form.is_valid():
        try:
            keep_search(request.subject, form.cleaned_data["name"], asked.held, alerts=form.cleaned_data["alerts"])
        except Conflict as conflict:
            form.add_error(None, str(conflict))
        else:
            messages.success(request, _("条件を保存しました。"))
            return HttpResponseRedirect(reverse("bulletins:searches"))
    return _page(request, form, asked, status=UNPROCESSABLE)


def _page(
    request: HttpRequest, form: SaveForm | None, asked: FilterForm | None = None, *, status: int = 200
) -> HttpResponse:
    names = subcommittee_names(request.subject)
    saved = []
    for each in look_at_searches(request.subject):
        fields = QueryDict(mutable=True)
        fields.update(each.fields)
        saved.append((each, FilterForm(fields, subject=request.subject, names=names).conditions))
    context = {"saved": saved, "form": form, "asked": asked, "screen_tier": request.subject.ceiling if saved else 1}
    return render(request, "bulletins/searches.html", context, status=status)


@require_http_methods(["POST"])
@guarded_by(POST=Action.READ)
@missing_unless_visible
def alerts(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """Turns alerts on (`alerts=on`) or off."""
    wanted = request.POST.get("alerts") == "on"
    set_alerts(request.subject, search_id, alerts=wanted)
    messages.success(request, _("当てはまる情報を知らせます。") if wanted else _("知らせるのをやめました。"))
    return HttpResponseRedirect(reverse("bulletins:searches"))


@require_http_methods(["POST"])
@guarded_by(POST=Action.READ)
@missing_unless_visible
def remove(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """Forgets one of one's own."""
    remove_search(request.subject, search_id)
    messages.success(request, _("保存した条件を消しました。"))
    return HttpResponseRedirect(reverse("bulletins:searches"))
