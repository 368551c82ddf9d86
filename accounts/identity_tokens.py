"""Whether an id_token is the one that this portal asked for, of this person, just now: OpenID Connect Core 1.0 §3.1.3.7.

The sign-in library leaves the signature out when the token came over TLS, and knows no nonce. Here every step is taken each time.
"""

import hmac
import time
from collections.abc import Mapping

import jwt
from allauth.socialaccount.providers.oauth2.client import OAuth2Error

# One, and an asymmetric one: "none", or a public key taken for a shared secret, can't be meant.
_ALGORITHMS = ["RS256"]
_NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
# Seconds that clocks may be apart, and after which a token was not made for this sign-in.
_APART, _OLDEST = 60, 600
_LONGEST_SUBJECT = 255


class Unproved(OAuth2Error):
    """Nothing that was said can be believed; `fault` is for the log."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def verified(
    id_token: object, *, keys: object, issuer: str, client_id: str, nonce: object, now: float | None = None
) -> dict[str, object]:
    """The claims of the token; Unproved when one thing about it is not right. `keys` is the JWK Set of the issuer."""
    if not isinstance(id_token, str):
        raise Unproved("no_id_token")
    try:
        claims = jwt.decode(
            id_token, _key(id_token, keys), algorithms=_ALGORITHMS, issuer=issuer, audience=client_id,
            leeway=_APART, options={"require": _NEEDED, "enforce_minimum_key_length": True},
        )  # fmt: skip
    except jwt.InvalidTokenError as error:
        raise Unproved(_word(error)) from error
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise Unproved("unreadable_id_token") from error
    _check_recipient(claims, client_id)
    _check_moment(claims, time.time() if now is None else now)
    if not isinstance(nonce, str) or not nonce or not _same(claims["nonce"], nonce):
        raise Unproved("other_nonce")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= _LONGEST_SUBJECT:
        raise Unproved("unreadable_id_token")
    return claims


def need_authenticated_since(claims: Mapping[str, object], moment: float) -> None:
    """Unproved unless the person showed themselves to the provider at that moment or later (`auth_time`, §3.1.2.1 and §2)."""
    at = claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int | float) or at < moment - _APART:
        raise Unproved("old_authentication")


def same_subject(claims: Mapping[str, object], userinfo: object) -> dict[str, object]:
    """The UserInfo, when it is about the subject of the token (§5.3.2); else Unproved."""
    if not isinstance(userinfo, dict) or not _same(userinfo.get("sub"), str(claims["sub"])):
        raise Unproved("other_subject")
    return userinfo


def _key(id_token: str, keys: object) -> object:
    """The public key that the token names. One without a name is taken only from a set of one."""
    named = jwt.get_unverified_header(id_token).get("kid")
    published = jwt.PyJWKSet.from_dict(keys if isinstance(keys, dict) else {}).keys
    fitting = [each for each in published if each.public_key_use in {None, "sig"} and each.key_type == "RSA"]
    if named is not None:
        fitting = [each for each in fitting if each.key_id == named]
    if len(fitting) != 1:
        raise Unproved("unknown_signing_key")
    return fitting[0].key


def _check_recipient(claims: Mapping[str, object], client_id: str) -> None:
    audience, party = claims["aud"], claims.get("azp")
    alone = audience == client_id or audience == [client_id]
    if (party is None and not alone) or party not in {None, client_id}:
        raise Unproved("other_audience")


def _check_moment(claims: Mapping[str, object], now: float) -> None:
    if not isinstance(claims["iat"], int | float) or claims["iat"] < now - _OLDEST:
        raise Unproved("old_id_token")


def _same(one: object, other: str) -> bool:
    return isinstance(one, str) and hmac.compare_digest(one.encode(), other.encode())


def _word(error: jwt.InvalidTokenError) -> str:
    words = {
        jwt.InvalidSignatureError: "bad_signature",
        jwt.InvalidAlgorithmError: "other_algorithm",
        jwt.InvalidAudienceError: "other_audience",
        jwt.InvalidIssuerError: "other_issuer",
        jwt.ExpiredSignatureError: "old_id_token",
        jwt.MissingRequiredClaimError: "claim_missing",
    }
    return next((word for kind, word in words.items() if isinstance(error, kind)), "unreadable_id_token")
