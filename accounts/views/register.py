"""指定管理簿: the items of an officer's own agency, each with all its lines; and what everybody was told about items they handled."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import register_board as board
from accounts import register_figures as figures
from accounts.actions import designations as verbs
from accounts.actions.designation_extension import facts_of
from accounts.actions.proposals import propose
from accounts.context import clearing_pages
from accounts.designation_forms import ChangeDesignationForm, ExtensionForm, LiftForm, NewDesignationForm
from accounts.designation_notices import Letter, own
from accounts.founding_clearances import designated_until, last_designated_day
from accounts.models import Designation, DesignationNotice, Proposal, RegisterEntry
from accounts.register_lines import waiting_extensions
from accounts.views import door
from council.access import facts
from council.access.policy import Action, Reason
from council.guard import SIGNED_IN, guarded_by
from council.spreadsheets import lines_of


def _item_for(request: HttpRequest, item_id: UUID) -> Designation:
    found = Designation.objects.select_related("agency").prefetch_related("entries").filter(pk=item_id).first()
    if found is None:
        door.refuse(request, Action.MANAGE_REGISTER, item_id, Reason.NOT_FOUND)
    door.need(request, Action.MANAGE_REGISTER, facts.Organisation(str(found.agency_id)), found.pk)
    return found


@require_safe
@guarded_by(GET=Action.MANAGE_REGISTER)
def register(request: HttpRequest) -> HttpResponse:
    """The items of the agency, all of them or those that a filter shows."""
    agency = door.own_organisation(request, Action.MANAGE_REGISTER)
    rows, asked = board.rows_of(agency.pk, request.subject.today), request.GET.get("show", "")
    asked = asked if asked in board.FILTERS else ""
    numbers = board.numbers(rows)
    context = {
        "agency": agency,
        "rows": [row for row in rows if board.FILTERS[asked][1](row)],
        "asked": asked,
        "filters": [(name, label, numbers[name]) for name, (label, _shows) in board.FILTERS.items()],
        "overdue": numbers["review"],
        "sections": clearing_pages(request.subject.roles),
    }
    return render(request, "accounts/register.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_REGISTER, POST=Action.MANAGE_REGISTER)
@door.refusals_look_missing
def register_new(request: HttpRequest) -> HttpResponse:
    """A new item: first what would be written, with the last day as it is computed, then the line itself."""
    agency = door.own_organisation(request, Action.MANAGE_REGISTER)
    form = NewDesignationForm(request.POST or None)
    context: dict[str, object] = {"form": form, "agency": agency}
    if not form.is_valid() or request.POST.get("do") == "back":
        return render(request, "accounts/register_new.html", context)
    given = form.facts()
    if request.POST.get("do") == "record":
        made = door.attempt(form, lambda: verbs.record_designation(agency, **given, acting_user=request.user))
        if made:
            messages.success(request, _("指定管理簿に記載しました。"))
            return redirect("accounts:register_item", made.pk)
        return render(request, "accounts/register_new.html", context)
    last = door.attempt(form, lambda: designated_until(given["designated_on"], given["expires_on"]))
    if last:
        context |= {"last": last, "longest": last_designated_day(given["designated_on"]), "given": _said(form)}
    return render(request, "accounts/register_new.html", context)


def _said(form: NewDesignationForm) -> list[tuple[str, object]]:
    """What was handed in, field by field in words, but for the days and the promise."""
    shown = {**form.cleaned_data}
    for name in ("category", "measure"):
        shown[name] = dict(form.fields[name].choices)[shown[name]]
    left = [name for name in form.fields if name not in {"not_secret", "designated_on", "expires_on"}]
    return [(form.fields[name].label, shown[name]) for name in left if shown[name]]


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_REGISTER, POST=Action.MANAGE_REGISTER)
@door.refusals_look_missing
def register_item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One item with all its lines: who was told of each and who confirmed, and what may be done about it."""
    item = _item_for(request, item_id)
    if request.method != "POST":
        return _item_page(request, item)
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        form = deed(request, item)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        form = None
    return _item_page(request, item, form) if form else redirect("accounts:register_item", item.pk)


def _do(request: HttpRequest, form: forms.Form, deed: Callable[[], object], said: str) -> forms.Form | None:
    """The form again where something in it is wrong; None when it was done."""
    if form.is_valid() and door.attempt(form, deed):
        messages.success(request, said)
        return None
    return form


def _extend(request: HttpRequest, item: Designation) -> forms.Form | None:
    form = ExtensionForm(request.POST, designation=item)

    def deed() -> Proposal:
        days = form.cleaned_data["until"], form.cleaned_data.get("cabinet_approved_on")
        wanted = facts_of(item, *days)
        return propose(Proposal.Kind.EXTENSION, item.agency, item.pk, wanted, acting_user=request.user)

    return _do(request, form, deed, _("延長を提案しました。別の適性評価担当が確認すると、延びます。"))


def _change(request: HttpRequest, item: Designation) -> forms.Form | None:
    form = ChangeDesignationForm(request.POST)
    deed = lambda: verbs.change_designation(item, **form.cleaned_data, acting_user=request.user)  # noqa: E731
    return _do(request, form, deed, _("変更を保存しました。"))


def _lift(request: HttpRequest, item: Designation) -> forms.Form | None:
    form, said = LiftForm(request.POST), _("指定を解除しました。取り扱ったことのある全員に知らせます。")
    return _do(request, form, lambda: verbs.cancel_designation(item, acting_user=request.user), said)


def _review(request: HttpRequest, item: Designation) -> None:
    verbs.review_designation(item, acting_user=request.user)
    messages.success(request, _("見直しを記載しました。次の期限が変わりました。"))


def _remind(request: HttpRequest, item: Designation) -> None:
    line = _of_the_item(request, item, RegisterEntry.objects.filter(designation=item), request.POST.get("line", ""))
    people = verbs.remind_of_designation(line, acting_user=request.user)
    messages.success(
        request, ngettext("%(people)d人に再通知します。", "%(people)d人に再通知します。", people) % {"people": people}
    )


def _reached(request: HttpRequest, item: Designation) -> None:
    rows = DesignationNotice.objects.filter(entry__designation=item).select_related("entry__designation")
    verbs.note_reached(_of_the_item(request, item, rows, request.POST.get("notice", "")), acting_user=request.user)
    messages.success(request, _("ほかの方法で知らせたことを記録しました。"))


_DEEDS = {
    "extend": _extend, "change": _change, "lift": _lift, "review": _review, "remind": _remind, "reached": _reached,
}  # fmt: skip


def _of_the_item(request: HttpRequest, item: Designation, rows: QuerySet, asked: str) -> Model:
    """The row of this id among those of the item; what is none of them is missing."""
    try:
        found = rows.filter(pk=UUID(asked)).first()
    except ValueError:
        found = None
    if found is None:
        door.refuse(request, Action.MANAGE_REGISTER, item.pk, Reason.NOT_FOUND)
    return found


def _item_page(request: HttpRequest, item: Designation, form: forms.Form | None = None) -> HttpResponse:
    row, lines = board.row_of(item, request.subject.today), board.lines_of(item)
    filled = {type(form): form} if form else {}
    now = {"measure": item.measure, "reading_place": item.reading_place, "contact": item.contact}
    context = {
        "row": row,
        "item": item,
        "lines": lines,
        "silent": board.silent_about(lines),
        "waiting": waiting_extensions(item.pk).select_related("proposed_by"),
        "extension": filled.get(ExtensionForm) or ExtensionForm(designation=item),
        "change": filled.get(ChangeDesignationForm) or ChangeDesignationForm(initial=now),
        "lift": filled.get(LiftForm) or LiftForm(),
    }
    return render(request, "accounts/register_item.html", context)


@require_safe
@guarded_by(GET=Action.MANAGE_REGISTER)
def register_figures(request: HttpRequest) -> HttpResponse:
    """The yearly figures of the agency."""
    agency = door.own_organisation(request, Action.MANAGE_REGISTER)
    context = {
        "agency": agency,
        "headings": figures.headings(),
        "years": figures.years_of(agency.pk, request.subject.today),
    }
    return render(request, "accounts/register_figures.html", context)


@require_safe
@guarded_by(GET=Action.MANAGE_REGISTER)
@door.refusals_look_missing
def register_figures_file(request: HttpRequest) -> HttpResponse:
    """The same as a file for spreadsheets."""
    rows = verbs.export_figures(door.own_organisation(request, Action.MANAGE_REGISTER), acting_user=request.user)
    name = f"designations-{request.subject.today}.csv"
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
    return HttpResponse(b"".join(lines_of(rows)), content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@door.refusals_look_missing
def designation_notices(request: HttpRequest) -> HttpResponse:
    """What the reader was told about items that they handled, and the button by which they say that they know."""
    if request.method == "POST":
        try:
            verbs.confirm_told(_uuid(request.POST.get("notice", "")), acting_user=request.user)
            messages.success(request, _("確認しました。"))
        except ValidationError as error:
            messages.info(request, error.messages[0])
        return redirect("accounts:designation_notices")
    rows = [Letter(row) for row in own(request.subject.person)]
    return render(request, "accounts/designation_notices.html", {"rows": rows})


def _uuid(asked: str) -> UUID:
    """No id at all is an id of nothing: the verb refuses it, and leaves its trace."""
    try:
        return UUID(asked)
    except ValueError:
        return UUID(int=0)
