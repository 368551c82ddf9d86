"""組織と分科会: the operator's pages, and an organisation's own page for those who run its people."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import limits
from accounts.actions import organisations as verbs
from accounts.forms import NewOrganisationForm, SeatsForm, SubcommitteeForm
from accounts.models import Organisation, Subcommittee, SubcommitteeSeat, User
from accounts.views import door
from council.access import facts
from council.access.policy import Action
from council.guard import guarded_by


@require_safe
@guarded_by(GET=Action.MANAGE_COUNCIL)
def organisations(request: HttpRequest) -> HttpResponse:
    """Every organisation of the council."""
    door.need(request, Action.MANAGE_COUNCIL, facts.Council())
    return render(request, "accounts/organisations.html", {"organisations": Organisation.objects.all()})


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_COUNCIL, POST=Action.MANAGE_COUNCIL)
@door.refusals_look_missing
def organisation_add(request: HttpRequest) -> HttpResponse:
    """A new organisation."""
    door.need(request, Action.MANAGE_COUNCIL, facts.Council())
    form = NewOrganisationForm(request.POST or None)
    if form.is_valid():
        made = door.attempt(form, lambda: verbs.create_organisation(**form.cleaned_data, acting_user=request.user))
        if made:
            messages.success(request, _("組織を登録しました。続けて、参加する分科会と人を登録できます。"))
            return redirect("accounts:organisation", made.pk)
    return render(request, "accounts/organisation_add.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.VIEW_PEOPLE, POST=Action.MANAGE_COUNCIL)
@door.refusals_look_missing
def organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """One organisation: facts for those who run its people, changes for the operator."""
    shown = door.organisation_for(request, Action.VIEW_PEOPLE, organisation_id)
    if request.method != "POST":
        return _page(request, shown)
    door.need(request, Action.MANAGE_COUNCIL, facts.Council(), shown.pk)
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    return deed(request, shown)


def _page(request: HttpRequest, shown: Organisation, form: SeatsForm | None = None) -> HttpResponse:
    operates = limits.operates(request.subject)
    if operates and form is None:
        form = _form(shown)
    context = {
        "shown": shown,
        "form": form,
        "operates": operates,
        "own": request.subject.organisation == str(shown.pk),
        "seats": _seats(shown),
    }
    return render(request, "accounts/organisation.html", context)


def _seats(shown: Organisation) -> list[Subcommittee]:
    return list(Subcommittee.objects.filter(seats__organisation=shown))


def _form(shown: Organisation, data: dict | None = None) -> SeatsForm:
    initial = {"name": shown.name, "corporate_number": shown.corporate_number, "tier": shown.tier}
    return SeatsForm(data, initial={**initial, "subcommittees": _seats(shown)})


def _save(request: HttpRequest, shown: Organisation) -> HttpResponse:
    form = _form(shown, request.POST)
    if not form.is_valid() or not door.attempt(form, lambda: apply_changes(shown, form.cleaned_data, request.user)):
        return _page(request, shown, form)
    messages.success(request, _("変更を保存しました。"))
    return redirect("accounts:organisation", shown.pk)


def apply_changes(shown: Organisation, wanted: dict, acting_user: User) -> bool:
    """Calls the verb for each thing that differs."""
    held, by = set(_seats(shown)), {"acting_user": acting_user}
    now = {name: wanted[name] for name in ("name", "corporate_number", "tier")}
    if now != {"name": shown.name, "corporate_number": shown.corporate_number or "", "tier": shown.tier}:
        verbs.change_organisation(shown, **now, **by)
    for subcommittee in held - set(wanted["subcommittees"]):
        verbs.unseat_organisation(shown, subcommittee, **by)
    for subcommittee in set(wanted["subcommittees"]) - held:
        verbs.seat_organisation(shown, subcommittee, **by)
    return True


def _suspend(request: HttpRequest, shown: Organisation) -> HttpResponse:
    verbs.suspend_organisation(shown, acting_user=request.user)
    messages.success(request, _("この組織の利用を止めました。所属する人は、次の操作からサインインできません。"))
    return redirect("accounts:organisation", shown.pk)


def _resume(request: HttpRequest, shown: Organisation) -> HttpResponse:
    verbs.resume_organisation(shown, acting_user=request.user)
    messages.success(request, _("この組織の利用を再び始められるようにしました。"))
    return redirect("accounts:organisation", shown.pk)


_DEEDS: dict[str, Callable[[HttpRequest, Organisation], HttpResponse]] = {
    "save": _save,
    "suspend": _suspend,
    "resume": _resume,
}


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_COUNCIL, POST=Action.MANAGE_COUNCIL)
@door.refusals_look_missing
def subcommittees(request: HttpRequest) -> HttpResponse:
    """Every subcommittee with the organisations that take part, and a form for one more."""
    door.need(request, Action.MANAGE_COUNCIL, facts.Council())
    form = SubcommitteeForm(request.POST or None)
    if form.is_valid():
        made = door.attempt(
            form, lambda: verbs.create_subcommittee(form.cleaned_data["name"], acting_user=request.user)
        )
        if made:
            messages.success(request, _("分科会を登録しました。参加する組織は、組織の画面で選びます。"))
            return redirect("accounts:subcommittees")
    seats = SubcommitteeSeat.objects.select_related("organisation").order_by("organisation__name")
    found = Subcommittee.objects.prefetch_related(Prefetch("seats", queryset=seats))
    return render(request, "accounts/subcommittees.html", {"form": form, "subcommittees": found})
