"""サインインの手段: the passkeys, codes and identities somebody signs in with."""

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.enrolments import open_in
from accounts.factor_rules import may_begin, why_kept
from accounts.strength import Proof, could_reach, proved_lately
from accounts.views.factor_sign_in import address_of_passkeys, wanted
from council.guard import SIGNED_IN, guarded_by

Type = Authenticator.Type


@require_safe
@guarded_by(GET=SIGNED_IN)
def factors(request: HttpRequest) -> HttpResponse:
    """What the person signs in with, what each of it reaches, and what can be added now."""
    rows = list(Authenticator.objects.filter(user=request.user).order_by("created_at", "pk"))
    could, held = could_reach(request.subject), [row for row in rows if row.type != Type.RECOVERY_CODES]
    codes = next((row for row in rows if row.type == Type.RECOVERY_CODES), None)
    context = {
        "passkeys": [_shown(row, could) for row in held if row.type == Type.WEBAUTHN],
        "app": next((_shown(row, could) for row in held if row.type == Type.TOTP), None),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "any": bool(held),
        "could": int(could),
        "may_add": may_add(request),
        "shown_none": request.strength is None,
        "enrolling": open_in(request) is not None,
        "next": wanted(request),
        **address_of_passkeys(request),
    }
    return render(request, "accounts/factors.html", context)


def _shown(factor: Authenticator, could: int) -> dict:
    name = factor.wrap().name if factor.type == Type.WEBAUTHN else ""
    return {"row": factor, "name": name, "kept": why_kept(factor, could)}


def proof_of(request: HttpRequest) -> Proof:
    """What this session says of whoever changes what they sign in with."""
    if proved_lately(request) or open_in(request) is not None:
        return Proof.FRESH
    return Proof.PASSWORD if request.strength is None else Proof.FACTOR


def may_change(request: HttpRequest) -> bool:
    """Whether codes could be made, or a factor removed, now; the verbs look again."""
    return proof_of(request) is Proof.FRESH


def may_add(request: HttpRequest) -> bool:
    """Whether a factor could be added now; the verbs look again."""
    proof = proof_of(request)
    return proof is Proof.FRESH or may_begin(request.user, proof)
