"""「確認しました」: a fact of its own, apart from having opened. Saying it twice changes nothing."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bulletins.access import get_bulletin_for
from bulletins.actions.verb import Conflict
from bulletins.models import Receipt
from council.access.facts import Subject
from council.access.policy import Action
from council.audit.record import record

# Kept with each acknowledgement, so that it stays known what people agreed to when the wording changes.
STATEMENT = "第1版"


def acknowledge(subject: Subject, bulletin_id: UUID, *, revision: int | None = None) -> Receipt:
    """The receipt with its acknowledgement of the served revision. NotVisible when the bulletin is not there for them.

    `revision` is the number the person had on screen: Conflict when another one has taken its place since.
    """
    bulletin, _about = get_bulletin_for(subject, bulletin_id, Action.ACKNOWLEDGE)
    if revision is not None and revision != bulletin.served.number:
        raise Conflict(_("開いたあとに新しい版が公開されました。新しい版を読んでから確認してください。"))
    with transaction.atomic():
        receipt, _created = Receipt.objects.select_for_update().get_or_create(
            person_id=subject.person,
            bulletin=bulletin,
            revision=bulletin.served.number,
            defaults={"organisation_id": subject.organisation},
        )
        if receipt.acknowledged_at is None:
            receipt.acknowledged_at, receipt.statement = timezone.now(), STATEMENT
            receipt.save(update_fields=["acknowledged_at", "statement"])
        record(
            Action.ACKNOWLEDGE, actor=subject.person, organisation=subject.organisation, object=str(bulletin.pk),
            revision=bulletin.served.number, tier=int(bulletin.served.tier),
        )  # fmt: skip
    return receipt
