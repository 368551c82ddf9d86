"""Sealed packages of the caller's organisation: the list, and the files of each, byte for byte."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.actions import fetch
from bulletins.actions.look import look_at_packages
from bulletins.api import parcels
from bulletins.api.errors import BulletinsAPIView
from bulletins.api.positions import before, mark
from bulletins.api.reading import AnyType
from bulletins.api.serializers import NothingGiven
from bulletins.release_proof import NotYet
from council.access.policy import Action
from council.api import PROBLEM, listing, problem, read_query
from council.api_schema import CURSOR, ProblemAnswer, problems
from council.guard import guarded_by
from council.package_signing import log_vkeys, vkey

_TEXT, _BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_RANGES = [
    OpenApiParameter(name, str, OpenApiParameter.HEADER, description=words)
    for name, words in (
        ("Range", "One range of bytes (RFC 9110). Several at once, or one that can't be read, give the whole file."),
        ("If-Range", "The `ETag` of the bytes that the rest is for; with any other the whole file comes."),
        ("If-None-Match", "The `ETag` of a file that is there already."),
    )
]
_PROOF = OpenApiExample(
    "proof",
    value=(
        "c2sp.org/tlog-proof@v1\nextra eyJhY3Rpb24iOiJwYWNrYWdlLnJlbGVhc2UiLCJhY3RvciI6IiIs…\nindex 4\n"
        "iiZaRLbHxeghCUoHLCPCWV1gxoMx/NAIKn2jIvDEUcg=\n\nportal.example/log/tier-2\n7\n"
        "Or5AQmFy2GCUBCuCu1FLRG0dRxT/Jz3QcmYVNW0OMtI=\n\n— portal.example/log/tier-2 t5Kp2jbT…\n— witness.example q+1kLw…\n"
    ),
    media_type=_TEXT,
    response_only=True,
)
# Seconds: the sequencer signs once a second.
_AGAIN = 2


def handed_over(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """The answer as a file to be saved under this name, and never guessed at."""
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def on_its_way(sending: fetch.Sending, kind: str, name: str) -> StreamingHttpResponse:
    """The bytes as a file. They are announced, so that a connection that breaks off is not taken for the end."""
    response = StreamingHttpResponse(sending, content_type=kind)
    if sending.size is not None:
        response["Content-Length"] = sending.size
    handed_over(response, name)
    return response


class PackagesAPIView(BulletinsAPIView):
    """GET and nothing else: HEAD would leave an event of a fetch without one."""

    http_method_names = ["get"]


@guarded_by(GET=Action.FETCH)
class PackagesView(PackagesAPIView):
    """The sealed packages that the caller may fetch for their organisation, newest first; `vkey` checks their manifests."""

    @extend_schema(
        operation_id="packages_list",
        parameters=[CURSOR],
        responses={200: parcels.PackagesAnswer} | problems(400, 401),
        examples=[parcels.EXAMPLE],
    )
    def get(self, request: Request) -> Response:
        read_query(request, NothingGiven)
        found, onward = look_at_packages(request.subject, before(request))
        answer = listing(request, [parcels.body(request, parcel) for parcel in found], mark(onward))
        answer.data["vkey"], answer.data["log_vkeys"] = vkey(), log_vkeys()
        return answer


class PackageFileView(PackagesAPIView):
    """One file of a package: callers may ask for any type."""

    content_negotiation_class = AnyType


@guarded_by(GET=Action.FETCH)
class ManifestView(PackageFileView):
    """The signed bytes of the manifest (PACKAGE.md §2)."""

    @extend_schema(
        operation_id="packages_manifest",
        responses={(200, "application/json"): parcels.ManifestAnswer} | problems(401, 404),
    )
    def get(self, request: Request, package_id: UUID) -> HttpResponseBase:
        parcel, data = fetch.take_manifest(request.subject, package_id)
        return handed_over(HttpResponse(data, content_type="application/json"), parcel.names.manifest)


@guarded_by(GET=Action.FETCH)
class SignatureView(PackageFileView):
    """The signature lines of the manifest's note; manifest and signature joined together are a signed note."""

    @extend_schema(operation_id="packages_signature", responses={(200, _TEXT): OpenApiTypes.STR} | problems(401, 404))
    def get(self, request: Request, package_id: UUID) -> HttpResponseBase:
        parcel, data = fetch.take_signature(request.subject, package_id)
        return handed_over(HttpResponse(data, content_type=_TEXT), parcel.names.signature)


@guarded_by(GET=Action.FETCH)
class ProofView(PackageFileView):
    """The C2SP tlog-proof that the package's release is in the audit log (PACKAGE.md §6). 503 while no checkpoint covers it."""

    @extend_schema(
        operation_id="packages_proof",
        responses={(200, _TEXT): OpenApiTypes.STR} | problems(401, 404, 503),
        examples=[_PROOF],
    )
    def get(self, request: Request, package_id: UUID) -> HttpResponseBase:
        try:
            parcel, data = fetch.take_proof(request.subject, package_id)
        except NotYet:
            return _not_yet()
        return handed_over(HttpResponse(data, content_type=_TEXT), parcel.names.proof)


@guarded_by(GET=Action.FETCH)
class AgeView(PackageFileView):
    """The age file, as a stream. It breaks off when the package ends on the way, so that fewer bytes come than were announced."""

    @extend_schema(
        operation_id="packages_age",
        parameters=_RANGES,
        responses={
            (200, _BYTES): OpenApiTypes.BINARY,
            (206, _BYTES): OpenApiTypes.BINARY,
            304: OpenApiResponse(description="As the caller has it."),
            (416, PROBLEM): OpenApiResponse(
                ProblemAnswer, "The file has no such bytes; `Content-Range` says its size."
            ),
        }
        | problems(401, 404),
    )
    def get(self, request: Request, package_id: UUID) -> HttpResponseBase:
        asked = (request.headers.get(name, "") for name in ("Range", "If-Range", "If-None-Match"))
        try:
            taken = fetch.take_age(request.subject, package_id, fetch.Wanted(*asked))
        except fetch.NoSuchBytes as error:
            return _not_there(error.size)
        return _streamed(taken)


def _not_yet() -> Response:
    body = problem(
        503, _("いまは使えません"), _("引き渡しの記録に、まだ検印がありません。少し待って、もう一度求めてください。")
    )
    return Response(body, 503, headers={"Retry-After": str(_AGAIN)}, content_type=PROBLEM)


def _not_there(size: int) -> Response:
    body = problem(416, _("ファイルにその範囲はありません"))
    return Response(body, 416, headers={"Content-Range": f"bytes */{size}"}, content_type=PROBLEM)


def _streamed(taken: fetch.Taken) -> HttpResponseBase:
    parcel, span = taken.parcel, taken.span
    if taken.sending is None:
        return HttpResponse(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": parcel.tag})
    response = on_its_way(taken.sending, _BYTES, parcel.names.age)
    if span:
        response.status_code, response["Content-Range"] = 206, span.content_range
    response["Accept-Ranges"], response["ETag"] = "bytes", parcel.tag
    return response
