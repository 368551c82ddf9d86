"""名簿: who belongs to an organisation, and what may be done about them."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import people_sight
from accounts.actions import entrances, leaving, limits, locks, proposals
from accounts.actions import people as verbs
from accounts.ceiling import clearances_in_force
from accounts.enrolments import has_come_in, not_done
from accounts.models import Organisation, Proposal, RoleAssignment, Subcommittee, User
from accounts.people_forms import TAKEN, LeaveForm, NewPersonForm, PersonForm, TransferForm
from accounts.subject import subject_of
from accounts.views import door
from council.access import facts
from council.access.facts import Role, Subject
from council.access.policy import Action, decide
from council.audit.events import Event
from council.audit.record import record_refusal
from council.guard import guarded_by

_ACROSS = {Role.OPERATOR, Role.CLEARANCE_OFFICER}


@require_safe
@guarded_by(GET=Action.VIEW_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """The people of one organisation: one's own, or the one chosen."""
    organisation = door.organisation_asked(request, Action.VIEW_PEOPLE)
    across = bool(request.subject.roles & _ACROSS)
    context = {
        "organisation": organisation,
        "rows": people_sight.rows_of(organisation),
        "former": people_sight.former_of(organisation),
        "organisations": Organisation.objects.all() if across else [],
        "manages": bool(decide(request.subject, Action.MANAGE_PEOPLE, facts.Organisation(str(organisation.pk)))),
        "operates": limits.operates(request.subject),
    }
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_PEOPLE, POST=Action.MANAGE_PEOPLE)
@door.refusals_look_missing
def person_add(request: HttpRequest) -> HttpResponse:
    """A new person, invited at once; the code to tell them is shown in the answer and nowhere else."""
    organisation = door.organisation_asked(request, Action.MANAGE_PEOPLE)
    form = NewPersonForm(request.POST or None, subject=request.subject, organisation=organisation)
    if form.is_valid():
        made = door.attempt(form, lambda: _create(organisation, form, request.user))
        if made:
            proposed = _propose_roles(request, made, form.cleaned_data["roles"] - {Role.MEMBER.value})
            code = entrances.invite(made, acting_user=request.user)
            context = {"shown": made, "code": code, "new": True, "proposed": proposed}
            return render(request, "accounts/code_once.html", context)
    if form.has_error("email", TAKEN):
        _note_taken(request, organisation, form)
    return render(request, "accounts/person_add.html", {"form": form, "organisation": organisation})


def _note_taken(request: HttpRequest, organisation: Organisation, form: NewPersonForm) -> None:
    """Whoever tries to have an account of somebody else's address is in the log, with the address in the sealed detail alone."""
    who = {"actor": request.subject.person, "organisation": request.subject.organisation}
    address = str(form.data.get("email", "")).strip().lower()[:254]
    about = {"object": str(organisation.pk), "reason": TAKEN, "detail": {"address": address}}
    record_refusal(Event.PEOPLE_CREATE, **who, **about)


def _create(organisation: Organisation, form: NewPersonForm, acting_user: User) -> User:
    wanted = {**form.cleaned_data, "roles": form.cleaned_data["roles"] & {Role.MEMBER.value}}
    return verbs.create_person(organisation, **wanted, acting_user=acting_user)


def _save(request: HttpRequest, shown: User) -> HttpResponse:
    form = PersonForm(request.POST, subject=request.subject, organisation=shown.organisation, person=shown)
    if not form.is_valid() or not door.attempt(form, lambda: _apply_changes(shown, form, request.user)):
        return _page(request, shown, form=form)
    above = form.cleaned_data.get("roles", frozenset()) - form.held - {Role.MEMBER.value}
    _propose_roles(request, shown, above)
    messages.success(request, _("変更を保存しました。"))
    return redirect("accounts:person", shown.pk)


def _propose_roles(request: HttpRequest, shown: User, roles: frozenset[str]) -> list[str]:
    """Proposes each of them, and says that somebody else has to confirm; their labels."""
    labels = []
    for role in sorted(roles):
        label = str(RoleAssignment.ROLES[Role(role)])
        try:
            proposals.propose(
                Proposal.Kind.ROLE, shown.organisation, shown.pk, {"role": role}, acting_user=request.user
            )
        except ValidationError as error:
            messages.error(request, f"{label}：{error.messages[0]}")
            continue
        labels.append(label)
    if labels:
        said = _("%(roles)sの役割は、この組織の別の管理者か運用担当が確認してから有効になります。")
        messages.info(request, said % {"roles": _("、").join(labels)})
    return labels


def _apply_changes(shown: User, form: PersonForm, acting_user: User) -> bool:
    """Calls the verb for each thing that one person may change, those that take something away first."""
    wanted, by = form.cleaned_data, {"acting_user": acting_user}
    if "roles" in wanted:
        for role in sorted(form.held - wanted["roles"]):
            verbs.revoke_role(shown, role, **by)
        if Role.MEMBER.value in wanted["roles"] - form.held:
            verbs.grant_role(shown, Role.MEMBER, **by)
        if wanted["tier"] != shown.tier:
            verbs.set_tier(shown, wanted["tier"], **by)
        _move_seats(shown, set(wanted["subcommittees"]), by)
    told = {name: wanted[name] for name in ("name", "title", "department") if name in wanted}
    if any(getattr(shown, name) != value for name, value in told.items()):
        verbs.change_person(shown, **told, **by)
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


def _unlock(request: HttpRequest, shown: User) -> HttpResponse:
    locks.unlock(shown, acting_user=request.user)
    messages.success(request, _("一時停止を解きました。"))
    return redirect("accounts:person", shown.pk)


def _invite(request: HttpRequest, shown: User) -> HttpResponse:
    code = entrances.invite(shown, acting_user=request.user)
    return render(request, "accounts/code_once.html", {"shown": shown, "code": code})


def _uninvite(request: HttpRequest, shown: User) -> HttpResponse:
    entrances.withdraw_invitation(shown, acting_user=request.user)
    messages.success(request, _("登録の案内を取り下げました。"))
    return redirect("accounts:person", shown.pk)


def _confirm(request: HttpRequest, shown: User) -> HttpResponse:
    entrances.confirm_first_factor(shown, acting_user=request.user)
    messages.success(request, _("本人の登録と確認しました。"))
    return redirect("accounts:person", shown.pk)


def _recover(request: HttpRequest, shown: User) -> HttpResponse:
    proposals.propose(Proposal.Kind.RECOVERY, shown.organisation, shown.pk, {}, acting_user=request.user)
    said = _("登録のやり直しを提案しました。この組織の別の管理者か運用担当が確認すると、本人に案内が届きます。")
    messages.success(request, said)
    return redirect("accounts:person", shown.pk)


def _leave(request: HttpRequest, shown: User) -> HttpResponse:
    form = LeaveForm(request.POST)
    if not form.is_valid() or not door.attempt(form, lambda: leaving.leave(shown, acting_user=request.user)):
        return _page(request, shown, leave=form)
    messages.success(request, _("離れたことを記録しました。"))
    return redirect("accounts:person", shown.pk)


def _transfer(request: HttpRequest, shown: User) -> HttpResponse:
    form = TransferForm(request.POST, person=shown)
    new = None
    if form.is_valid():
        there = form.cleaned_data["organisation"]
        new = door.attempt(form, lambda: leaving.transfer(shown, there, acting_user=request.user))
    if new is None:
        return _page(request, shown, transfer=form)
    code = entrances.invite(new, acting_user=request.user)
    return render(request, "accounts/code_once.html", {"shown": new, "code": code, "new": True})


_DEEDS: dict[str, Callable[[HttpRequest, User], HttpResponse]] = {
    "save": _save,
    "suspend": _suspend,
    "resume": _resume,
    "unlock": _unlock,
    "invite": _invite,
    "uninvite": _uninvite,
    "confirm": _confirm,
    "recover": _recover,
    "leave": _leave,
    "transfer": _transfer,
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
    try:
        return deed(request, shown)
    except ValidationError as error:
        # What can't be at all, of the deeds that have no form of their own.
        messages.error(request, error.messages[0])
        return redirect("accounts:person", shown.pk)


@dataclass(frozen=True, slots=True)
class Offer:
    """Which deeds the page offers besides the form: nothing that would be refused."""

    invite: bool = False
    uninvite: bool = False
    confirm: bool = False
    recover: bool = False
    transfer: bool = False


def _offer(subject: Subject, shown: User, known: Subject) -> Offer:
    """`known`: the facts about the person who is shown."""
    oneself = subject.person == str(shown.pk)
    moves = limits.operates(subject) and not oneself and not hasattr(shown, "successor")
    if oneself or not limits.may_run(subject, shown, known):
        return Offer(transfer=moves)
    came = has_come_in(shown)
    return Offer(
        invite=shown.is_active and not came and limits.may_invite(subject, shown, known),
        confirm=shown.unconfirmed_since is not None and limits.may_invite(subject, shown, known),
        uninvite=not_done().filter(person=shown).exists(),
        recover=shown.is_active and came and limits.may_take_over(subject, shown, known),
        transfer=moves,
    )


def _page(request: HttpRequest, shown: User, **forms: Form) -> HttpResponse:
    subject, known = request.subject, subject_of(shown)
    runs, offer = limits.may_run(subject, shown, known), _offer(subject, shown, known)
    form = forms.get("form")
    if runs and form is None:
        form = PersonForm(subject=subject, organisation=shown.organisation, person=shown)
    context = {
        "shown": shown,
        "form": form,
        "oneself": subject.person == str(shown.pk),
        "offer": offer,
        "leave": forms.get("leave") or LeaveForm(),
        "transfer": forms.get("transfer") or (TransferForm(person=shown) if offer.transfer else None),
        "row": people_sight.row_of(shown),
        "pledges": people_sight.pledges_of(shown),
        "keys": people_sight.keys_of(shown),
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
