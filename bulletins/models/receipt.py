"""Opened and acknowledged: two facts with two times, per person and revision."""

from django.conf import settings
from django.db import models

from accounts.models import Organisation
from bulletins.models.bulletin import Bulletin


class Receipt(models.Model):
    """That a person opened a revision and, later and separately, said so."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    statement = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "bulletin", "revision"], name="one_receipt_each")]

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.person_id}"
