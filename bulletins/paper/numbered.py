"""A numbered copy as a file: set for the reader it is for, and handed over under the bulletin's reference alone."""

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from accounts.models import User
from bulletins.actions.copies import Make
from bulletins.actions.read import Opened
from bulletins.browse import subcommittee_names
from bulletins.models import TakenCopy
from bulletins.paper.document import Bearer, document_of
from bulletins.paper.press import Pressed, press
from council.access.facts import Subject


def made_for(subject: Subject, person: User, return_by: date | None) -> Make:
    """What makes the file of a copy for this person; Broken when it can't be made."""
    names = subcommittee_names(subject)

    def make(opened: Opened, number: int) -> Pressed:
        bearer = Bearer(person, timezone.now(), number, return_by)
        return press(document_of(subject, opened, names, bearer))

    return make


def handed_over(taken: TakenCopy, pdf: bytes) -> HttpResponse:
    """The file: always a download, and never run in the portal's own origin."""
    response = HttpResponse(pdf, content_type="application/pdf")
    # The reference alone: the name of a file goes further than the file.
    name = f"{taken.bulletin.reference}-{taken.revision}-copy{taken.number}.pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
