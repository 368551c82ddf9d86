"""What an approval covers: a digest over content, labels and audience. When one of them changes, the approval is void."""

import hashlib

import rfc8785

from bulletins.models import Approval, Part, Release, Revision
from council.access.facts import Role
from council.access.tiers import Tier


def digest(revision: Revision) -> str:
    """SHA-256 (hex) over the canonical form of what the revision says, under which labels, to whom. Ciphertexts stand for words:
    sealing the same words again gives other bytes, so nothing can be exchanged unseen.
    """
    parts = [
        {
            "kind": part.kind,
            "tier": part.tier,
            "subcommittees": part.subcommittees,
            "caveats": part.caveats,
            "content": hashlib.sha256(bytes(part.ciphertext)).hexdigest(),
            "file": part.stored_file,
        }
        for part in Part.unrestricted.filter(revision=revision)
    ]
    releases = sorted(
        f"{kind}:{pk}"
        for row in Release.objects.filter(revision=revision)
        for kind, pk in (("o", row.organisation_id), ("s", row.subcommittee_id), ("p", row.person_id))
        if pk
    )
    covered = {
        "bulletin": str(revision.bulletin_id),
        "revision": revision.number,
        "tier": revision.tier,
        "floor": revision.floor,
        "subcommittees": revision.subcommittees,
        "caveats": revision.caveats,
        "designation": str(revision.designation_id or ""),
        "deadline": _deadline(revision),
        "expires": revision.expires_at.isoformat() if revision.expires_at else "",
        "parts": parts,
        "audience": releases,
        **_aftercare(revision),
    }
    return hashlib.sha256(rfc8785.dumps(covered)).hexdigest()


def _aftercare(revision: Revision) -> dict[str, object]:
    """What comes after publishing. What nobody said has no key: approvals that were given before these could be said still hold."""
    said = {
        "important": revision.important,
        "review": revision.review_on.isoformat() if revision.review_on else None,
        "related": sorted(revision.related or ()) or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _deadline(revision: Revision) -> str:
    # Publishing counts the days and writes the moment: what was approved is that they are counted.
    if revision.standard_deadline:
        return "standard"
    return revision.deadline.isoformat() if revision.deadline else ""


def approvals_needed(revision: Revision) -> int:
    """Two for 重要経済安保情報, one otherwise."""
    return 2 if revision.tier == Tier.CRITICAL else 1


def approvals_held(revision: Revision, covered: str | None = None) -> int:
    """How many approvals cover the revision as it is now (`covered`: its digest, if known), by people who are still approvers.

    What somebody approved while they could see it stays approved when their clearance ends; whoever is suspended, or whose organisation
    is, or who is no approver any more, stands for nothing.
    """
    by_approvers = Approval.objects.filter(
        person__is_active=True, person__organisation__is_active=True, person__role_assignments__role=Role.APPROVER
    )
    return by_approvers.filter(revision=revision, digest=covered or digest(revision)).count()


def approvers_are_gone(revision: Revision, covered: str | None = None) -> bool:
    """Whether what is approved is still the same, and only too few of those who approved it still are approvers."""
    given = Approval.objects.filter(revision=revision, digest=covered or digest(revision)).count()
    return given >= approvals_needed(revision) > approvals_held(revision, covered)
