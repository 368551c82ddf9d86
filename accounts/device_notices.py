"""Telling somebody of what happens to their own sign-in: a browser they were not known on, a factor that came or went.

They go out at once, whatever rhythm the person has chosen: whoever has taken over an account is noticed by them alone.
"""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Device, Notice, User
from accounts.notices import queue
from council.access.facts import Role
from council.ids import opaque_id
from council.templatetags.portal import jst

Kind = Notice.Kind
KINDS = {Kind.DEVICE, Kind.FACTOR}


class Step(StrEnum):
    """What happened to a factor; the third word of the notice's key."""

    ADDED = "added"
    REMOVED = "removed"
    CODES = "codes"
    # A first factor that nobody opened the way to; to the person, to whoever may confirm it, and to the person once it is.
    UNCONFIRMED = "unconfirmed"
    TO_CONFIRM = "to_confirm"
    CONFIRMED = "confirmed"


def tell_of_device(device: Device) -> None:
    """In the transaction that signs in on the device for the first time."""
    _queue(device.person_id, Kind.DEVICE, f"device:{device.pk}", about=device.pk)


def tell_of_factor(person: User, step: Step) -> None:
    """In the transaction of what happened to it."""
    _queue(person.pk, Kind.FACTOR, f"factor:{opaque_id()}:{step}")


def tell_who_confirms(person: User) -> None:
    """The administrators of the person's organisation, without the person; where there are none, the operators."""
    others = User.objects.filter(is_active=True, organisation__is_active=True).exclude(pk=person.pk)
    administrators = others.filter(organisation=person.organisation_id, role_assignments__role=Role.ADMINISTRATOR)
    for told in administrators or others.filter(role_assignments__role=Role.OPERATOR):
        _queue(told.pk, Kind.FACTOR, f"factor:{opaque_id()}:{Step.TO_CONFIRM}", about=person.pk)


def path_of(notice: Notice) -> str:
    """The page where something can be done about it."""
    if notice.kind == Kind.FACTOR and notice.about:
        return reverse("accounts:person", args=[notice.about])
    return reverse("accounts:sessions" if notice.kind == Kind.DEVICE else "accounts:factors")


def _queue(person: UUID, kind: str, key: str, about: UUID | None = None) -> None:
    now = timezone.now()
    queue([Notice(key=key, kind=kind, person_id=person, about=about, created_at=now, not_before=now)])


def devices_of(notices: Iterable[Notice]) -> dict[UUID, Device]:
    """The devices that these notices tell of, by id; no query when none does."""
    wanted = [notice.about for notice in notices if notice.kind == Kind.DEVICE]
    return {device.pk: device for device in Device.objects.filter(pk__in=wanted)} if wanted else {}


def facts(notice: Notice) -> list[tuple[str, str]]:
    """What a mail says besides the sentence."""
    return facts_of(notice, devices_of([notice]).get(notice.about))


def facts_of(notice: Notice, device: Device | None) -> list[tuple[str, str]]:
    """When it was, and on what; of a device that was forgotten since, only when."""
    when = (_("日時"), jst(notice.created_at))
    if device is None:
        return [when]
    return [when, (_("端末"), device.name), (_("アドレス"), device.address or "")]


def sentence(notice: Notice) -> str:
    """What happened, and what to do if it was somebody else."""
    if notice.kind == Kind.DEVICE:
        return _(
            "これまでと違う端末であなたのサインインがありました。覚えがなければ、すぐ「利用中の端末」でその利用を終わらせ、事務局に電話してください。"
        )
    sentences = {
        Step.ADDED: _("あなたのサインインの手段が加わりました。覚えがなければ、すぐ事務局に電話してください。"),
        Step.REMOVED: _("あなたのサインインの手段が一つ消えました。覚えがなければ、すぐ事務局に電話してください。"),
        Step.UNCONFIRMED: _(
            "あなたの最初のサインインの手段が、招待によらずに登録されました。組織の管理者が本人の登録と確かめるまで、開けるのは機密性1情報までです。覚えがなければ、すぐ事務局に電話してください。"
        ),
        Step.TO_CONFIRM: _(
            "ある人が、招待によらずに最初のサインインの手段を登録しました。本人に電話して、登録したのが本人かを確かめてください。確認するまで、その人が開けるのは機密性1情報までです。"
        ),
        Step.CONFIRMED: _("あなたのサインインの手段は、本人の登録と確認されました。"),
        Step.CODES: _("あなたの予備コードが新しくなりました。覚えがなければ、すぐ事務局に電話してください。"),
    }
    return sentences[Step(notice.key.split(":")[2])]
