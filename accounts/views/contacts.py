"""連絡先: administrators keep their organisation's, operators those of all organisations and of the council itself."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import contacts as verbs
from accounts.actions import limits
from accounts.contact_forms import OF_COUNCIL, OF_ORGANISATION, ContactForm
from accounts.context import key_pages
from accounts.models import Contact, Organisation
from accounts.views import door
from council.access import facts
from council.access.policy import Action, Reason
from council.guard import guarded_by


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_PEOPLE, POST=Action.MANAGE_PEOPLE)
@door.refusals_look_missing
def contacts(request: HttpRequest) -> HttpResponse:
    """The contacts of one organisation, one's own or the one chosen; for the operator also those of the council."""
    organisation = door.organisation_asked(request, Action.MANAGE_PEOPLE)
    if request.method != "POST":
        return _page(request, organisation)
    if request.POST.get("do") == "end":
        return _end(request, organisation)
    return _add(request, organisation)


def _offered(request: HttpRequest) -> tuple[type[ContactForm], ...]:
    return OF_ORGANISATION + (OF_COUNCIL if limits.operates(request.subject) else ())


def _add(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    made = next((form for form in _offered(request) if form.kind == request.POST.get("do", "")), None)
    if made is None:
        raise Http404
    form = made(request.POST, organisation=organisation)
    if form.is_valid():
        facts_of = dict(form.cleaned_data)
        if made in OF_ORGANISATION:
            facts_of["organisation"] = organisation
        if door.attempt(form, lambda: verbs.add_contact(form.kind, **facts_of, acting_user=request.user)):
            messages.success(request, _("連絡先を登録しました。"))
            return redirect(_url(organisation))
    return _page(request, organisation, form)


def _end(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    contact = _contact_for(request, request.POST.get("contact", ""))
    try:
        verbs.end_contact(contact, acting_user=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("連絡先を外しました。"))
    return redirect(_url(organisation))


def _contact_for(request: HttpRequest, named: str) -> Contact:
    """The contact, for somebody who keeps it; otherwise it is not there."""
    try:
        wanted = UUID(named)
    except ValueError:
        door.refuse(request, Action.MANAGE_PEOPLE, "", Reason.NOT_FOUND)
    found = Contact.objects.select_related("organisation", "person").filter(pk=wanted).first()
    if found is None:
        door.refuse(request, Action.MANAGE_PEOPLE, wanted, Reason.NOT_FOUND)
    if found.organisation_id is None:
        door.need(request, Action.MANAGE_COUNCIL, facts.Council(), wanted)
    else:
        door.need(request, Action.MANAGE_PEOPLE, facts.Organisation(str(found.organisation_id)), wanted)
    return found


def _url(organisation: Organisation) -> str:
    return f"{reverse('accounts:contacts')}?organisation={organisation.pk}"


def _rows(**of: object) -> QuerySet[Contact]:
    return Contact.objects.filter(**of, ended_at=None).select_related("person__organisation", "subcommittee")


def _page(request: HttpRequest, organisation: Organisation, sent: ContactForm | None = None) -> HttpResponse:
    operates = limits.operates(request.subject)

    def forms_of(classes: tuple[type[ContactForm], ...]) -> list[ContactForm]:
        return [sent if isinstance(sent, each) else each(organisation=organisation) for each in classes]

    context = {
        "organisation": organisation,
        "organisations": Organisation.objects.all() if operates else [],
        "rows": _rows(organisation=organisation),
        "forms": forms_of(OF_ORGANISATION),
        "council_rows": _rows(organisation=None) if operates else [],
        "council_forms": forms_of(OF_COUNCIL) if operates else [],
        "operates": operates,
        "sections": key_pages(request.subject.roles),
    }
    return render(request, "accounts/contacts.html", context)
