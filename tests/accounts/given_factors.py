"""An authenticator in software, and people who sign in with it, as browsers and authenticators do (WebAuthn Level 3, §6)."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from itertools import count

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.actions import factors
from accounts.models import User
from accounts.strength import Proof
from tests import cast

SIGN_IN, SECOND, CONFIRM, PASSKEY, APP = (
    "/sign-in/passkey/", "/sign-in/code/", "/sign-in/confirm/", "/me/factors/passkey/", "/me/factors/app/",
)  # fmt: skip
_PRESENT, _VERIFIED, _NEW = 0x01, 0x04, 0x40
_names = count(1)


@dataclass
class Key:
    """One passkey. `verifies`: whether it asks for a finger or a number, as it is told to."""

    origin: str = "http://testserver"
    verifies: bool = True
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    handle: str = ""

    def made(self, options: dict) -> str:
        """What the browser sends after navigator.credentials.create()."""
        self.handle = options["user"]["id"]
        known = AttestedCredentialData.create(
            Aaguid(bytes(16)), self.id, ES256.from_cryptography_key(self.private.public_key())
        )
        data = AuthenticatorData.create(_hash(options["rp"]["id"]), self._flags() | _NEW, 0, known)
        client = self._client("webauthn.create", options)
        told = {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        }
        return self._credential(told, credProps={"rk": True})

    def shown(self, options: dict) -> str:
        """What the browser sends after navigator.credentials.get()."""
        data = AuthenticatorData.create(_hash(options["rpId"]), self._flags(), 0)
        client = self._client("webauthn.get", options)
        signature = self.private.sign(bytes(data) + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        told = {
            "clientDataJSON": websafe_encode(client), "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature), "userHandle": self.handle,
        }  # fmt: skip
        return self._credential(told)

    def _flags(self) -> int:
        return _PRESENT | (_VERIFIED if self.verifies else 0)

    def _client(self, kind: str, options: dict) -> bytes:
        return bytes(CollectedClientData.create(kind, options["challenge"], self.origin))

    def _credential(self, response: dict, **extensions: object) -> str:
        name = websafe_encode(self.id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": extensions,
            }
        )


def _hash(relying_party: str) -> bytes:
    return hashlib.sha256(relying_party.encode()).digest()


def options(client: Client, url: str) -> dict:
    """What the page's script asks for before it calls the authenticator."""
    return client.get(url, headers={"X-Requested-With": "XMLHttpRequest"}).json()["options"]["publicKey"]


def passkey(client: Client, key: Key | None = None, **more: str) -> Key:
    """A passkey added by whoever is signed in with this client."""
    key = key or Key()
    answer = client.post(
        PASSKEY, {"name": f"端末{next(_names)}", "credential": key.made(options(client, PASSKEY)), **more}
    )
    assert answer.status_code in (200, 302), answer.text
    return key


def holder(person: User) -> Key:
    """The person has a passkey, added in a session that is over, and known to be theirs."""
    client = Client()
    client.force_login(person)
    key = passkey(client)
    User.objects.filter(pk=person.pk).update(unconfirmed_since=None)
    return key


def by_password(client: Client, person: User, code: str = "") -> Client:
    client.post("/sign-in/", {"login": person.email, "password": cast.PASSWORD, "code": code})
    return client


def by_passkey(client: Client, key: Key, **more: str) -> object:
    return client.post(SIGN_IN, {"credential": key.shown(options(client, SIGN_IN)), **more})


def confirmed(client: Client, key: Key, **more: str) -> object:
    return client.post(CONFIRM, {"credential": key.shown(options(client, CONFIRM)), **more})


def code_of(secret: str, *, later: int = 0) -> str:
    """The code that an app shows now, or so many steps later."""
    counter = list(totp.yield_hotp_counters_from_time())[1] + later
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def with_app(person: User) -> str:
    """The person has an authenticator app; its secret."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(person, secret)
    return secret


def by_code(client: Client, person: User, secret: str) -> Client:
    """Signed in by password and code: as far as the fallback reaches."""
    return by_password(client, person, code_of(secret))


def _held(person: User) -> Authenticator:
    return Authenticator.objects.filter(user=person, type="webauthn").latest("pk")


# For tests/accounts/test_events_of_verbs.py: a credential is checked before the verb, which keeps it.
PREPARED = {
    "make_codes": lambda w: with_app(w.reader_two),
    "rename_passkey": lambda w: _kept(w.reader_two),
    "remove_factor": lambda w: [with_app(w.reader_two), _kept(w.reader_two), _kept(w.reader_two)],
}
CALLS = {
    "add_passkey": (
        lambda w, **by: factors.add_passkey(w.reader_two, "鍵", {}, proof=Proof.PASSWORD, **by),
        "reader_two",
    ),
    "add_app": (
        lambda w, **by: factors.add_app(w.reader_two, totp.generate_totp_secret(), proof=Proof.PASSWORD, **by),
        "reader_two",
    ),
    "make_codes": (lambda w, **by: factors.make_codes(w.reader_two, proof=Proof.FRESH, **by), "reader_two"),
    "rename_passkey": (
        lambda w, **by: factors.rename_passkey(w.reader_two, _held(w.reader_two).pk, "新", **by),
        "reader_two",
    ),
    "remove_factor": (
        lambda w, **by: factors.remove_factor(w.reader_two, _held(w.reader_two).pk, proof=Proof.FRESH, **by),
        "reader_two",
    ),
}


def _kept(person: User) -> Authenticator:
    return Authenticator.objects.create(user=person, type="webauthn", data={"name": "鍵", "credential": {}})
