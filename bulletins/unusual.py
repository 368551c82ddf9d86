"""What is unusual about an audience, in sentences. Each rule follows from what was published before, or from who the readers are.

Only what the person at the desk may know of counts: what the same originator published under labels that they reach.
"""

from collections.abc import Iterable, Iterator

from allauth.mfa.models import Authenticator
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from bulletins.desk import within_reach
from bulletins.models import Bulletin, Delivery, Revision
from bulletins.preview import Audience
from council.access.facts import Subject
from council.access.tiers import Tier

MOST_NAMES = 10


def unusual_in(subject: Subject, revision: Revision, audience: Audience) -> list[str]:
    """Sentences to think about before approving or publishing; `revision.bulletin` must be loaded."""
    if not audience.people:
        return [_("いまの公開先と格付では、だれも見られません。")]
    before = _published_before(subject, revision)
    return [
        *_only_the_own_house(revision, audience),
        *_larger_than_ever(revision, audience, before),
        *_for_the_first_time(revision, audience, before),
        *_without_passkey(revision, audience),
    ]


def _published_before(subject: Subject, revision: Revision) -> QuerySet[Delivery]:
    own = Revision.unrestricted.filter(bulletin__originator=revision.bulletin.originator_id).exclude(
        bulletin=revision.bulletin
    )
    return Delivery.objects.filter(revision__in=own.filter(within_reach(subject, own)))


def _only_the_own_house(revision: Revision, audience: Audience) -> Iterator[str]:
    homes = {reader.person.organisation_id for group in audience.groups for reader in group.readers}
    if homes == {revision.bulletin.originator_id}:
        yield _("見る人は、発信元の組織の人だけです。")


def _larger_than_ever(revision: Revision, audience: Audience, before: QuerySet[Delivery]) -> Iterator[str]:
    """Against what the originator has published at this tier, counted when each was published."""
    same = before.filter(revision__tier=revision.tier).values("revision")
    sizes = list(same.annotate(people=Sum("readers"), organisations=Count("organisation")))
    most = max((size["people"] for size in sizes), default=0)
    widest = max((size["organisations"] for size in sizes), default=0)
    if most and (audience.people > most or audience.organisations > widest):
        sentence = _(
            "この格付で発信元がこれまでに公開したどの資料よりも、見る人か組織が多くなります（これまでの最大は%(organisations)d組織、%(people)d名）。"
        )
        yield sentence % {"organisations": widest, "people": most}


def _for_the_first_time(revision: Revision, audience: Audience, before: QuerySet[Delivery]) -> Iterator[str]:
    """Organisations that never got anything of this tier, or of this kind, from the originator while others did."""
    own = revision.bulletin.originator_id
    names = {group.readers[0].person.organisation_id: group.name for group in audience.groups}
    seen = set(before.values_list("organisation", "revision__tier", "bulletin__kind").distinct())
    same_tier = {pk for pk, tier, _kind in seen if tier >= revision.tier}
    same_kind = {pk for pk, _tier, kind in seen if kind == revision.bulletin.kind}
    new = {pk for pk in names if same_tier and pk not in same_tier and pk != own}
    if new:
        words = {"tier": _(Tier(revision.tier).label), "names": _listed(names[pk] for pk in new)}
        yield _("発信元から%(tier)sの資料を初めて受け取る組織があります：%(names)s") % words
    other = {pk for pk in names if same_kind and pk not in same_kind | new and pk != own}
    if other:
        words = {"kind": Bulletin.Kind(revision.bulletin.kind).label, "names": _listed(names[pk] for pk in other)}
        yield _("発信元から%(kind)sを初めて受け取る組織があります：%(names)s") % words


def _listed(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = len(ordered) - MOST_NAMES
    return _("、").join(ordered[:MOST_NAMES]) + (_("、ほか%(number)d組織") % {"number": more} if more > 0 else "")


def _without_passkey(revision: Revision, audience: Audience) -> Iterator[str]:
    """From tier two on only a session with a passkey opens it. A number and no names: it is their administrators' to help."""
    if revision.floor < Tier.TWO:
        return
    readers = {reader.person.pk for group in audience.groups for reader in group.readers}
    passkeys = Authenticator.objects.filter(user__in=readers, type=Authenticator.Type.WEBAUTHN)
    without = len(readers) - len(set(passkeys.values_list("user", flat=True)))
    if without:
        yield _("見る人のうち%(people)d名は、パスキーがまだないため、登録するまで開けません。") % {"people": without}
