"""Whether a package's release stands in the audit log, from files alone (PACKAGE.md §6). Pure; the opener asks it offline."""

from dataclasses import dataclass
from typing import NamedTuple

from council.audit import cosignature
from council.audit.events import Event, Outcome
from council.audit.leaf import Field, fields_of
from council.audit.proof import Proof
from council.sealing import note
from council.sealing.errors import CannotOpen, PackageRefused, gettext_noop
from council.sealing.manifest import Manifest

NO_PROOF = gettext_noop("引き渡しの証明（.tlog-proof）がないので開けません。")
NO_LOG_KEY = gettext_noop(
    "監査ログ %(origin)s の検証鍵がお手元にないので、引き渡しの証明を確かめられません。このログの鍵を加えてください。"
)
NOT_A_LEAF = gettext_noop("証明された記録が決められた形式ではないので開けません。")
OTHER_RELEASE = gettext_noop("証明された記録の %(member)s が、このパッケージの引き渡しのものではないので開けません。")


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The keys of the logs that one believes, and of the witnesses whose cosignatures one wants to hear of."""

    logs: tuple[note.Verifier, ...]
    witnesses: tuple[cosignature.Verifier, ...] = ()


class Released(NamedTuple):
    """The release as the log has it: its place among the `size` leaves of a signed checkpoint, and who else signed that."""

    origin: str
    index: int
    size: int
    event: str
    time: str
    witnesses: tuple[cosignature.Cosigned, ...]


def check_release(data: bytes | None, manifest: Manifest, keys: LogKeys) -> Released:
    """What the proof shows. PackageRefused and NoteRefused for a proof that is missing, does not hold, or is about something else;
    CannotOpen without a key for the log that the manifest names."""
    if data is None:
        raise PackageRefused(NO_PROOF)
    verifier = next((each for each in keys.logs if each.name == manifest.log_origin), None)
    if verifier is None:
        raise CannotOpen(NO_LOG_KEY, origin=manifest.log_origin)
    proof = Proof.parse(data)
    covering = proof.check(verifier)
    fields = _leaf(proof.entry)
    _compare(fields, manifest)
    witnesses = tuple(cosignature.check(proof.note, keys.witnesses))
    return Released(
        covering.origin, proof.index, covering.size, str(fields["id"]), str(fields["time"]), witnesses
    )  # fmt: skip


def _leaf(entry: bytes) -> dict[str, Field]:
    try:
        return fields_of(entry)
    except (ValueError, RecursionError):
        raise PackageRefused(NOT_A_LEAF) from None


def _compare(fields: dict[str, Field], manifest: Manifest) -> None:
    wanted: dict[str, Field] = {
        "action": Event.PACKAGE_RELEASED,
        "outcome": Outcome.ALLOW,
        "object": manifest.package,
        "revision": manifest.revision,
        "tier": manifest.tier,
        "org": manifest.organisation,
    }
    for member, value in wanted.items():
        if fields[member] != value:
            raise PackageRefused(OTHER_RELEASE, member=member)
