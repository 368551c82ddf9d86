"""Releasing queued packages: the last question is asked, header, manifest and signature are made, and all of it commits at once.

An organisation's package holds the parts that *every* holder of its key may take out of the portal (Action.FETCH). That is asked in the
transaction that releases; whoever fetches the package is asked for themselves, each time (bulletins.packages). Every function may run
again at any moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.keys_in_use import KeyInUse, in_use
from accounts.subject import subjects_of
from bulletins import facts, payloads
from bulletins.models import Package, PackageSeal, Part, Payload, Revision
from bulletins.packing import contents_of, not_after
from bulletins.rendition import Rendition, compose
from council.access import facts as known
from council.access.facts import Label, State, Subject
from council.access.policy import Action, Reason, decide
from council.audit.events import Event, Outcome
from council.audit.record import Entry, record_many
from council.failpoints import passing
from council.package_signing import leave_vkeys, log_origin, signer
from council.sealing.age import seal_header
from council.sealing.age_keys import Kind, Recipient
from council.sealing.note import Signer
from council.sealing.package import build_manifest, sign_manifest

# So many packages are released in one transaction: enough to be fast, few enough that nobody waits for its locks.
BATCH = 500
NO_KEY = "no_key"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one organisation gets: a rendition under its key, or the reason why it gets none."""

    key: KeyInUse | None = None
    rendition: Rendition[Part] | None = None
    parts: str = ""
    reason: str = ""


class Judge:
    """Decides for the organisations of one batch, on facts gathered in the batch's own transaction."""

    def __init__(self, revision: Revision, about: known.Bulletin, organisations: Iterable[UUID]) -> None:
        self._about = about
        parts = Part.unrestricted.filter(revision=revision).select_related("revision").defer("ciphertext")
        self._portions = [facts.portion_of(part) for part in parts]
        self._keys = in_use(organisations, timezone.now())
        self._subjects = subjects_of({holder for key in self._keys.values() for holder in key.holders})
        self._renditions: dict[tuple[int, ...], tuple[Rendition[Part] | None, str]] = {}

    def verdict(self, organisation: UUID) -> Verdict:
        key = self._keys.get(organisation)
        if key is None:
            return Verdict(reason=NO_KEY)
        holders = [self._subjects[holder.pk] for holder in key.holders]
        refused = self._refused(organisation, holders)
        if refused:
            return Verdict(key, reason=refused)
        rendition, parts = self._rendition(holders)
        # A package without a body would tell that there is one.
        return Verdict(key, rendition, parts) if rendition else Verdict(key, reason=str(Reason.CAVEAT))

    def _refused(self, organisation: UUID, holders: list[Subject]) -> str:
        if not holders:
            return "no_holder"
        for holder in holders:
            if holder.organisation != str(organisation):
                return str(Reason.NOT_INVOLVED)
            decision = decide(holder, Action.FETCH, self._about)
            if not decision:
                return str(decision.reason)
        return ""

    def _rendition(self, holders: list[Subject]) -> tuple[Rendition[Part] | None, str]:
        allowed: dict[Label, bool] = {}
        for portion in self._portions:
            if portion.label not in allowed:
                part = known.Part(self._about, portion.label)
                allowed[portion.label] = all(decide(holder, Action.FETCH, part) for holder in holders)
        seen = tuple(place for place, portion in enumerate(self._portions) if allowed[portion.label])
        if seen not in self._renditions:
            rendition = compose([self._portions[place] for place in seen], self._about)
            self._renditions[seen] = (rendition, payloads.parts_of(rendition)) if rendition.portions else (None, "")
        return self._renditions[seen]


def release_some(revision_id: UUID) -> tuple[int, list[Rendition[Part]]]:
    """Releases one batch of a revision's queued packages: how many are settled, and the renditions whose payload is still to be made.

    Locks the packages, asks decide() on facts read under that lock, writes header, manifest, signature, event and state, and commits:
    all of it or nothing. Rows that another worker holds are left to it.
    """
    with transaction.atomic():
        packages = list(
            Package.objects.select_for_update(skip_locked=True)
            .filter(revision=revision_id, state=Package.State.QUEUED)
            .order_by("pk")[:BATCH]
        )
        if not packages:
            return 0, []
        passing("seal.batch_locked")
        settled, missing = _settle(packages)
        passing("seal.batch_written")
    passing("seal.batch_committed")
    return settled, missing


def _settle(packages: list[Package]) -> tuple[int, list[Rendition[Part]]]:
    bulletin, about = facts.served(packages[0].bulletin_id)
    revision = bulletin.served if bulletin else None
    if revision is None or revision.pk != packages[0].revision_id or about.state is not State.PUBLISHED:
        _mark(packages, Package.State.CLOSED, closed_at=timezone.now())
        return len(packages), []
    judge = Judge(revision, about, [package.organisation_id for package in packages])
    verdicts = {package: judge.verdict(package.organisation_id) for package in packages}
    wanted = {verdict.parts: verdict.rendition for verdict in verdicts.values() if verdict.rendition}
    made = {row.parts: row for row in Payload.objects.filter(revision=revision, parts__in=wanted, destroyed_at=None)}
    ready = {package: verdict for package, verdict in verdicts.items() if verdict.parts in made}
    _release(revision, ready, made)
    settled = len(ready) + _withhold(revision, {p: v for p, v in verdicts.items() if not v.rendition})
    return settled, [rendition for parts, rendition in wanted.items() if parts not in made]


def _release(revision: Revision, ready: dict[Package, Verdict], made: dict[str, Payload]) -> None:
    if not ready:
        return
    now, by = timezone.now(), signer()
    keys = {parts: payloads.file_key_of(row, revision) for parts, row in made.items()}
    # Once a tier: the name of a log is asked of the database.
    logs = {tier: log_origin(tier) for tier in {row.tier for row in made.values()}}
    seals = [_seal(package, verdict, revision, made, keys, by, logs) for package, verdict in ready.items()]
    entries = [
        Entry(
            str(package.organisation_id), object=str(package.pk), revision=revision.number,
            tier=made[verdict.parts].tier,
            detail={"bulletin": str(package.bulletin_id), "version": package.version, "key": verdict.key.fingerprint},
        )
        for package, verdict in ready.items()
    ]  # fmt: skip
    for seal, event in zip(seals, record_many(Event.PACKAGE_RELEASED, entries, actor=None), strict=True):
        seal.event = event.pk
    PackageSeal.objects.bulk_create(seals, batch_size=500)
    _mark(ready, Package.State.RELEASED, released_at=now, reason="")


def _seal(
    package: Package,
    verdict: Verdict,
    revision: Revision,
    made: dict[str, Payload],
    keys: dict[str, bytes],
    by: Signer,
    logs: Mapping[int, str],
) -> PackageSeal:
    payload, key = made[verdict.parts], verdict.key
    header = seal_header(keys[verdict.parts], Recipient(Kind(key.kind), key.public))
    manifest = build_manifest(
        contents_of(revision, verdict.rendition),
        package=str(package.pk),
        version=package.version,
        organisation=str(package.organisation_id),
        recipient_fingerprint=key.fingerprint,
        header=header,
        payload_sha256=payload.sha256,
        not_after=not_after(revision, verdict.rendition),
        log_origin=logs[payload.tier],
    )
    return PackageSeal(
        package=package, payload=payload, key_id=key.id, header=header, manifest=manifest,
        signature=sign_manifest(manifest, by),
    )  # fmt: skip


def _withhold(revision: Revision, refused: dict[Package, Verdict]) -> int:
    """Says of each package why it is not made; the log has it too."""
    for reason in {verdict.reason for verdict in refused.values()}:
        packages = [package for package, verdict in refused.items() if verdict.reason == reason]
        state = Package.State.NO_KEY if reason == NO_KEY else Package.State.WITHHELD
        _mark(packages, state, reason=reason)
        entries = [
            Entry(
                str(package.organisation_id), object=str(package.pk), revision=revision.number, tier=revision.tier,
                outcome=Outcome.DENY, reason=reason, detail={"bulletin": str(package.bulletin_id)},
            )
            for package in packages
        ]  # fmt: skip
        record_many(Event.PACKAGE_WITHHELD, entries, actor=None)
    return len(refused)


def _mark(packages: Iterable[Package], state: str, **facts: object) -> None:
    Package.objects.filter(pk__in=[package.pk for package in packages]).update(state=state, **facts)


def distribute(revision_id: UUID) -> int:
    """Settles every queued package of the revision, making payloads on the way; how many were settled."""
    leave_vkeys()
    revision = Revision.unrestricted.select_related("bulletin__originator").filter(pk=revision_id).first()
    total = 0
    while revision is not None:
        settled, missing = release_some(revision_id)
        total += settled
        made = [payloads.make(revision, rendition) for rendition in missing]
        if not settled and not any(made):
            break
    return total
