"""How often somebody wants to be told: their own affair, and nobody else's."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actions.verb import Deed, Refused, verb
from accounts.models import User
from council.access.policy import Reason
from council.audit.events import Event


@verb(Event.NOTICE_RHYTHM)
def set_notice_rhythm(deed: Deed, person: User, rhythm: str) -> User:
    """Each notice at once, or one mail a day or a week. ValidationError for any other word."""
    if deed.subject.person != str(person.pk):
        raise Refused(Reason.NOT_INVOLVED, person.pk)
    if rhythm not in User.Rhythm.values:
        raise ValidationError({"notices": _("通知の受け取り方を選び直してください。")})
    person = User.objects.select_for_update().get(pk=person.pk)
    before, person.notices = person.notices, rhythm
    person.save(update_fields=["notices"])
    deed.note(person.pk, {"before": before, "after": str(rhythm)})
    return person
