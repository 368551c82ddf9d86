"""A review of access: every organisation is asked who still needs what, until a day; what nobody answers for ends by itself."""

from django.conf import settings
from django.db import models

from accounts.models.organisation import Organisation
from council.ids import opaque_id


class ReviewCampaign(models.Model):
    """One round of asking. `report` is a signed note over what came of it, written when it is closed."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    # The last moment for answers; from then on what is unanswered lapses.
    deadline = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    report = models.BinaryField(default=bytes)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), name="one_review_at_a_time", condition=models.Q(closed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.opened_at:%Y-%m-%d}"


class ReviewItem(models.Model):
    """One right of one person, as it was when the round began: what it is called in `kind` and `value` says what is asked about."""

    class Kind(models.TextChoices):
        ACCOUNT = "account"
        ROLE = "role"
        TIER = "tier"
        SUBCOMMITTEE = "subcommittee"

    class Answer(models.TextChoices):
        OPEN = ""
        KEEP = "keep"
        END = "end"

    class Outcome(models.TextChoices):
        OPEN = ""
        KEPT = "kept"
        ENDED = "ended"
        LAPSED = "lapsed"
        # It had ended by other ways, or the person had left, before the round was over.
        GONE = "gone"

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    campaign = models.ForeignKey(ReviewCampaign, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    # The role, the tier as a digit, or the id of the subcommittee; empty for the account itself.
    value = models.CharField(max_length=40, blank=True)
    answer = models.CharField(max_length=4, choices=Answer, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "person", "kind", "value"], name="review_asks_once"),
        ]
        indexes = [models.Index(fields=["campaign", "organisation"], name="review_by_organisation")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.value}"
