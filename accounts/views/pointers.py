"""取扱い指定: where somebody reads what they handle. On a connected portal, which holds none of it, this is all there is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.pointers import pointers_for
from council.guard import SIGNED_IN, guarded_by


@require_safe
@guarded_by(GET=SIGNED_IN)
def pointers(request: HttpRequest) -> HttpResponse:
    """The person's own items and nobody else's; without any, what would stand here."""
    subject = request.subject
    return render(request, "accounts/pointers.html", {"pointers": pointers_for(subject.person, subject.today)})
