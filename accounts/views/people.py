"""名簿: who belongs to an organisation, and what may be done about them."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import limits
from accounts.actions import people as verbs
from accounts.ceiling import clearances_in_force
from accounts.context import roles_label
from accounts.credentials import temporary_password
from accounts.forms import NewPersonForm, PersonForm
from accounts.models import Organisation, Subcommittee, User
from accounts.views import door
from council.access import facts
from council.access.facts import Role
from council.access.policy import Action, decide
from council.guard import guarded_by

_ACROSS = {Role.OPERATOR, Role.CLEARANCE_OFFICER}


def _rows(organisation: Organisation) -> list[dict]:
    found = organisation.people.prefetch_related("role_assignments", "memberships__subcommittee")
    return [
        {
            "person": person,
            "roles": roles_label(frozenset(Role(held.role) for held in person.role_assignments.all())),
            "subcommittees": [held.subcommittee.name for held in person.memberships.all()],
        }
        for person in found
    ]


@require_safe
@guarded_by(GET=Action.VIEW_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """The people of one organisation: one's own, or the one chosen."""
    organisation = door.organisation_asked(request, Action.VIEW_PEOPLE)
    across = bool(request.subject.roles & _ACROSS)
    context = {
        "organisation": organisation,
        "rows": _rows(organisation),
        "organisations": Organisation.objects.all() if across else [],
        "manages": bool(decide(request.subject, Action.MANAGE_PEOPLE, facts.Organisation(str(organisation.pk)))),
        "operates": limits.operates(request.subject),
    }
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_PEOPLE, POST=Action.MANAGE_PEOPLE)
@door.refusals_look_missing
def person_add(request: HttpRequest) -> HttpResponse:
    """A new person; their temporary password is shown in the answer and nowhere else."""
    organisation = door.organisation_asked(request, Action.MANAGE_PEOPLE)
    form = NewPersonForm(request.POST or None, subject=request.subject, organisation=organisation)
    if form.is_valid():
        password = temporary_password()
        made = door.attempt(
            form,
            lambda: verbs.create_person(organisation, **form.cleaned_data, password=password, acting_user=request.user),
        )
        if made:
            return render(request, "accounts/password_once.html", {"shown": made, "password": password, "new": True})
    return render(request, "accounts/person_add.html", {"form": form, "organisation": organisation})


def _save(request: HttpRequest, shown: User) -> HttpResponse:
    form = PersonForm(request.POST, subject=request.subject, organisation=shown.organisation, person=shown)
    if not form.is_valid() or not door.attempt(form, lambda: apply_changes(shown, form, request.user)):
        return _page(request, shown, form)
    messages.success(request, _("変更を保存しました。"))
    return redirect("accounts:person", shown.pk)


def apply_changes(shown: User, form: PersonForm, acting_user: User) -> bool:
    """Calls the verb for each thing that differs, those that take something away first."""
    wanted, by = form.cleaned_data, {"acting_user": acting_user}
    if "roles" in wanted:
        for role in sorted(form.held - wanted["roles"]):
            verbs.revoke_role(shown, role, **by)
        for role in sorted(wanted["roles"] - form.held):
            verbs.grant_role(shown, role, **by)
        if wanted["tier"] != shown.tier:
            verbs.set_tier(shown, wanted["tier"], **by)
        _move_seats(shown, set(wanted["subcommittees"]), by)
    if (wanted["name"], wanted["title"]) != (shown.name, shown.title):
        verbs.change_person(shown, name=wanted["name"], title=wanted["title"], **by)
    return True


def _move_seats(shown: User, wanted: set[Subcommittee], by: dict[str, User]) -> None:
    held = set(Subcommittee.objects.filter(memberships__person=shown))
    for subcommittee in held - wanted:
        verbs.leave_subcommittee(shown, subcommittee, **by)
    for subcommittee in wanted - held:
        verbs.join_subcommittee(shown, subcommittee, **by)


def _suspend(request: HttpRequest, shown: User) -> HttpResponse:
    verbs.suspend_person(shown, acting_user=request.user)
    messages.success(request, _("利用を止めました。開いていた画面も、次の操作で閉じます。"))
    return redirect("accounts:person", shown.pk)


def _resume(request: HttpRequest, shown: User) -> HttpResponse:
    verbs.resume_person(shown, acting_user=request.user)
    messages.success(request, _("利用を再び始められるようにしました。"))
    return redirect("accounts:person", shown.pk)


def _reset(request: HttpRequest, shown: User) -> HttpResponse:
    password = verbs.set_password(shown, acting_user=request.user)
    return render(request, "accounts/password_once.html", {"shown": shown, "password": password})


_DEEDS: dict[str, Callable[[HttpRequest, User], HttpResponse]] = {
    "save": _save,
    "suspend": _suspend,
    "resume": _resume,
    "password": _reset,
}


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.VIEW_PEOPLE, POST=Action.MANAGE_PEOPLE)
@door.refusals_look_missing
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person, with what the acting person may do about them."""
    if request.method != "POST":
        return _page(request, door.person_for(request, Action.VIEW_PEOPLE, person_id))
    shown = door.person_for(request, Action.MANAGE_PEOPLE, person_id)
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    return deed(request, shown)


def _page(request: HttpRequest, shown: User, form: PersonForm | None = None) -> HttpResponse:
    subject = request.subject
    runs = limits.may_run(subject, shown)
    if runs and form is None:
        form = PersonForm(subject=subject, organisation=shown.organisation, person=shown)
    context = {
        "shown": shown,
        "form": form,
        "oneself": subject.person == str(shown.pk),
        "resets": limits.may_reset(subject, shown),
        "roles": roles_label(frozenset(Role(held.role) for held in shown.role_assignments.all())),
        "sits_in": Subcommittee.objects.filter(memberships__person=shown),
        "clearances": _clearances_shown(request, shown),
        "people_url": f"{reverse('accounts:people')}?organisation={shown.organisation_id}",
    }
    return render(request, "accounts/person.html", context)


def _clearances_shown(request: HttpRequest, shown: User) -> list:
    """Clearances are between the person and the agency: its officers see those of their own agency, nobody else any."""
    subject = request.subject
    if Role.CLEARANCE_OFFICER not in subject.roles:
        return []
    held = clearances_in_force(shown, subject.today)
    return [clearance for clearance in held if str(clearance.agency_id) == subject.organisation]
