"""How far a revision has got with each organisation: its deadline, reminders, answers, and what became of its copies after a recall."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from bulletins.models.bulletin import Bulletin
from bulletins.models.revision import Revision
from council.ids import opaque_id


class Delivery(models.Model):
    """One revision and one organisation with readers, written in the transaction that publishes. `readers` is their number then."""

    class Return(models.TextChoices):
        DESTROYED = "destroyed", _("写しを消しました")
        RETURNED = "returned", _("写しを返しました")
        NONE = "none", _("写しはありません")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    readers = models.PositiveIntegerField()
    # The organisation's own deadline: that of the revision until somebody extends it.
    deadline = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    # The step of the ladder that was reached; 0 is none.
    level = models.PositiveSmallIntegerField(default=0)
    escalated_at = models.DateTimeField(null=True)
    # From here on: what was asked back, until when, and what the organisation said became of it.
    recalled_at = models.DateTimeField(null=True)
    return_deadline = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    return_kind = models.CharField(max_length=9, choices=Return, blank=True)
    copies_digital = models.PositiveIntegerField(default=0)
    copies_paper = models.PositiveIntegerField(default=0)
    called_at = models.DateTimeField(null=True)
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "organisation"], name="one_delivery_each")]
        indexes = [
            models.Index(fields=["deadline"], name="delivery_due", condition=models.Q(deadline__isnull=False)),
            models.Index(
                fields=["return_deadline"],
                name="delivery_to_return",
                condition=models.Q(return_deadline__isnull=False, returned_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.organisation_id}"


class Answer(models.Model):
    """What an organisation says of itself on a revision. Answers are added, never changed; the last one counts.

    The note is sealed like content: it is about the company, and its competitors sit in the same council.
    """

    class Value(models.TextChoices):
        APPLICABLE = "applicable", _("該当あり")
        NOT_APPLICABLE = "not_applicable", _("該当なし")
        CHECKING = "checking", _("確認中")
        HANDLED = "handled", _("対処済")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=14, choices=Value)
    # When the organisation means to say more: the next look, or the report of what was done.
    until = models.DateField(null=True)
    tier = models.PositiveSmallIntegerField()
    ciphertext = models.BinaryField(default=b"")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["answered_at"]
        indexes = [models.Index(fields=["bulletin", "revision", "organisation"], name="answers_of_an_organisation")]

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.organisation_id} {self.value}"


class AnswerWrap(models.Model):
    """The wrapped key of an answer's note."""

    answer = models.OneToOneField(Answer, on_delete=models.CASCADE, related_name="+")
    wrap = models.BinaryField()
    epoch = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=40)
    key_id = models.CharField(max_length=120)

    def __str__(self) -> str:
        return str(self.answer_id)
