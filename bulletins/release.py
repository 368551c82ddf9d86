"""The one writer of grants and listings. Both change in the transaction that publishes or closes a bulletin, never apart."""

import json
from collections.abc import Iterable

from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import User
from bulletins.models import AudienceClass, Bulletin, GroupGrant, Listing, PersonGrant, Release, Revision
from council.access.tiers import Tier

PERMISSION = "bulletins.read_bulletin"


def _class_for(revision: Revision, *, group: int | None = None, person: User | None = None) -> AudienceClass:
    designation = revision.designation if revision.floor == Tier.CRITICAL else None
    needed = sorted(revision.subcommittees)
    parts = [group, person and str(person.pk), revision.floor, needed, designation and str(designation.pk)]
    fields = {
        "group_id": group,
        "person": person,
        "floor": revision.floor,
        "subcommittees": needed,
        "designation": designation,
    }
    return AudienceClass.objects.get_or_create(key=json.dumps(parts, separators=(",", ":")), defaults=fields)[0]


def grant(bulletin: Bulletin, releases: Iterable[Release]) -> None:
    """Makes guardian's grants those of the releases, and no others."""
    revoke(bulletin)
    for release in releases:
        assign_perm(PERMISSION, release.group or release.person, bulletin)


def revoke(bulletin: Bulletin) -> None:
    """Takes back every grant on the bulletin."""
    for row in PersonGrant.objects.filter(content_object=bulletin).select_related("user"):
        remove_perm(PERMISSION, row.user, bulletin)
    for row in GroupGrant.objects.filter(content_object=bulletin).select_related("group"):
        remove_perm(PERMISSION, row.group, bulletin)


def listings_for(revision: Revision) -> list[Listing]:
    """The listings that follow from the grants and the label of a published revision, unsaved."""
    bulletin = revision.bulletin
    classes = [
        *(
            _class_for(revision, person=row.user)
            for row in PersonGrant.objects.filter(content_object=bulletin).select_related("user")
        ),
        *(_class_for(revision, group=row.group_id) for row in GroupGrant.objects.filter(content_object=bulletin)),
    ]
    return [
        Listing(
            audience=audience,
            bulletin=bulletin,
            kind=bulletin.kind,
            published_at=revision.published_at,
            expires_at=revision.expires_at,
            deadline=revision.deadline,
        )
        for audience in classes
    ]


def list_anew(revision: Revision) -> None:
    """Replaces the bulletin's listings by those that follow from its served revision."""
    unlist(revision.bulletin)
    Listing.objects.bulk_create(listings_for(revision))


def unlist(bulletin: Bulletin) -> None:
    """Takes the bulletin out of every list."""
    Listing.objects.filter(bulletin=bulletin).delete()
