"""The one door of the pages to people and organisations: what may not be seen and what does not exist answer alike."""

import functools
from collections.abc import Callable
from typing import NoReturn, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse

from accounts.actions.verb import Refused
from accounts.models import Organisation, User
from council.access import facts
from council.access.policy import Action, Reason, decide
from council.audit.record import record_refusal

Done = TypeVar("Done")
View = Callable[..., HttpResponse]


def refuse(request: HttpRequest, action: Action, about: object, reason: Reason) -> NoReturn:
    """Writes down that it was refused, and answers with the one page for missing things."""
    subject = request.subject
    record_refusal(action, actor=subject.person, organisation=subject.organisation, object=str(about), reason=reason)
    raise Http404


def need(request: HttpRequest, action: Action, resource: facts.Resource, about: object = "") -> None:
    decision = decide(request.subject, action, resource)
    if not decision:
        refuse(request, action, about, decision.reason)


def organisation_for(request: HttpRequest, action: Action, organisation: UUID | str) -> Organisation:
    """The organisation, for somebody who may do this to its people."""
    try:
        wanted = UUID(str(organisation))
    except ValueError:
        refuse(request, action, "", Reason.NOT_FOUND)
    found = Organisation.objects.filter(pk=wanted).first()
    if found is None:
        # Never as it was typed: "{…}" and "urn:uuid:…" are UUIDs too, and no names for an object of the log.
        refuse(request, action, wanted, Reason.NOT_FOUND)
    need(request, action, facts.Organisation(str(found.pk)), found.pk)
    return found


def own_organisation(request: HttpRequest, action: Action) -> Organisation:
    """The organisation of whoever asks, where they may do this to its people; for everybody else there is no such page."""
    return organisation_for(request, action, request.subject.organisation)


def organisation_asked(request: HttpRequest, action: Action) -> Organisation:
    """The organisation named in the query, else one's own."""
    return organisation_for(request, action, request.GET.get("organisation") or request.subject.organisation)


def person_for(request: HttpRequest, action: Action, person: UUID) -> User:
    """The person with their organisation, for somebody who may do this to them."""
    found = User.objects.select_related("organisation").filter(pk=person).first()
    if found is None:
        refuse(request, action, person, Reason.NOT_FOUND)
    need(request, action, facts.Organisation(str(found.organisation_id)), found.pk)
    return found


def row_numbered(rows: QuerySet[Model], number: str) -> Model | None:
    """The one of these rows that a button names by its number; None for whatever else is sent in its place."""
    # As long as a number of the database at most: int() refuses to read what goes on for thousands of digits.
    named = number.isascii() and number.isdecimal() and len(number) < 19
    return rows.filter(pk=int(number)).first() if named else None


def refusals_look_missing(view: View) -> View:
    """A verb that is refused (it has left its own trace) answers like a missing thing."""

    @functools.wraps(view)
    def run(*args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except Refused:
            raise Http404 from None

    return run


def attempt(form: Form, deed: Callable[[], Done]) -> Done | None:
    """What the deed answers, or None with its ValidationError put at the fields of the form."""
    try:
        return deed()
    except ValidationError as error:
        by_field = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
        for field, errors in by_field.items():
            form.add_error(field if field in form.fields else None, errors)
        return None
