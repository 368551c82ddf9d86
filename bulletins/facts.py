"""From rows to the facts that decide() is told, in the same number of queries whether the bulletin exists or not."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from accounts.models import Designation
from bulletins.models import Approval, Bulletin, GroupGrant, Nomination, Part, PersonGrant, Release, Revision
from bulletins.rendition import Portion
from council.access import caveats, facts
from council.access.facts import Audience, Label, State
from council.access.tiers import Tier


def label_of(row: Part) -> Label:
    """The label of a part."""
    return Label(Tier(row.tier), frozenset(row.subcommittees), caveats.parse_all(row.caveats))


def portion_of(part: Part) -> Portion[Part]:
    """The part as renditions take it, still sealed."""
    return Portion(part.kind == Part.Kind.TITLE, label_of(part), part, part.kind == Part.Kind.CHANGES)


def designation_facts(row: Designation | None) -> facts.Designation | None:
    """The facts of a designation row; None stays None. What was lifted or written down as over stays so, wherever the clock goes."""
    if row is None:
        return None
    over = row.designated_on if row.cancelled_on or row.lapsed_on else None
    return facts.Designation(str(row.pk), str(row.agency_id), row.designated_on, row.expires_on, over)


def revision_facts(revision: Revision, released_to: Audience) -> facts.Bulletin:
    """The facts of a revision (its bulletin and designation must be loaded) for the given audience."""
    own, marks = frozenset(revision.subcommittees), caveats.parse_all(revision.caveats)
    return facts.Bulletin(
        state=State(revision.state),
        floor=Label(Tier(revision.floor), own, marks),
        banner=Label(Tier(revision.tier), frozenset(revision.all_subcommittees), marks),
        originator=str(revision.bulletin.originator_id),
        author=str(revision.author_id),
        designation=designation_facts(revision.designation),
        released_to=released_to,
        expires_at=revision.expires_at,
    )


def with_what_goes(about: facts.Bulletin, bulletin_id: UUID) -> facts.Bulletin:
    """The facts for whoever wants to destroy the bulletin: with the caveats of every revision and every part (one query)."""
    rows = Part.unrestricted.filter(revision__bulletin=bulletin_id).order_by()
    found = {word for own, whole in rows.values_list("caveats", "revision__caveats") for word in (*own, *whole)}
    return replace(about, marks=caveats.parse_all(sorted(found)))


def may_be_reused(revision: Revision) -> bool:
    """Whether no caveat of the revision, or of a part of it, keeps its words out of other bulletins (one query)."""
    rows = Part.unrestricted.filter(revision=revision).order_by().values_list("caveats", flat=True)
    marks = caveats.parse_all([*revision.caveats, *(word for own in rows for word in own)])
    return caveats.Path.REUSE not in caveats.closed(marks)


def granted(bulletin_id: UUID) -> Audience:
    """To whom the bulletin is released, from guardian's two tables (two queries)."""
    people = PersonGrant.objects.filter(content_object=bulletin_id).values_list("user_id", flat=True)
    groups = GroupGrant.objects.filter(content_object=bulletin_id).values_list("group_id", flat=True)
    return Audience(frozenset(map(str, people)), frozenset(groups))


def granted_all(bulletins: Collection[UUID]) -> dict[UUID, Audience]:
    """granted() for many bulletins, in the same two queries."""
    people: dict[UUID, set[str]] = {pk: set() for pk in bulletins}
    groups: dict[UUID, set[int]] = {pk: set() for pk in bulletins}
    for pk, person in PersonGrant.objects.filter(content_object__in=bulletins).values_list("content_object", "user_id"):
        people[pk].add(str(person))
    for pk, group in GroupGrant.objects.filter(content_object__in=bulletins).values_list("content_object", "group_id"):
        groups[pk].add(group)
    return {pk: Audience(frozenset(people[pk]), frozenset(groups[pk])) for pk in bulletins}


def planned(revision: Revision) -> Audience:
    """To whom the revision is going to be released (one query)."""
    people, groups = set(), set()
    for release in Release.objects.filter(revision=revision).select_related("organisation", "subcommittee"):
        holder = release.organisation or release.subcommittee
        if holder:
            groups.add(holder.group_id)
        else:
            people.add(str(release.person_id))
    return Audience(frozenset(people), frozenset(groups))


def served(bulletin_id: UUID, *, lock: bool = False) -> tuple[Bulletin | None, facts.Bulletin | None]:
    """The bulletin and the facts of the revision that readers get; three queries, also for an id that was never used."""
    if lock:
        Bulletin.unrestricted.select_for_update().filter(pk=bulletin_id).first()
    bulletin = (
        Bulletin.unrestricted.select_related("originator", "served__designation", "served__bulletin")
        .filter(pk=bulletin_id)
        .first()
    )
    audience = granted(bulletin_id)
    if bulletin is None or bulletin.served is None:
        return None, None
    return bulletin, revision_facts(bulletin.served, audience)


def on_the_desk(bulletin_id: UUID, *, lock: bool = False) -> tuple[Revision | None, facts.Bulletin | None]:
    """The newest revision and its facts for the desk. With `lock` the bulletin's row is held until the transaction ends."""
    if lock:
        Bulletin.unrestricted.select_for_update().filter(pk=bulletin_id).first()
    revision = (
        Revision.unrestricted.select_related("bulletin__originator", "bulletin__served", "designation", "author")
        .filter(bulletin=bulletin_id)
        .order_by("-number")
        .first()
    )
    if revision is None:
        return None, None
    involved = replace(
        revision_facts(revision, planned(revision)),
        nominated=frozenset(map(str, Nomination.objects.filter(revision=revision).values_list("person_id", flat=True))),
        approved_by=frozenset(map(str, Approval.objects.filter(revision=revision).values_list("person_id", flat=True))),
    )
    return revision, involved
