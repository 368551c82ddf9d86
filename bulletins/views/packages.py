"""包み: the sealed packages that the reader may fetch for their organisation, each with its files and how to open it."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bulletins.actions.fetch import take_folder
from bulletins.actions.look import look_at_package, look_at_packages
from bulletins.api.packages import on_its_way
from bulletins.facts import label_of
from bulletins.file_names import file_name_for
from bulletins.filters import BadTrail, read_trail, write_trail
from bulletins.packages import Parcel, Position
from bulletins.release_proof import NotYet, in_words
from bulletins.views.visibility import missing_unless_visible
from council.access import facts
from council.access.policy import Action, decide
from council.audit.record import AuditUnavailable
from council.guard import guarded_by
from council.package_signing import log_vkeys, vkey
from council.sealing.age_keys import Kind, Recipient, spoken_fingerprint


@require_http_methods(["GET"])
@guarded_by(GET=Action.FETCH)
def packages(request: HttpRequest) -> HttpResponse:
    """The list, newest first, twenty a page, without totals."""
    trail = _trail(request)
    parcels, onward = look_at_packages(request.subject, trail[-1] if trail else None)
    own = facts.Organisation(request.subject.organisation)
    context = {
        "parcels": parcels,
        "next_url": _address([*trail, onward]) if onward else "",
        "previous_url": _address(trail[:-1]) if trail else "",
        "runs_keys": bool(decide(request.subject, Action.MANAGE_KEYS, own)),
    }
    return render(request, "bulletins/packages.html", context)


def _trail(request: HttpRequest) -> list[Position]:
    try:
        return read_trail(request.GET.get("cursor", ""))
    except BadTrail:
        messages.warning(request, _("続きの印が読めないため、最初のページを表示しています。"))
        return []


def _address(trail: Sequence[Position]) -> str:
    return f"?{urlencode({'cursor': write_trail(trail)} if trail else {})}"


@require_http_methods(["GET"])
@guarded_by(GET=Action.FETCH)
@missing_unless_visible
def package(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """What the package is, how to open it, and its files. Nothing of it has left when this page has."""
    parcel = look_at_package(request.subject, package_id)
    key = parcel.seal.key
    context = {
        "parcel": parcel,
        "bulletin": parcel.package.bulletin,
        "fingerprint": spoken_fingerprint(Recipient(Kind(key.kind), bytes(key.public))),
        "files": _files(parcel),
        "folder_name": _folder_name(parcel),
        "proof": in_words(parcel),
        "vkey": vkey(),
        "log_vkeys": log_vkeys(),
        "witness_vkeys": settings.AUDIT_WITNESSES,
        "organisation": request.subject.organisation,
        "screen_tier": parcel.tier,
    }
    return render(request, "bulletins/package.html", context)


def _files(parcel: Parcel) -> dict[str, tuple[str, str]]:
    """Each file's name and address: programs and people take the same bytes at the same place."""
    names = parcel.names._asdict()
    return {file: (name, reverse(f"api:package-{file}", args=[parcel.package.pk])) for file, name in names.items()}


@require_http_methods(["GET"])
@guarded_by(GET=Action.FETCH)
@missing_unless_visible
def folder(request: HttpRequest, package_id: UUID) -> StreamingHttpResponse:
    """The four files as one ZIP, streamed; 503 as a whole while there is no proof to put into it."""
    try:
        parcel, sending = take_folder(request.subject, package_id)
    except NotYet as error:
        raise AuditUnavailable("no checkpoint covers the release") from error
    return on_its_way(sending, "application/zip", f"{_folder_name(parcel)}.zip")


def _folder_name(parcel: Parcel) -> str:
    """What the folder is called, with the marks of what is inside."""
    what = f"包み{parcel.manifest.version}"
    reference = parcel.package.bulletin.reference
    return file_name_for(reference, parcel.manifest.revision, label_of(parcel.payload), what)
