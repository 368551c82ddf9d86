"""What the sign-in library asks about second factors: under which name passkeys are made, and how secrets rest.

The library keeps the secret of an app, and the seed of recovery codes, as text beside other facts. Here that text is the id of a row in
which the secret is sealed under the portal's keyring, bound to that row: a copy of the database signs nobody in.
"""

import ipaddress
from urllib.parse import urlsplit
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Value

from accounts.models import FactorSecret
from council.keys import keyring
from council.rewrapping import WrapStore
from council.sealing.envelope import Binding, Sealed, open_sealed, seal

# The library keeps the secret of an app, and the seed of codes, under these names.
_NAMES = ("secret", "seed")
TIER = 1


class FactorAdapter(DefaultMFAAdapter):
    """Passkeys belong to the portal's own address, whatever host name a request came in under."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": passkey_host(), "name": settings.COUNCIL_NAME}

    def get_totp_issuer(self) -> str:
        return settings.COUNCIL_NAME

    def encrypt(self, text: str) -> str:
        row = FactorSecret()
        with transaction.atomic():
            sealed = seal(keyring(), binding_of(row), text.encode())
            row.ciphertext, row.wrap, row.epoch = sealed.ciphertext, sealed.wrap, sealed.epoch
            row.algorithm, row.key_id = sealed.algorithm, sealed.key_id
            row.save(force_insert=True)
        return str(row.pk)

    def decrypt(self, encrypted_text: str) -> str:
        """OpeningRefused when the row was altered or its keys are retired, FactorSecret.DoesNotExist when it is gone."""
        row = FactorSecret.objects.get(pk=UUID(encrypted_text))
        sealed = Sealed(bytes(row.ciphertext), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)
        return open_sealed(keyring(), binding_of(row), sealed).decode()


def passkey_host() -> str:
    """The host of the portal's address. Browsers make no passkeys for numbers: on this machine itself it is called localhost."""
    host = urlsplit(settings.COUNCIL_URL).hostname or "localhost"
    try:
        return "localhost" if ipaddress.ip_address(host).is_loopback else host
    except ValueError:
        return host


def binding_of(row: FactorSecret) -> Binding:
    """What the secret is bound to."""
    return Binding(object=str(row.pk), revision=0, part=0, tier=TIER, subcommittees=(), purpose="factor")


def delete_factors(rows: QuerySet[Authenticator]) -> int:
    """Deletes these factors and what they rested on, in the transaction of the caller; how many factors. Nothing else deletes any."""
    kept = [held[name] for held in rows.values_list("data", flat=True) for name in _NAMES if name in held]
    FactorSecret.objects.filter(pk__in=kept).delete()
    return rows.delete()[0]


def _rows() -> QuerySet[FactorSecret]:
    return FactorSecret.objects.defer("ciphertext").annotate(tier=Value(TIER))


STORES = (WrapStore("factor secrets", FactorSecret, _rows, binding_of, tier="tier"),)
