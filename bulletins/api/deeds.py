"""What the addresses of the desk have in common: they run a verb on a bulletin, and tell where its revision stands then."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.actions.review import Seen
from bulletins.api import answers
from bulletins.models import Revision
from council.api import StrictSerializer
from council.api_schema import problems

Done = TypeVar("Done")
PROBLEMS = problems(400, 401, 403, 404, 409)


def carried_out(
    request: Request, bulletin_id: UUID, verb: Callable[..., Revision], given: type[StrictSerializer]
) -> Response:
    """Runs the verb with the body's fields as its arguments, and tells where the revision stands then."""
    return Response(answers.progress_body(request, _run(request, bulletin_id, verb, given)))


def carried_out_seeing(
    request: Request, bulletin_id: UUID, verb: Callable[..., Seen], given: type[StrictSerializer]
) -> Response:
    """carried_out(), with what the leak lint finds in the revision."""
    return Response(answers.seen_body(request, _run(request, bulletin_id, verb, given)))


def _run(request: Request, bulletin_id: UUID, verb: Callable[..., Done], given: type[StrictSerializer]) -> Done:
    body = given(data=request.data)
    body.is_valid(raise_exception=True)
    return verb(bulletin_id, acting_user=request.user, **body.validated_data)
