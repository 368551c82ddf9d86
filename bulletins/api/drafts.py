"""A draft over the API: as it would be handed in, and saved by whoever names the save that they began from.

Two who change the same draft don't overwrite each other unseen: saving takes If-Match with the ETag of what was read, and is refused with
428 without one, with 412 when somebody has saved since.
"""

import hashlib
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bulletins.actions.draft import SavedSince, save_draft
from bulletins.actions.inspect import Inspected, inspect
from bulletins.actions.read import Shown
from bulletins.api import answers, examples, serializers
from bulletins.api.deeds import PROBLEMS
from bulletins.api.errors import BulletinsAPIView
from bulletins.models import Revision
from bulletins.options import named_in
from bulletins.rendition import Portion
from bulletins.scratches import Page, version_of
from council.access.facts import Subject
from council.access.policy import Action
from council.api import Conflict, PreconditionFailed, PreconditionRequired
from council.api_schema import problems
from council.guard import guarded_by
from council.templatetags.portal import jst

_IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` of the draft that the caller began from: one, and not `*`.",
)
_TAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200], description="Names this save, for this caller."
)
# What no save has.
_UNKNOWN = "unknown"


def _mark(subject: Subject, version: str) -> str:
    return hashlib.sha256(f"{subject.person} {version}".encode()).hexdigest()[:32]


def tag_of(subject: Subject, revision: Revision) -> str:
    """The strong entity tag of a save, for this person: what they see of a draft may be less than what somebody else does."""
    version = version_of(revision.saved_at)
    return f'"{version}.{_mark(subject, version)}"'


def _begun_from(request: Request) -> Page:
    """The save that the caller names; PreconditionRequired when they name none. Whether it is the newest one, the verb asks."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent or sent == "*":
        raise PreconditionRequired(
            _("If-Match に、読んだ下書きの ETag を入れてください。ほかの人の保存を知らずに消さないためです。")
        )
    version, _dot, mark = sent.removeprefix('"').removesuffix('"').rpartition(".")
    known = sent.startswith('"') and mark == _mark(request.subject, version)
    return Page(base=version if known else _UNKNOWN)


def _saved_since(since: SavedSince) -> PreconditionFailed:
    words = {"by": since.by or _("ほかの人"), "at": jst(since.at)}
    return PreconditionFailed(
        _("この下書きは、読んだあとに%(by)sが%(at)sに保存しています。取り直してから、もう一度保存してください。")
        % words
    )


@guarded_by(GET=Action.INSPECT, PUT=Action.EDIT)
class DraftView(BulletinsAPIView):
    """The newest revision as it would be handed in."""

    @extend_schema(
        operation_id="bulletins_draft_retrieve",
        parameters=[_TAG],
        responses={200: OpenApiResponse(serializers.DraftSaved, "What `PUT` takes.")} | problems(401, 404, 409),
    )
    def get(self, request: Request, bulletin_id: UUID) -> Response:
        inspected = inspect(request.subject, bulletin_id)
        if inspected.rendition is None:
            raise Conflict(_("内容の鍵を破棄したため、だれにも開けません。"))
        body = _body(request.subject, inspected)
        return Response(body, headers={"ETag": tag_of(request.subject, inspected.revision)})

    @extend_schema(
        operation_id="bulletins_draft_save",
        description="Replaces the words, labels and audience of a draft; approvals lapse. Parts that are left out are gone.",
        parameters=[_IF_MATCH, _TAG],
        request=serializers.DraftSaved,
        responses={200: answers.ProgressAnswer} | PROBLEMS | problems(412, 413, 415, 428),
        examples=[examples.SAVED_SINCE, examples.NO_VERSION],
    )
    def put(self, request: Request, bulletin_id: UUID) -> Response:
        page, given = _begun_from(request), serializers.DraftSaved(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            revision = save_draft(bulletin_id, given.draft(), page=page, acting_user=request.user)
        except SavedSince as since:
            raise _saved_since(since) from since
        body = answers.progress_body(request, revision)
        return Response(body, headers={"ETag": tag_of(request.subject, revision)})


def _body(subject: Subject, inspected: Inspected) -> dict:
    revision, named = inspected.revision, named_in(inspected.revision, subject)
    lowered = revision.floor < revision.tier
    return {
        "kind": revision.bulletin.kind,
        "title": inspected.title,
        "tier": revision.tier,
        "floor": revision.floor if lowered else None,
        "floor_title": inspected.titles[0].words.text if lowered and len(inspected.titles) > 1 else "",
        "subcommittees": revision.subcommittees,
        "caveats": revision.caveats,
        "designation": revision.designation.register_number if revision.designation else "",
        "deadline": None if revision.standard_deadline else revision.deadline,
        "standard_deadline": revision.standard_deadline,
        "released_to": {
            "organisations": named.organisations,
            "subcommittees": named.to_subcommittees,
            "people": named.people,
        },
        "parts": [_part(portion) for portion in inspected.rendition.portions],
        "nominated": named.nominated,
        "review_on": revision.review_on,
        "related": named.related,
        "change_summary": inspected.changes,
        "important": revision.important,
    }


def _part(portion: Portion[Shown]) -> dict:
    part, words = portion.content.part, portion.content.words
    said = {
        "text": words.text,
        "tier": part.tier,
        "kind": part.kind,
        "subcommittees": part.subcommittees,
        "caveats": part.caveats,
    }
    return {**said, "attachment": {"name": words.name, "keep": part.pk}} if part.stored_file else said
