"""Who calls the API: a program with a bearer token, or a page of the portal with its session."""

from django.utils.functional import SimpleLazyObject
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.credentials import may_enter, token_digest
from accounts.models import ApiToken, User
from accounts.subject import subject_of
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.record import record_refusal

UNKNOWN = "unknown_token"
SUSPENDED = "suspended"


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. A digest is looked up: no comparison tells how much of a token was right."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        held = self._find(token)
        held.person.session = Tier(held.tier)
        # A session that came along must not answer for the token's person.
        request._request.subject = SimpleLazyObject(lambda: subject_of(held.person))
        return held.person, held

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def _find(self, token: bytes) -> ApiToken:
        digest = token_digest(token.decode("latin-1").strip())
        held = ApiToken.objects.select_related("person__organisation").filter(digest=digest).first()
        if held and may_enter(held.person):
            return held
        person = held.person if held else None
        record_refusal(
            Event.TOKEN_REFUSED,
            actor=str(person.pk) if person else None,
            organisation=str(person.organisation_id) if person else None,
            reason=SUSPENDED if person else UNKNOWN,
        )
        raise AuthenticationFailed


class PortalSessionAuthentication(SessionAuthentication):
    """The session of the portal's own pages, with CSRF for what changes something; its subject is the middleware's.

    A session without a second factor is none.
    """

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        return super().authenticate(request) if request._request.strength else None


class BearerScheme(OpenApiAuthenticationExtension):
    """How the schema names the token."""

    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):
    """How the schema names the session cookie."""

    target_class = PortalSessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
