"""Which requests a person has already made, so that one sent twice has one effect."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A key of a person for one request. `status` is null while that is under way, then `answer` is what was sent.

    Answers of the verbs hold ids, references, states and times; never a title or a text.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    location = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="each_idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.key}"
