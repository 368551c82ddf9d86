"""When a factor may be somebody's first, and when one has to stay: asked by the pages before, and by the verbs behind a lock."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.strength import Proof
from council.access.tiers import Tier

Type = Authenticator.Type


def factors_of(person: User) -> QuerySet[Authenticator]:
    """Without the codes: they stand in for a factor and are none."""
    return Authenticator.objects.filter(user=person).exclude(type=Type.RECOVERY_CODES)


def may_begin(person: User, proof: Proof) -> bool:
    """Whether this would be the person's very first factor, and nobody vouches for them better than the session does."""
    if Authenticator.objects.filter(user=person).exists():
        return False
    return proof >= Proof.FACTOR or not SocialAccount.objects.filter(user=person).exists()


def why_kept(factor: Authenticator, could: Tier) -> str:
    """Why this factor of somebody whose session could reach so far has to stay; empty when it may go."""
    others = factors_of(factor.user).exclude(pk=factor.pk)
    if not others.exists():
        return _("ほかに手段がないので消せません。先に別の手段を加えてください。")
    if factor.type == Type.WEBAUTHN and could > Tier.ONE and not others.filter(type=Type.WEBAUTHN).exists():
        return _("最後のパスキーは消せません。あなたの仕事にはパスキーが要ります。先に別のパスキーを加えてください。")
    return ""
