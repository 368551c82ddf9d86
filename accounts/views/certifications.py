"""適合事業者: for an agency's officers their companies and what each lacks, for a company's administrators what stands about it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import certification_forms as forms
from accounts import certification_sight as sight
from accounts.actions import certifications as verbs
from accounts.actions import contracts
from accounts.actions.proposals import propose
from accounts.actions.verb import Refused
from accounts.certification_facts import CertificationFacts
from accounts.context import clearing_pages
from accounts.models import ChangeReport, OperatorCertification, Organisation, Proposal
from accounts.views import door
from council.access.policy import Action, Reason
from council.guard import guarded_by


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_CLEARANCES, POST=Action.MANAGE_CLEARANCES)
@door.refusals_look_missing
def certifications(request: HttpRequest) -> HttpResponse:
    """The companies of the officer's agency, and the agency's own people who were taught."""
    agency = door.own_organisation(request, Action.MANAGE_CLEARANCES)
    form = _education(request, agency, agency)
    if request.method == "POST" and form.is_valid() and _teach(request, agency, form):
        return redirect("accounts:certifications")
    if "company" in request.GET:
        return redirect("accounts:certification", _company(request, request.GET["company"]).pk)
    today = request.subject.today
    rows, waiting = sight.companies_of(agency, today), sight.proposed_companies(agency)
    context = {
        "agency": agency,
        "rows": [(row, sight.word_for(row, today)) for row in rows],
        "waiting": waiting,
        "others": sight.certifiable().exclude(pk__in=[row.certification.company_id for row in rows]),
        "taught": sight.taught_at(agency, today),
        "form": form,
        "sections": clearing_pages(request.subject.roles),
    }
    return render(request, "accounts/certifications.html", context)


def _company(request: HttpRequest, company: UUID | str) -> Organisation:
    try:
        found = sight.certifiable().filter(pk=UUID(str(company))).first()
    except ValueError:
        found = None
    if found is None:
        door.refuse(request, Action.MANAGE_CLEARANCES, "", Reason.NOT_FOUND)
    return found


def _education(request: HttpRequest, company: Organisation, agency: Organisation) -> forms.EducationForm:
    sent = request.POST if request.POST.get("do") == forms.EducationForm.do else None
    return forms.EducationForm(sent, company=company, agency=agency, oneself=request.subject.person)


def _teach(request: HttpRequest, agency: Organisation, form: Form) -> bool:
    said = form.cleaned_data
    days = {"held_on": said["held_on"], "last_day": said["last_day"]}
    by = {"acting_user": request.user}
    made = door.attempt(form, lambda: contracts.record_education(agency, list(said["people"]), **days, **by))
    if made:
        messages.success(request, _("教育を記録しました。"))
    return bool(made)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_CLEARANCES, POST=Action.MANAGE_CLEARANCES)
@door.refusals_look_missing
def certification(request: HttpRequest, company_id: UUID) -> HttpResponse:
    """One company: its certification by the officer's agency, the contract below it, and what it reported."""
    agency = door.own_organisation(request, Action.MANAGE_CLEARANCES)
    company = _company(request, company_id)
    if request.method != "POST":
        return _page(request, agency, company)
    row = OperatorCertification.objects.select_related("agency", "company").filter(agency=agency, company=company)
    do, held = request.POST.get("do", ""), row.first()
    made = next((each for each in _forms(request, agency, company) if each.do == do), None)
    if made is not None:
        return _sent(request, agency, company, held, made)
    deed = _DEEDS.get(do)
    if deed is None or held is None:
        raise Http404
    try:
        messages.success(request, deed(request, held))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("accounts:certification", company.pk)


def _forms(request: HttpRequest, agency: Organisation, company: Organisation) -> list[forms.CompanyForm]:
    """Every form of the page, the one that was sent with what was sent."""
    made: list[forms.CompanyForm] = [_education(request, company, agency)]
    known = sight.as_it_stands(agency, company)
    for each in _BY_FORM:
        sent = request.POST if request.POST.get("do") == each.do else None
        made.append(each(sent, company=company, agency=agency, initial=known.get(each.do)))
    return made


def _sent(
    request: HttpRequest,
    agency: Organisation,
    company: Organisation,
    held: OperatorCertification | None,
    form: forms.CompanyForm,
) -> HttpResponse:
    if held is None and not isinstance(form, forms.CertifyForm):
        raise Http404
    if not form.is_valid():
        return _page(request, agency, company, form)
    if isinstance(form, forms.EducationForm):
        done = _teach(request, agency, form)
    else:
        call, said = _BY_FORM[type(form)]
        target = held if not isinstance(form, forms.CertifyForm) else (agency, company)
        done = door.attempt(form, lambda: call(target, form.cleaned_data, {"acting_user": request.user}) or True)
        if done:
            messages.success(request, str(said()))
    return redirect("accounts:certification", company.pk) if done else _page(request, agency, company, form)


def _certify(of: tuple[Organisation, Organisation], said: dict, by: dict) -> object:
    agency, company = of
    return propose(Proposal.Kind.CERTIFICATION, agency, company.pk, CertificationFacts(**said).written(), **by)


# Form -> what is done with what it says, and what is said then.
_BY_FORM: dict[type[forms.CompanyForm], tuple[Callable, Callable[[], str]]] = {
    forms.CertifyForm: (_certify, lambda: _("提案しました。別の適性評価担当が確認すると、認定されます。")),
    forms.EndForm: (
        lambda held, said, by: verbs.end_certification(held, said["last_day"], **by),
        lambda: _("認定の最後の日を変えました。"),
    ),
    forms.ContractForm: (
        lambda held, said, by: contracts.record_contract(held, **said, **by),
        lambda: _("契約の期間を記録しました。"),
    ),
    forms.ItemForm: (
        lambda held, said, by: contracts.record_contract_item(held, said.pop("designation"), **said, **by),
        lambda: _("契約の項目を記録しました。"),
    ),
    forms.DepartmentForm: (
        lambda held, said, by: contracts.add_department(held, said["name"], **by),
        lambda: _("部署を加えました。"),
    ),
    forms.PlaceForm: (
        lambda held, said, by: contracts.add_place(held, said["name"], said["manager"], **by),
        lambda: _("場所を加えました。"),
    ),
    forms.ManagerForm: (
        lambda held, said, by: contracts.set_place_manager(said["place"], said["manager"], **by),
        lambda: _("業務管理者を変えました。"),
    ),
}


def _row(request: HttpRequest, rows: QuerySet, name: str) -> Model:
    """The row that a button names, among those of this certification."""
    found = door.row_numbered(rows, request.POST.get(name, ""))
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return found


def _suspend(request: HttpRequest, held: OperatorCertification) -> str:
    verbs.suspend_certification(held, acting_user=request.user)
    return _("認定を停止しました。この会社の人は、次の操作から重要経済安保情報を扱えません。")


def _resume(request: HttpRequest, held: OperatorCertification) -> str:
    verbs.resume_certification(held, acting_user=request.user)
    return _("認定を再開しました。")


def _remove_item(request: HttpRequest, held: OperatorCertification) -> str:
    contracts.remove_contract_item(_row(request, held.items.all(), "item"), acting_user=request.user)
    return _("契約から項目を外しました。この会社の取扱者も、名簿から外れました。")


def _remove_department(request: HttpRequest, held: OperatorCertification) -> str:
    contracts.remove_department(_row(request, held.departments.all(), "department"), acting_user=request.user)
    return _("契約から部署を外しました。")


def _end_place(request: HttpRequest, held: OperatorCertification) -> str:
    contracts.end_place(_row(request, held.places.all(), "place"), acting_user=request.user)
    return _("場所の使用を終えました。")


def _examine(request: HttpRequest, held: OperatorCertification) -> str:
    verbs.examine_change(_row(request, held.reports.all(), "report"), acting_user=request.user)
    return _("審査を終えたことを記録しました。")


_DEEDS: dict[str, Callable[[HttpRequest, OperatorCertification], str]] = {
    "suspend": _suspend,
    "resume": _resume,
    "remove_item": _remove_item,
    "remove_department": _remove_department,
    "end_place": _end_place,
    "examine": _examine,
}


def _page(
    request: HttpRequest, agency: Organisation, company: Organisation, sent: forms.CompanyForm | None = None
) -> HttpResponse:
    today = request.subject.today
    standing = sight.standing_of(agency, company, today)
    offered = {form.do: form for form in _forms(request, agency, company)}
    if sent is not None:
        offered[sent.do] = sent
    context = {
        "agency": agency,
        "company": company,
        "standing": standing,
        "word": sight.word_for(standing, today),
        "proposed": sight.proposed(agency, company),
        "offered": offered,
        "sections": clearing_pages(request.subject.roles),
    }
    return render(request, "accounts/certification.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.NOMINATE, POST=Action.NOMINATE)
@door.refusals_look_missing
def certification_mine(request: HttpRequest) -> HttpResponse:
    """What stands about the administrator's own company, and the form by which it reports what changes."""
    company = door.own_organisation(request, Action.NOMINATE)
    rows = sight.own_standings(company, request.subject.today)
    named = request.POST.get("certification", "") if request.method == "POST" else ""
    shown = []
    for row in rows:
        held = row.certification
        form = forms.ReportForm(request.POST if named == str(held.pk) else None, certification=held.pk)
        if form.is_bound and form.is_valid() and _report(request, held, form):
            return redirect("accounts:certification_mine")
        shown.append((row, sight.word_for(row, request.subject.today), form))
    if named and named not in {str(row.certification.pk) for row in rows}:
        raise Refused(Reason.NOT_FOUND)
    context = {"company": company, "rows": shown, "sections": clearing_pages(request.subject.roles)}
    return render(request, "accounts/certification_mine.html", context)


def _report(request: HttpRequest, held: OperatorCertification, form: forms.ReportForm) -> ChangeReport | None:
    made = door.attempt(form, lambda: verbs.report_change(held, **form.cleaned_data, acting_user=request.user))
    if made:
        messages.success(request, _("報告しました。行政機関の担当者が審査します。"))
    return made
