"""People whom somebody else vouches for: GビズID for companies, a staff identity provider for agencies.

Whoever is vouched for is let in, linked to who they are here, or turned away; the sign-in library decides nothing of it. An identity is
an issuer and its subject, never an address. Each sign-in asks again whether the person still acts for the organisation they belong to.
"""

import time
from enum import StrEnum

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions.identities import admit_staff, link_identity
from accounts.actions.review_ending import the_portal
from accounts.actions.verb import Refused
from accounts.credentials import may_enter, under_another_key
from accounts.enrolments import finish, open_in
from accounts.identity_claims import Account, Vouched, address_of_staff, shown_strongly_at
from accounts.identity_leaving import keep
from accounts.identity_provider import CouncilProvider, app_of
from accounts.models import Organisation, User
from accounts.strength import proved_lately
from council.access.policy import Reason
from council.audit.events import Event
from council.audit.record import record, record_refusal
from council.identity_settings import IdentityProvider, Kind, configured


class Why(StrEnum):
    """Why somebody was turned away, as the log says it. Only the first three have a page of their own."""

    ENTRY = "entry_account"
    DELEGATED = "delegated_sign_in"
    OWN_ADDRESS = "own_address_taken"
    ADDRESS_TAKEN = "address_taken"
    UNKNOWN = "unknown_identity"
    NO_NUMBER = "no_corporate_number"
    OTHER_NUMBER = "other_corporate_number"
    UNKNOWN_AGENCY = "unknown_agency"
    UNUSABLE = "unusable_claims"
    NOT_PROVED = "identity_not_proved"
    # Somebody who is signed in showed themselves again, in a way that reaches no further.
    WEAK = "weak_authentication"


_PAGES = {Why.ENTRY: "entry", Why.DELEGATED: "delegated", Why.OWN_ADDRESS: "taken"}


class Turned(Exception):
    """Turned away, for this reason."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class IdentityAdapter(DefaultSocialAccountAdapter):
    """What the sign-in library asks of this portal about identities."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Never: an address tells nothing about who somebody is."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Those of the settings and no others: a row in the library's table brings in nobody."""
        wanted = {provider} - {None, CouncilProvider.id}
        return [app_of(each) for each in configured() if not wanted or each.id in wanted]

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> CouncilProvider:
        return CouncilProvider(request, app=self.get_app(request, provider, client_id))

    def get_requests_session(self) -> object:
        """For talking to providers: nobody is followed elsewhere, least of all with a secret."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The identity is proved and looked up; what becomes of it is decided here to the end."""
        raise ImmediateHttpResponse(_answer(request, sociallogin))

    def on_authentication_error(
        self, request: HttpRequest, provider: CouncilProvider, error: str | None = None,
        exception: Exception | None = None, extra_context: dict | None = None,
    ) -> None:  # fmt: skip
        """Whoever gave up at the provider is back at the sign-in page; whatever else went wrong there, nobody was proved to be anybody."""
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        fault = getattr(exception, "fault", type(exception).__name__ if exception else "no_state_or_code")
        detail = {"provider": provider.app.provider_id, "fault": fault}
        record_refusal(Event.IDENTITY_REFUSED, actor=None, organisation=None, reason=Why.NOT_PROVED, detail=detail)
        raise ImmediateHttpResponse(turned_away(request))


def turned_away(request: HttpRequest, page: str = "unknown") -> HttpResponse:
    """A page in front of the door: the same bytes for everybody who is shown it."""
    return render(request, f"account/identity_{page}.html", {"contact": settings.COUNCIL_CONTACT}, status=403)


def may_link(request: HttpRequest) -> bool:
    """Whether this session may add an identity: somebody used their passkey a moment ago, or came in to register."""
    return request.user.is_authenticated and (proved_lately(request) or open_in(request) is not None)


def confirming(person: User) -> list[IdentityProvider]:
    """The providers that the person is linked to and that can say of them what is as good as a passkey of this portal."""
    strong = [each for each in configured() if each.strong_acr]
    linked = SocialAccount.objects.filter(user=person, provider__in=[each.id for each in strong]) if strong else ()
    return [each for each in strong if each.id in {row.provider for row in linked}]


def _answer(request: HttpRequest, login: SocialLogin) -> HttpResponse:
    holder = None if login.user._state.adding or login.user.left_at else login.user
    request.way_out = login.way_out
    try:
        if login.again:
            return _seen_again(request, login.vouched, holder, login.state.get("next"))
        return _received(request, login.vouched, holder, login.state.get("next"))
    except Refused:  # the verb has left its trace
        return turned_away(request)
    except Turned as turned:
        who = request.user if request.user.is_authenticated else None
        about = who or holder
        record_refusal(
            Event.IDENTITY_REFUSED, actor=str(who.pk) if who else None, organisation=str(about.organisation_id) if about else None,
            object=str(about.pk) if about else "", reason=turned.why, detail=login.vouched.told(),
        )  # fmt: skip
        return turned_away(request, _PAGES.get(turned.why, "unknown"))


def _received(request: HttpRequest, vouched: Vouched, holder: User | None, following: str | None) -> HttpResponse:
    """In, linked, or Turned."""
    _need_assurance(vouched)
    if request.user.is_authenticated:
        return _linked(request, vouched, following)
    if holder is None:
        return _entered(request, _admitted(vouched), vouched, following)
    if not may_enter(holder):
        raise Turned(Reason.ORGANISATION_SUSPENDED if holder.is_active else Reason.SUSPENDED)
    _need_organisation(holder, vouched)
    return _entered(request, holder, vouched, following)


def _seen_again(request: HttpRequest, vouched: Vouched, holder: User | None, following: str | None) -> HttpResponse:
    """Who is signed in has just shown themselves there once more, and strongly: as far as that reaches, it counts from now on."""
    _need_assurance(vouched)
    person = request.user
    if not person.is_authenticated or holder is None or holder.pk != person.pk:
        raise Turned(Why.UNKNOWN)
    _need_organisation(person, vouched)
    if shown_strongly_at(vouched.provider, vouched.id_token, time.time()) is None:
        who = {"actor": str(person.pk), "organisation": str(person.organisation_id)}
        record_refusal(Event.STEPPED_UP, **who, reason=Why.WEAK, detail=vouched.told())
        messages.error(request, _("外部の認証では、ここから先に要る強い確かめが済みませんでした。"))
        return HttpResponseRedirect(reverse("accounts:step_up"))
    with transaction.atomic():
        who = {"actor": str(person.pk), "organisation": str(person.organisation_id)}
        record(Event.STEPPED_UP, **who, detail=vouched.told())
        _note_in_session(request, person, vouched)
        under_another_key(request)
    return HttpResponseRedirect(following or resolve_url(settings.LOGIN_REDIRECT_URL))


def _need_assurance(vouched: Vouched) -> None:
    assurance = vouched.assurance
    if assurance.kind is Account.ENTRY:
        raise Turned(Why.ENTRY)
    if assurance.delegated:
        raise Turned(Why.DELEGATED)
    if assurance.kind is Account.UNKNOWN or (assurance.kind is Account.PRIME and assurance.ial < 2):
        raise Turned(Why.UNUSABLE)
    if not assurance.corporate_number:
        raise Turned(Why.NO_NUMBER if vouched.provider.kind is Kind.GBIZID else Why.UNKNOWN_AGENCY)


def _need_organisation(person: User, vouched: Vouched) -> None:
    if vouched.assurance.corporate_number != person.organisation.corporate_number:
        raise Turned(Why.OTHER_NUMBER)


def _linked(request: HttpRequest, vouched: Vouched, following: str | None) -> HttpResponse:
    """The identity is the person's who is signed in; whoever came in to register has done so with it."""
    person = request.user
    if not may_link(request):
        raise Turned(Why.UNKNOWN)
    _need_organisation(person, vouched)
    link_identity(vouched, acting_user=person)
    if open_in(request):
        finish(request)
        under_another_key(request)
        _note_in_session(request, person, vouched)
    return HttpResponseRedirect(following or resolve_url(settings.LOGIN_REDIRECT_URL))


def _admitted(vouched: Vouched) -> User:
    """Staff of an agency that takes part, seen for the first time. Nobody else comes in unknown."""
    if vouched.provider.kind is not Kind.STAFF:
        raise Turned(Why.UNKNOWN)
    agency = Organisation.objects.filter(
        corporate_number=vouched.assurance.corporate_number, kind=Organisation.Kind.AGENCY, is_active=True
    ).first()
    if agency is None:
        raise Turned(Why.UNKNOWN_AGENCY)
    address = address_of_staff(vouched.provider, vouched.said)
    known = User.objects.filter(email=address).first() if address else None
    if known:
        # Nobody learns of accounts elsewhere; of one in their own agency they are told how to link it.
        raise Turned(Why.OWN_ADDRESS if known.organisation_id == agency.pk else Why.ADDRESS_TAKEN)
    try:
        return admit_staff(agency, vouched, subject=the_portal(agency))
    except ValidationError as error:
        raise Turned(Why.UNUSABLE) from error
    except IntegrityError as error:
        raise Turned(Why.UNKNOWN) from error


def _entered(request: HttpRequest, person: User, vouched: Vouched, following: str | None) -> HttpResponse:
    """Signed in, in a session that reaches tier one: the library's steps without its question for a second factor."""
    hooks = {
        "email_verification": settings.ACCOUNT_EMAIL_VERIFICATION, "signal_kwargs": None, "email": None, "signup": False,
        "redirect_url": following,
    }  # fmt: skip
    adapter = get_account_adapter(request)
    if answer := adapter.pre_login(request, person, **hooks):
        return answer
    _note_in_session(request, person, vouched)
    request.vouched = vouched.told()
    adapter.login(request, person)
    return adapter.post_login(request, person, **hooks)


def _note_in_session(request: HttpRequest, person: User, vouched: Vouched) -> None:
    """What accounts.strength reads: that, and if so since when, it was as good as a passkey of this portal."""
    keep(request, person, vouched.provider, request.way_out)
    strong_at = shown_strongly_at(vouched.provider, vouched.id_token, time.time())
    record_authentication(
        request, person, "socialaccount", provider=vouched.provider.id, uid=vouched.uid, strong_at=strong_at
    )
