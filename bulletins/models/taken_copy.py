"""Numbered copies: what somebody took out of the portal as a PDF, why, and when it has to be back or destroyed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from bulletins.models.bulletin import Bulletin
from council.ids import opaque_id


class TakenCopy(models.Model):
    """One copy of one rendition. Its number counts from 1 within the bulletin and stands on every page of it."""

    class Reason(models.TextChoices):
        # A choice and not words: somebody's own words would tell of the content, in the clear.
        MEETING = "meeting", _("会議で使う")
        OFFLINE = "offline", _("ネットワークのない場所で読む")
        MANAGEMENT = "management", _("経営層に説明する")
        RESPONSE = "response", _("対処の作業で参照する")
        RECORD = "record", _("社内の記録に保管する")

    class Ending(models.TextChoices):
        RETURNED = "returned", _("発信元に返した")
        DESTROYED = "destroyed", _("裁断または消去した")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("理由"), max_length=10, choices=Reason)
    taken_at = models.DateTimeField()
    return_by = models.DateField(_("返す日"), null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulletin", "number"], name="each_copy_number_once")]
        indexes = [models.Index(fields=["person", "-taken_at"], name="copies_of_a_person")]

    def __str__(self) -> str:
        return f"{self.bulletin_id} #{self.number}"
