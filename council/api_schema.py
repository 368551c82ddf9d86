"""What every operation of the OpenAPI description shares: the shape of problems, and the cursor."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from council.api import PROBLEM

_MEANINGS = {
    400: "Something that was sent can't be taken; `errors` names each fault.",
    401: "No valid session or token came with the request.",
    403: "The caller may know of this but not do it; `detail` says why.",
    404: "Not there, or not there for this caller: the two can't be told apart.",
    409: "Not possible in the present state; `detail` says what to do instead.",
    412: "It was saved since; `detail` says by whom and when. Get it again.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The idempotency key was used before with another request.",
    428: "`If-Match` has to name the `ETag` that the caller began from.",
    503: "Not ready at the moment; `Retry-After` says in how many seconds to ask again.",
}
CURSOR = OpenApiParameter("cursor", str, description="An opaque position, as it stands in `next`.")


class FaultAnswer(serializers.Serializer):
    """One fault: `pointer` (RFC 6901) into the body, or `parameter` of the address."""

    pointer = serializers.CharField(required=False)
    parameter = serializers.CharField(required=False)
    detail = serializers.CharField()


class ProblemAnswer(serializers.Serializer):
    """A problem document (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    errors = FaultAnswer(many=True, required=False)
    instance = serializers.CharField(required=False, help_text="`urn:request:…`; never part of a 404.")


def problems(*codes: int) -> dict[tuple[int, str], OpenApiResponse]:
    """The problem answers of an operation, for extend_schema(responses={…} | problems(401, 404))."""
    return {(code, PROBLEM): OpenApiResponse(ProblemAnswer, _MEANINGS[code]) for code in codes}
