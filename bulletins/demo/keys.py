"""Keys for the demo council, made at run time. Their identities lie in the folder of the deployment, so that visitors can open packages;
a real organisation makes its own, and the portal never sees it.
"""

from dataclasses import replace
from pathlib import Path

from django.conf import settings

from bulletins.world_file import World
from council.environment import private_folder
from council.package_signing import vkey
from council.sealing.age_keys import Identity, Kind, generate_identity

# Who has a key, and of which kind. 霧ヶ浜造船 has none: the board shows what that looks like.
KINDS = {
    **dict.fromkeys(
        ("suirei", "hoshimino", "kikyodai", "wakakusa", "shinonome", "chihaya", "shiomi", "soken"), Kind.HYBRID
    ),
    **dict.fromkeys(("yunagi", "shirasagi"), Kind.CLASSIC),
}


def folder() -> Path:
    """Where the identities lie, one 0600 file for each organisation."""
    return private_folder(settings.COUNCIL_DATA / "demo-keys")


def _identity(key: str, name: str, kind: Kind) -> Identity:
    """The identity of the organisation; the same one in the next run, so that a demo that was interrupted goes on."""
    path = folder() / f"{key}.txt"
    if path.is_file():
        return Identity.parse(path.read_text("utf-8").split()[-1])
    identity = generate_identity(kind)
    lines = [f"# {name}（見本の識別鍵）", f"# public key: {identity.recipient}", f"# vkey: {vkey()}", identity.text()]
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return identity


def with_recipients(world: World) -> World:
    """The world with a recipient for each organisation that is to have a key."""
    organisations = [
        replace(spec, recipient=str(_identity(spec.key, spec.name, KINDS[spec.key]).recipient))
        if spec.key in KINDS
        else spec
        for spec in world.organisations
    ]
    return replace(world, organisations=type(world.organisations)(organisations))
