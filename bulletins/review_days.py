"""The day of the next look at what is published: once it has come, those who publish for its originator are told and have it on their desk.

Whoever may not inspect the bulletin any more, and everybody once it was kept, revised or closed, is told of nothing.
"""

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Notice
from bulletins.desk import has_desk, within_reach
from bulletins.models import Revision
from council.access.facts import Role, State, Subject


def due() -> QuerySet[Revision]:
    """The served revisions whose day has come, and whose next revision is not under way."""
    rows = Revision.unrestricted.filter(state=State.PUBLISHED, review_on__lte=timezone.localdate())
    later = Revision.unrestricted.filter(bulletin=OuterRef("bulletin"), number__gt=OuterRef("number"))
    return rows.filter(~Exists(later)).select_related("bulletin__originator", "designation").order_by("review_on", "pk")


def due_for(subject: Subject) -> list[Revision]:
    """Those of the subject's own organisation that they may inspect, the earliest day first; for people who publish (two queries)."""
    if not has_desk(subject) or Role.PUBLISHER not in subject.roles:
        return []
    rows = due().filter(bulletin__originator=subject.organisation)
    return list(rows.filter(within_reach(subject, rows)))


def is_due(notice: Notice, subject: Subject) -> bool:
    """Whether the notice still tells its person of something that waits for them."""
    return any(row.bulletin_id == notice.about and key_of(row) in notice.key for row in due_for(subject))


def key_of(revision: Revision) -> str:
    """What a notice is about: this revision and this day."""
    return f"review_day:{revision.pk}:{revision.review_on}"


def sentence(notice: Notice) -> str:
    """What the notice asks for. It goes to people whose desk the bulletin is on, and says nothing of what it is about."""
    return _(
        "%(reference)sの見直しの日が来ました。内容がまだ正しいかを確かめ、続けるか、改訂するか、回収するかを決めてください。"
    ) % {"reference": notice.reference}


def path_of(notice: Notice) -> str:
    """The work page."""
    return reverse("desk:work", args=[notice.about])
