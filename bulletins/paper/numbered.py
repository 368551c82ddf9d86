"""A numbered copy as a file: set for its reader, and handed over under its marks and the bulletin's reference, never under a title."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from accounts.models import User
from bulletins.actions.copies import Make
from bulletins.actions.read import Opened
from bulletins.browse import subcommittee_names
from bulletins.file_names import covering, file_name_for
from bulletins.models import TakenCopy
from bulletins.paper.document import Bearer, document_of
from bulletins.paper.press import press
from council.access.facts import Label, Subject
from council.access.tiers import Tier


@dataclass(frozen=True, slots=True)
class Numbered:
    """The file of a copy: its bytes, the standard that they were checked against, and the label that covers what is on its pages."""

    pdf: bytes
    standard: str
    label: Label


def made_for(subject: Subject, person: User, return_by: date | None) -> Make:
    """What makes the file of a copy for this person; Broken when it can't be made."""
    names = subcommittee_names(subject)

    def make(opened: Opened, number: int) -> Numbered:
        bearer = Bearer(person, timezone.now(), number, return_by)
        made = press(document_of(subject, opened, names, bearer))
        label = covering([opened.rendition.banner, Label(Tier.ONE, caveats=opened.facts.floor.caveats)])
        return Numbered(made.pdf, made.standard, label)

    return make


def handed_over(taken: TakenCopy, made: Numbered) -> HttpResponse:
    """The file: always a download, and never run in the portal's own origin."""
    response = HttpResponse(made.pdf, content_type="application/pdf")
    name = file_name_for(taken.bulletin.reference, taken.revision, made.label, f"写し第{taken.number}号", "pdf")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
