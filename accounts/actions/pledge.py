"""守秘誓約: the operator publishes a version, everybody accepts it for themselves before they see anything."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import founding
from accounts.actions import limits
from accounts.actions.verb import Deed, verb
from accounts.models import PledgeAcceptance, PledgeText
from accounts.subject import pledge_version
from council.audit.events import Event


@verb(Event.PLEDGE_CREATE)
def publish_pledge(deed: Deed, body: str, *, in_force_from: date) -> PledgeText:
    """The next version; from its day on nobody sees anything before they accept it."""
    limits.need_council(deed.subject)
    pledge = founding.found_pledge(body, in_force_from=in_force_from)
    deed.note(pledge.version, {"in_force_from": in_force_from.isoformat()})
    return pledge


@verb(Event.PLEDGE_ACCEPT)
def accept_pledge(deed: Deed, version: int) -> PledgeAcceptance:
    """The acting person accepts the version they have read. ValidationError when another one is in force by now."""
    if version == 0 or version != pledge_version(deed.subject.today):
        raise ValidationError(_("誓約の文が新しくなっています。もう一度読んでから同意してください。"))
    acceptance = founding.found_acceptance(deed.subject.person, version)
    deed.note(version)
    return acceptance
