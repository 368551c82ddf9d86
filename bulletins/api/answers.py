"""What the API gives: each body is made here, from what passed the door, beside the serializer that describes it."""

from django.http import HttpRequest
from rest_framework import serializers

from accounts.models import Organisation
from bulletins.acknowledged import Standing
from bulletins.actions.history import Past
from bulletins.actions.inspect import Inspected
from bulletins.actions.read import Opened, Shown
from bulletins.actions.review import Seen
from bulletins.answering import own_of
from bulletins.api.choices import BulletinKind, OwnState, RevisionState, TierShown
from bulletins.api.part_answers import (
    LabelAnswer,
    NamedAnswer,
    Names,
    PartAnswer,
    label_body,
    parts_inspected,
    parts_read,
    url_of,
)
from bulletins.api.replies import SaidAnswer, said_body
from bulletins.approval import approvals_held, approvals_needed
from bulletins.browse import Row, subcommittee_names
from bulletins.models import Bulletin, Receipt, Revision
from bulletins.rendition import Rendition
from council.access.facts import Label, Subject


class ReceiptAnswer(serializers.Serializer):
    """Opened and acknowledged: two facts."""

    opened_at = serializers.DateTimeField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class OwnAnswer(ReceiptAnswer):
    """Where the caller stands with the revision."""

    state = OwnState()


class BulletinAnswer(serializers.Serializer):
    """What a list shows of a bulletin."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    kind = BulletinKind()
    title = serializers.CharField()
    originator = NamedAnswer()
    revision = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True)
    deadline = serializers.DateTimeField(allow_null=True)
    label = LabelAnswer()


class RowAnswer(BulletinAnswer):
    own = OwnAnswer()
    url = serializers.URLField()


class ListAnswer(serializers.Serializer):
    """A page of a list, without any total."""

    results = RowAnswer(many=True)
    next = serializers.URLField(allow_null=True)


class ApprovalsAnswer(serializers.Serializer):
    held = serializers.IntegerField()
    needed = serializers.IntegerField()


class AudienceAnswer(serializers.Serializer):
    people = serializers.IntegerField()
    organisations = serializers.IntegerField()


class DeskAnswer(serializers.Serializer):
    """What the desk is shown besides: what an approval covers, how many there are, and who would read it."""

    author = NamedAnswer()
    digest = serializers.CharField()
    approvals = ApprovalsAnswer()
    audience = AudienceAnswer()
    standard_deadline = serializers.BooleanField()


class DetailAnswer(BulletinAnswer):
    """The rendition for the caller; `deadline` is their organisation's own. `own` is null on the desk, `desk` for readers."""

    state = RevisionState()
    expires_at = serializers.DateTimeField(allow_null=True)
    parts = PartAnswer(many=True)
    own = OwnAnswer(allow_null=True)
    answers = SaidAnswer(many=True, help_text="of the caller's organisation on this revision, oldest first")
    desk = DeskAnswer(allow_null=True)


class ProgressAnswer(serializers.Serializer):
    """Where a revision stands after a verb of the desk."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    kind = BulletinKind()
    revision = serializers.IntegerField()
    state = RevisionState()
    approvals = ApprovalsAnswer()
    scheduled_for = serializers.DateTimeField(allow_null=True, help_text="when it is going to be published by itself")
    review_on = serializers.DateField(allow_null=True, help_text="looked at again then")
    url = serializers.URLField()


class FindingAnswer(serializers.Serializer):
    """Words that may tell more than their author means to: in which part they stand, and why they are asked about."""

    code = serializers.CharField()
    where = serializers.CharField()
    words = serializers.CharField()
    why = serializers.CharField()


class SeenAnswer(ProgressAnswer):
    """Where a revision stands, and what may tell too much in it. Nothing of it stops a program; the desk's page says it to the approver."""

    findings = FindingAnswer(many=True)
    unread = serializers.ListField(
        child=serializers.CharField(), help_text="names of files that could not be looked into"
    )


class RevisionAnswer(serializers.Serializer):
    """One revision as the desk lists it."""

    revision = serializers.IntegerField()
    state = RevisionState()
    tier = TierShown()
    change_summary = serializers.CharField()
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    scheduled_for = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    review_on = serializers.DateField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class RevisionsAnswer(serializers.Serializer):
    results = RevisionAnswer(many=True)
    next = serializers.URLField(allow_null=True)


def _named(row: Organisation) -> dict:
    return {"id": row.pk, "name": row.name}


def receipt_body(receipt: Receipt | Standing | None) -> dict:
    return {
        "opened_at": receipt.opened_at if receipt else None,
        "acknowledged_at": receipt.acknowledged_at if receipt else None,
    }


def _own(receipt: Standing | None) -> dict:
    times = receipt_body(receipt)
    state = "acknowledged" if times["acknowledged_at"] else "opened" if times["opened_at"] else "unread"
    return {"state": state, **times}


def _head(bulletin: Bulletin, revision: Revision, title: str, banner: Label, names: Names) -> dict:
    return {
        "id": bulletin.pk,
        "reference": bulletin.reference,
        "kind": bulletin.kind,
        "title": title,
        "originator": _named(bulletin.originator),
        "revision": revision.number,
        "published_at": revision.published_at,
        "deadline": revision.deadline,
        "label": label_body(banner, names),
    }


def row_body(request: HttpRequest, row: Row, names: Names) -> dict:
    head = _head(row.bulletin, row.bulletin.served, row.title, row.banner, names)
    return {**head, "own": _own(row.receipt), "url": url_of(request, "bulletin", row.bulletin.pk)}


def _title(rendition: Rendition[Shown], bulletin: Bulletin) -> str:
    return rendition.title.content.words.text if rendition.title else bulletin.reference


def opened_body(request: HttpRequest, subject: Subject, opened: Opened) -> dict:
    """The detail for a reader."""
    bulletin, shown, names = opened.bulletin, opened.rendition, subcommittee_names(subject)
    organisation = own_of(subject, bulletin, opened.facts)
    return {
        **_head(bulletin, bulletin.served, _title(shown, bulletin), shown.banner, names),
        "state": bulletin.served.state,
        "expires_at": bulletin.served.expires_at,
        "parts": parts_read(request, subject, opened, names),
        "deadline": organisation.deadline,
        "own": _own(opened.receipt),
        "answers": [said_body(each) for each in organisation.answers],
        "desk": None,
    }


def inspected_body(request: HttpRequest, subject: Subject, inspected: Inspected) -> dict:
    """The detail for the desk, which works on the text whatever its caveats say; without parts once its keys are destroyed."""
    revision, names = inspected.revision, subcommittee_names(subject)
    bulletin, whole = revision.bulletin, inspected.rendition
    portions = whole.portions if whole else ()
    banner = whole.banner if whole else inspected.facts.banner
    return {
        **_head(bulletin, revision, inspected.title or bulletin.reference, banner, names),
        "state": revision.state,
        "expires_at": revision.expires_at,
        "parts": parts_inspected(request, bulletin.pk, portions, names),
        "own": None,
        "answers": [],
        "desk": {
            "author": {"id": revision.author_id, "name": revision.author.name},
            "digest": inspected.digest,
            "approvals": _approvals(revision),
            "audience": {"people": inspected.audience.people, "organisations": inspected.audience.organisations},
            "standard_deadline": revision.standard_deadline,
        },
    }


def _approvals(revision: Revision) -> dict:
    return {"held": approvals_held(revision), "needed": approvals_needed(revision)}


def progress_body(request: HttpRequest, revision: Revision) -> dict:
    bulletin = revision.bulletin
    return {
        "id": bulletin.pk,
        "reference": bulletin.reference,
        "kind": bulletin.kind,
        "revision": revision.number,
        "state": revision.state,
        "approvals": _approvals(revision),
        "scheduled_for": revision.scheduled_for,
        "review_on": revision.review_on,
        "url": url_of(request, "bulletin", bulletin.pk),
    }


def seen_body(request: HttpRequest, seen: Seen) -> dict:
    found = [
        {"code": each.code, "where": each.where, "words": each.words, "why": each.why} for each in seen.cautions.found
    ]
    return {**progress_body(request, seen.revision), "findings": found, "unread": list(seen.cautions.unread)}


def revision_body(past: Past) -> dict:
    revision = past.revision
    return {
        "revision": revision.number,
        "state": revision.state,
        "tier": revision.tier,
        "change_summary": past.changes,
        "created_at": revision.created_at,
        "submitted_at": revision.submitted_at,
        "scheduled_for": revision.scheduled_for,
        "published_at": revision.published_at,
        "review_on": revision.review_on,
        "closed_at": revision.closed_at,
    }
