"""A publication that was planned and did not happen: those who publish for its originator are told, until something is done about it."""

from django.db.models import OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notice
from bulletins.desk import has_desk, within_reach
from bulletins.models import Revision
from council.access.facts import Role, State, Subject


def waiting_for(subject: Subject) -> QuerySet[Revision]:
    """The approved revisions of the subject's own organisation that they may inspect; for people who publish."""
    rows = Revision.unrestricted.filter(state=State.APPROVED, bulletin__originator=subject.organisation)
    if not has_desk(subject) or Role.PUBLISHER not in subject.roles:
        return rows.none()
    return rows.filter(within_reach(subject, rows))


def told_of(rows: QuerySet[Revision]) -> QuerySet[Revision]:
    """Those of the rows that an outer notice tells of and nobody has moved since: every verb leaves a later moment on its revision."""
    return rows.filter(bulletin=OuterRef("about"), number=OuterRef("revision"), saved_at__lte=OuterRef("created_at"))


def still_waits(notice: Notice, subject: Subject) -> bool:
    """Whether the notice still tells its person of something that waits for them."""
    rows = waiting_for(subject).filter(bulletin=notice.about, number=notice.revision)
    return rows.filter(saved_at__lte=notice.created_at).exists()


def key_of(revision: Revision) -> str:
    """What a notice is about: this revision and the moment that was planned."""
    return f"plan:{revision.pk}:{revision.scheduled_for.timestamp():.0f}"


def sentence(notice: Notice) -> str:
    """What the notice asks for. Why it did not happen stands on the work page."""
    return _(
        "%(reference)sを予定の時刻に公開できませんでした。承認済みに戻しています。わけを確かめて、日時を決め直すか、いま公開するか、差し戻してください。"
    ) % {"reference": notice.reference}


def path_of(notice: Notice) -> str:
    """The work page."""
    return reverse("desk:work", args=[notice.about])
