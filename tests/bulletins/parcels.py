"""Packages for tests: organisations with keys in use, and a package written to a folder and opened as its recipient would."""

from datetime import timedelta
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import KeyHolder, Organisation, RecipientKey, User
from bulletins.models import Package, PackageSeal
from council.audit import log_keys, signer_state
from council.audit.checkpoint import Checkpoint
from council.audit.release import LogKeys
from council.package_signing import signer
from council.sealing.age_keys import Identity, Kind, fingerprint, generate_identity
from council.sealing.manifest import file_names
from council.sealing.opening import Holder, Opened, open_package
from council.sealing.versions import Versions


def key(of: Organisation, *holders: User, kind: Kind = Kind.CLASSIC, days: int = -1) -> Identity:
    """A key of the organisation, usable from so many days from now, with its holders; the identity that opens it."""
    identity = generate_identity(kind)
    recipient, now = identity.recipient, timezone.now()
    row = RecipientKey.objects.create(
        organisation=of, kind=kind.value, public=recipient.public, fingerprint=fingerprint(recipient),
        registered_at=now, proved_at=now, usable_from=now + timedelta(days=days),
    )  # fmt: skip
    KeyHolder.objects.bulk_create([KeyHolder(key=row, person=person) for person in holders])
    return identity


def package(of: Organisation) -> Package:
    """The newest package of the organisation, whatever its state."""
    return Package.objects.filter(organisation=of).order_by("-version", "-queued_at").first()


def write(package: Package, folder: Path) -> Path:
    """The folder with the files of a released package, as its recipient has them."""
    seal = PackageSeal.objects.select_related("payload").get(package=package)
    names = file_names(str(package.pk))
    folder.mkdir(parents=True)
    (folder / names.manifest).write_bytes(seal.manifest)
    (folder / names.signature).write_bytes(seal.signature)
    with default_storage.open(seal.payload.stored_file) as payload:
        (folder / names.age).write_bytes(bytes(seal.header) + payload.read())
    return folder


def opened(package: Package, identity: Identity, folder: Path) -> Opened:
    """The package opened into folder/out with the stand-alone opener's own steps."""
    holder = Holder((identity,), (signer().verifier,), str(package.organisation_id))
    return open_package(write(package, folder / "in"), holder, Versions(folder / "opened"), folder / "out")


def text(package: Package, identity: Identity, folder: Path) -> str:
    """What bulletin.md inside says."""
    opened(package, identity, folder)
    return (folder / "out" / "bulletin.md").read_text("utf-8")


def own_log_keys() -> LogKeys:
    """What somebody holds who trusts the logs of the portal under test."""
    return LogKeys(tuple(log_keys.verifiers(tier)[0] for tier in log_keys.TIERS))


def refuse_to_sign() -> None:
    """The logs have signed more than the database holds, so that their signer says no more: as after an old backup was put back."""
    for tier in log_keys.TIERS:
        longer = Checkpoint(log_keys.origin(tier), 1_000_000, bytes(32))
        signer_state.advance(longer, lambda size: [], begun=False)
