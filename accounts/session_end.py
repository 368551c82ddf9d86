"""How long the session of a request goes on, for pages on which somebody writes for a long time."""

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Session
from accounts.strength import reaches_until
from council.access.tiers import Tier


def seconds_left(request: HttpRequest) -> dict[int, int]:
    """Tier -> for how many more seconds the session reaches it; without those that it doesn't reach, or reaches as long as it lasts."""
    now = timezone.now()
    ends = {
        Tier.ONE: Session.objects.filter(pk=request.session.session_key).values_list("expire_date", flat=True).first()
    }
    ends |= {tier: reaches_until(request, tier) for tier in (Tier.TWO, Tier.CRITICAL)}
    return {int(tier): max(int((end - now).total_seconds()), 0) for tier, end in ends.items() if end}
