"""What the addresses of the desk have in common: they run a verb on a bulletin, and tell where its revision stands then."""

from collections.abc import Callable
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.api import answers
from bulletins.models import Revision
from council.api import StrictSerializer
from council.api_schema import problems

PROBLEMS = problems(400, 401, 403, 404, 409)


def carried_out(
    request: Request, bulletin_id: UUID, verb: Callable[..., Revision], given: type[StrictSerializer]
) -> Response:
    """Runs the verb with the body's fields as its arguments, and tells where the revision stands then."""
    body = given(data=request.data)
    body.is_valid(raise_exception=True)
    revision = verb(bulletin_id, acting_user=request.user, **body.validated_data)
    return Response(answers.progress_body(request, revision))
