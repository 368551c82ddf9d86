"""One form of a new bulletin begins one bulletin, however often it is sent: by a double click, or once more after going back.

What a form began is kept for a day where programs' keys are kept, under the id that was drawn for the form. What it said is not kept, only
a keyed digest of it, to tell the same words from others.
"""

import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins.drafting import Draft, PartDraft
from bulletins.models import Bulletin, IdempotencyKey
from council.access.facts import Subject
from council.keys import keyring

KEPT = timedelta(hours=24)
_CREATED = 201


class BegunBefore(Exception):
    """The form has begun a bulletin already, `same`: with the very words that it says now. Nothing is changed."""

    def __init__(self, bulletin: Bulletin, *, same: bool) -> None:
        words = _(
            "この画面からは、もう%(reference)sの下書きを作りました。それを直すときは「作成・公開」から開いてください。"
            "このままもう一度保存すると、別の資料になります。"
        )
        super().__init__(words % {"reference": bulletin.reference})
        self.bulletin, self.same = bulletin, same


def need_not_begun(subject: Subject, form: UUID, bulletin: Bulletin, draft: Draft) -> None:
    """Notes, in the caller's transaction, that the form begins this bulletin. BegunBefore when it has begun another that is still there.

    Of two at once the second waits for the first, and begins one when the first came to nothing.
    """
    now, mine = timezone.now(), IdempotencyKey.objects.filter(person=subject.person)
    known = {"key": f"form {form}", "fingerprint": _said(draft)}
    mine.filter(key=known["key"], created_at__lt=now - KEPT).delete()
    row = IdempotencyKey(
        person_id=UUID(subject.person), created_at=now, status=_CREATED, answer=str(bulletin.pk), **known
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        earlier = mine.get(key=known["key"])
        before = Bulletin.unrestricted.filter(pk=earlier.answer).first()
        if before:
            raise BegunBefore(before, same=earlier.fingerprint == known["fingerprint"]) from None
        # Thrown away since.
        mine.filter(pk=earlier.pk).update(created_at=now, answer=row.answer, fingerprint=row.fingerprint)


def _said(draft: Draft) -> str:
    parts = tuple(map(_without_bytes, draft.parts))
    return keyring().mac("desk.form", repr(replace(draft, parts=parts)).encode(errors="surrogatepass")).hex()


def _without_bytes(part: PartDraft) -> PartDraft:
    return replace(part, data=hashlib.sha256(part.data).digest()) if part.data is not None else part
