"""GET /api/v1/audit/checkpoint/{log} and /api/v1/audit/tile/{log}/{path}: the logs for auditors' programs (C2SP tlog-tiles).

Witnesses need none of it: the portal brings them what they cosign.
"""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from council.access.policy import Action
from council.api import StrictSerializer, read_query
from council.api_schema import problems
from council.audit.pulling import pull_checkpoint, pull_tile
from council.audit.reading import auditor_of
from council.guard import guarded_by

_TEXT, _BYTES = "text/plain", "application/octet-stream"
# One auditor's program may keep it; whoever comes to the portal for it is written down.
_FOR_GOOD = "private, max-age=31536000, immutable"
_LOG = OpenApiParameter("log", str, OpenApiParameter.PATH, description="`tier-1`, `tier-2` or `tier-3`.")
_TILE = OpenApiParameter(
    "tile", str, OpenApiParameter.PATH, description="`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]` (C2SP tlog-tiles)."
)


class NewestAsked(StrictSerializer):
    newest = serializers.BooleanField(
        required=False, default=False, help_text="The newest checkpoint, also if no witness has cosigned it yet."
    )


class AnyType(DefaultContentNegotiation):
    """A file is what it is: callers may ask for any type."""

    def select_renderer(self, request: Request, renderers: list, format_suffix: str | None = None) -> tuple:
        return renderers[0], renderers[0].media_type


class LogFileView(APIView):
    """GET and nothing else: HEAD would leave an event of a file that nobody took."""

    http_method_names = ["get"]
    content_negotiation_class = AnyType


@guarded_by(GET=Action.READ_EVENTS)
class CheckpointView(LogFileView):
    """The signed note of the checkpoint that a quorum of witnesses has cosigned last, with their lines. For auditors."""

    @extend_schema(
        operation_id="audit_checkpoint",
        parameters=[_LOG, NewestAsked],
        responses={(200, _TEXT): OpenApiTypes.STR} | problems(400, 401, 404),
        tags=["audit"],
    )
    def get(self, request: Request, log: str) -> HttpResponse:
        reader = auditor_of(request.subject)
        asked = read_query(request, NewestAsked)
        data = pull_checkpoint(reader, log, newest=asked["newest"])
        return _file(data, f"{_TEXT}; charset=utf-8")


@guarded_by(GET=Action.READ_EVENTS)
class TileView(LogFileView):
    """A tile: 32-byte hashes, or entries behind two bytes of length. Full tiles never change. For auditors."""

    @extend_schema(
        operation_id="audit_tile",
        parameters=[_LOG, _TILE],
        responses={(200, _BYTES): OpenApiTypes.BINARY} | problems(401, 404),
        tags=["audit"],
    )
    def get(self, request: Request, log: str, tile: str) -> HttpResponse:
        pulled = pull_tile(auditor_of(request.subject), log, tile)
        response = _file(pulled.data, _BYTES)
        if pulled.full:
            response.may_be_kept = _FOR_GOOD
        return response


def _file(data: bytes, kind: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"X-Content-Type-Options": "nosniff"})
