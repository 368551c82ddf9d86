"""How this portal talks to an identity provider: the sign-in library's OpenID Connect, with what it leaves out.

Besides the library's code flow and `state` there are always PKCE (S256) and a nonce, the issuer has to be the one that was configured,
the id_token is verified in full, and UserInfo has to be about its subject. Nobody outside chooses scopes or parameters.
"""

import secrets
import time
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote_plus, urljoin, urlsplit

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.identity_claims import Vouched
from accounts.identity_tokens import Unproved, need_authenticated_since, same_subject, verified
from accounts.models import User
from council.identity_settings import IdentityProvider, configured

_WELL_KNOWN = "/.well-known/openid-configuration"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where somebody signs out at the provider, as it publishes, and the id_token that it knows them by."""

    endpoint: object
    id_token: str


def provider_called(name: str) -> IdentityProvider | None:
    """The configured provider with this id."""
    return next((each for each in configured() if each.id == name), None)


def app_of(provider: IdentityProvider) -> SocialApp:
    """The provider as the sign-in library knows it; never a row, so that no row brings in another."""
    try:
        secret = provider.secret
    except OSError as error:
        raise Unproved("no_client_secret") from error
    return SocialApp(
        provider=CouncilProvider.id, provider_id=provider.id, name=provider.label, client_id=provider.client_id,
        secret=secret, settings={"server_url": provider.issuer},
    )  # fmt: skip


class Client(OAuth2Client):
    """The library's, with id and secret as RFC 6749 §2.3.1 wants them: form-encoded before they are put together."""

    def get_access_token(self, *arguments: object, **kwargs: object) -> dict:
        self.consumer_key, self.consumer_secret = quote_plus(self.consumer_key), quote_plus(self.consumer_secret)
        return super().get_access_token(*arguments, **kwargs)


class Endpoints(OpenIDConnectOAuth2Adapter):
    """The provider's endpoints, and what comes back from them.

    `nonce` is the one of the sign-in that is being completed; `again` when somebody who is signed in was sent to show themselves once more,
    else 0.
    """

    basic_auth = True  # client_secret_basic, which every provider has to know
    client_class = Client

    def __init__(self, request: HttpRequest, provider: IdentityProvider) -> None:
        self.provider, self.nonce, self.again = provider, "", 0.0
        super().__init__(request, provider.id)

    def get_provider(self) -> "CouncilProvider":
        return CouncilProvider(self.request, app=app_of(self.provider), endpoints=self)

    @cached_property
    def openid_config(self) -> dict:
        """What the provider publishes about itself, when it is the provider that was meant (OpenID Connect Discovery §4.3)."""
        # A slash at the end belongs to the issuer, but not to this address (§4.1).
        found = _fetched(self.provider.issuer.rstrip("/") + _WELL_KNOWN)
        if not isinstance(found, dict) or found.get("issuer") != self.provider.issuer:
            raise Unproved("other_issuer")
        scheme = urlsplit(self.provider.issuer).scheme
        for name in _ENDPOINTS:
            if not isinstance(found.get(name), str) or urlsplit(found[name]).scheme != scheme:
                raise Unproved("no_endpoint")
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Under the portal's own address, whatever host name the request came in under."""
        return urljoin(f"{settings.COUNCIL_URL}/", reverse("identity_callback", args=[self.provider.id]))

    def get_access_token_data(self, request: HttpRequest, *arguments: object, **kwargs: object) -> dict:
        if request.GET.get("iss", self.provider.issuer) != self.provider.issuer:
            raise Unproved("other_issuer")  # RFC 9207: the answer of another provider
        try:
            return super().get_access_token_data(request, *arguments, **kwargs)
        except (KeyError, ValueError, AttributeError) as error:
            raise Unproved("unreadable_answer") from error

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: object) -> SocialLogin:
        """Who it is: proved by the id_token, and told by UserInfo. Raises Unproved."""
        claims = verified(
            kwargs["response"].get("id_token"), keys=_fetched(self.openid_config["jwks_uri"]),
            issuer=self.provider.issuer, client_id=self.provider.client_id, nonce=self.nonce,
        )  # fmt: skip
        if self.again:
            need_authenticated_since(claims, self.again)
        userinfo = same_subject(claims, _fetched(self.profile_url, bearer=token.token))
        vouched = Vouched(self.provider, id_token=claims, userinfo=userinfo)
        account = SocialAccount(provider=self.provider.id, uid=vouched.uid, extra_data={"issuer": self.provider.issuer})
        login = SocialLogin(provider=self.get_provider(), account=account, user=User())
        login.vouched, login.again = vouched, bool(self.again)
        login.way_out = WayOut(self.openid_config.get("end_session_endpoint"), kwargs["response"]["id_token"])
        return login


def _fetched(address: str, bearer: str = "") -> object:
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
    with get_adapter().get_requests_session() as session:
        answer = session.get(address, headers=headers)
        answer.raise_for_status()
        return answer.json()


class CouncilProvider(OpenIDConnectProvider):
    """One provider and how a sign-in with it begins."""

    def __init__(self, request: HttpRequest, app: SocialApp, endpoints: Endpoints | None = None) -> None:
        super().__init__(request, app=app)
        self._endpoints = endpoints

    def get_oauth2_adapter(self, request: HttpRequest) -> Endpoints:
        return self._endpoints or Endpoints(request, provider_called(self.app.provider_id))

    def get_pkce_params(self) -> dict:
        return generate_code_challenge()

    def get_scope(self) -> list[str]:
        return list(self.get_oauth2_adapter(self.request).provider.scopes)

    def begin(self, request: HttpRequest, next_url: str | None, *, again: bool = False) -> HttpResponse:
        """To the provider. The nonce waits in the session, like state and PKCE verifier. Raises what requests raise, and Unproved.

        `again`: whatever session the person has there, they are to show themselves now, and the token has to say when they did.
        """
        nonce, wanted = secrets.token_urlsafe(32), sorted(self.get_oauth2_adapter(request).provider.strong_acr)
        asked = {"nonce": nonce, **({"acr_values": " ".join(wanted)} if wanted else {})}
        asked |= {"prompt": "login", "max_age": "0"} if again else {}
        kept = {"nonce": nonce, "again": time.time() if again else 0.0}
        return self.redirect(request, AuthProcess.LOGIN, next_url, auth_params=asked, scope=self.get_scope(), **kept)


class Callback(OAuth2CallbackView):
    """Back from the provider: the library's steps, with the nonce that was put by."""

    def _get_state(self, request: HttpRequest, provider: CouncilProvider) -> tuple:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        self.adapter.again = (state or {}).get("again", 0.0)
        return state, response


def begin(
    request: HttpRequest, provider: IdentityProvider, next_url: str | None, *, again: bool = False
) -> HttpResponse:
    """Sends the browser to the provider; Unproved or requests.RequestException when that can't be."""
    return Endpoints(request, provider).get_provider().begin(request, next_url, again=again)


def complete(request: HttpRequest, provider: IdentityProvider) -> HttpResponse:
    """What comes of the provider's answer; every fault goes to the adapter's on_authentication_error()."""
    view = Callback()
    view.request, view.adapter = request, Endpoints(request, provider)
    try:
        return view.dispatch(request)
    except ImmediateHttpResponse as answer:
        return answer.response
