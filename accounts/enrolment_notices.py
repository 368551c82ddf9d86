"""What people are told about their way in, and about the duty that stays when they leave. No code, and no link before the mail is written.

The second word of a row's key is the id of what it is about, the third the step.
"""

from enum import StrEnum

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enrolments import is_open, link_of
from accounts.models import Enrolment, Notice, Proposal, User
from accounts.notices import queue


class Step(StrEnum):
    """What happened."""

    INVITED = "invitation"
    # The second person has confirmed; the mail carries a link.
    AGAIN = "recovery"
    PROPOSED = "proposed"
    LEFT = "left"
    MOVED = "moved"


# A mail of these leads to where somebody registers, and its reader can't sign in yet.
WITH_LINK = {Step.INVITED, Step.AGAIN}


def step_of(notice: Notice) -> str:
    """Which of the steps the notice tells of."""
    return "".join(notice.key.split(":")[2:3])


def is_due(notice: Notice) -> bool:
    """Whether it still says what is so: a link is sent only while it leads anywhere."""
    if step_of(notice) not in WITH_LINK:
        return True
    way = Enrolment.objects.select_related("person__organisation").filter(pk=notice.about).first()
    return way is not None and is_open(way)


def address_in(notice: Notice) -> str:
    """Where its mail leads: to the registration, or to the front of the portal; nowhere for somebody who has left."""
    step = step_of(notice)
    if step in WITH_LINK:
        return link_of(notice.about)
    return "" if step == Step.LEFT else reverse("home")


def sentence(notice: Notice) -> str:
    """What it says. `notice.organisation` must be loaded."""
    sentences = {
        Step.INVITED: _(
            "%(organisation)sが、あなたを情報共有ポータルに招待しています。期限までに下のページを開き、組織の管理者から電話で聞いた番号を入れて、登録してください。番号はメールでは送りません。心当たりがなければ、事務局に知らせてください。"
        ),
        Step.AGAIN: _(
            "%(organisation)sでのあなたのサインインの手段を、すべて無効にしました。期限までに下のページを開き、電話で聞いた番号を入れて、登録し直してください。頼んだ覚えがなければ、すぐ事務局に電話してください。"
        ),
        Step.PROPOSED: _(
            "%(organisation)sで、あなたのサインインの登録のやり直しが提案されました。頼んだ覚えがなければ、すぐ事務局に電話してください。"
        ),
        Step.LEFT: _(
            "%(organisation)sを離れたことを記録し、情報共有ポータルの利用を終わらせました。知ったことの秘密を守る義務は、これからも続きます。手もとに写しや鍵が残っていれば、事務局に知らせてください。"
        ),
        Step.MOVED: _(
            "%(organisation)sでの登録を終わらせました。そこで知ったことの秘密を守る義務は、これからも続きます。そこでの権限は、新しい登録には引き継がれません。"
        ),
    }
    return sentences[Step(step_of(notice))] % {"organisation": notice.organisation.name}


def tell_way(way: Enrolment) -> None:
    """To the address of the person: where they register, and until when."""
    _queue(
        Notice.Kind.ENROLMENT, f"enrolment:{way.pk}:{way.purpose}", way.person, about=way.pk, deadline=way.expires_at
    )


def tell_proposed(proposal: Proposal, person: User) -> None:
    """That somebody asked for the person to begin anew: whoever did not ask for it themselves calls."""
    _queue(Notice.Kind.ENROLMENT, f"enrolment:{proposal.pk}:{Step.PROPOSED}", person, about=proposal.pk)


def tell_left(person: User, *, now_as: User | None = None) -> None:
    """That the duty of secrecy goes on; to somebody who moved at their new account, which has the address."""
    step = Step.MOVED if now_as else Step.LEFT
    _queue(Notice.Kind.LEAVING, f"leaving:{person.pk}:{step}", now_as or person, organisation_id=person.organisation_id)


def _queue(kind: str, key: str, person: User, **facts: object) -> None:
    now = timezone.now()
    facts = {"organisation_id": person.organisation_id, "created_at": now, "not_before": now, **facts}
    queue([Notice(key=key, kind=kind, person=person, **facts)])
