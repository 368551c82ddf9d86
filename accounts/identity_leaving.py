"""Signing out at the identity provider as well (OpenID Connect RP-Initiated Logout 1.0), for sessions that came from one which offers it.

What it takes waits in the session. The id_token, by which the provider knows whom to sign out, is sealed under the portal's keyring: a
copy of the database tells nothing of it. Once its epoch is retired it does not open; then the provider asks the person themselves.
"""

import base64
from urllib.parse import urlencode, urljoin, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.identity_provider import WayOut, provider_called
from accounts.models import User
from council.identity_settings import IdentityProvider, origins
from council.keys import keyring
from council.sealing.envelope import Binding, Sealed, open_sealed, seal
from council.sealing.errors import SealingError

_KEPT = "council_identity"
TIER = 1


def keep(request: HttpRequest, person: User, provider: IdentityProvider, way: WayOut) -> None:
    """Puts the way out by for when this session ends, in the place of that of an earlier sign-in; nothing where the provider has none."""
    request.session.pop(_KEPT, None)
    if _leads_there(way.endpoint, provider):
        hint = _sealed(person, way.id_token)
        request.session[_KEPT] = {"provider": provider.id, "endpoint": way.endpoint, "hint": hint}


def provider_left(request: HttpRequest) -> IdentityProvider | None:
    """The provider that whoever leaves this session would be signed out at too, if they want."""
    kept = request.session.get(_KEPT) if request.user.is_authenticated else None
    return provider_called(kept["provider"]) if kept else None


def address_of_leaving(request: HttpRequest) -> str:
    """Where the browser goes to be signed out at the provider, and from there back to the sign-in page; else empty."""
    provider = provider_left(request)
    if provider is None:
        return ""
    kept = request.session[_KEPT]
    back = urljoin(f"{settings.COUNCIL_URL}/", reverse("account_login"))
    asked = {"client_id": provider.client_id, "post_logout_redirect_uri": back}
    hint = _opened(request.user, kept["hint"])
    query = urlencode({**asked, **({"id_token_hint": hint} if hint else {})})
    return f"{kept['endpoint']}{'&' if '?' in kept['endpoint'] else '?'}{query}"


def _leads_there(endpoint: object, provider: IdentityProvider) -> bool:
    """An address with the provider's scheme, of an origin that the settings name: browsers let forms lead to no other."""
    if not isinstance(endpoint, str):
        return False
    parts = urlsplit(endpoint)
    known = f"{parts.scheme}://{parts.netloc}" in origins(settings.COUNCIL_IDENTITY)
    return known and parts.scheme == urlsplit(provider.issuer).scheme and not parts.fragment


def _binding(person: User) -> Binding:
    return Binding(object=str(person.pk), revision=0, part=0, tier=TIER, subcommittees=(), purpose="identity.hint")


def _sealed(person: User, id_token: str) -> dict[str, object]:
    sealed = seal(keyring(), _binding(person), id_token.encode())
    words = {"ciphertext": sealed.ciphertext, "wrap": sealed.wrap}
    kept = {name: base64.b64encode(value).decode() for name, value in words.items()}
    return {**kept, "epoch": sealed.epoch, "algorithm": sealed.algorithm, "key_id": sealed.key_id}


def _opened(person: User, kept: dict) -> str:
    words = {name: base64.b64decode(kept[name]) for name in ("ciphertext", "wrap")}
    sealed = Sealed(**words, epoch=kept["epoch"], algorithm=kept["algorithm"], key_id=kept["key_id"])
    try:
        return open_sealed(keyring(), _binding(person), sealed).decode()
    except SealingError:
        return ""
