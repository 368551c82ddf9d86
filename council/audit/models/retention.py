"""How long the sealed details of events are kept: holds that stop their end, and disposals that two people carry. Leaves never go."""

from django.db import models

from council.ids import opaque_id


class LegalHold(models.Model):
    """Nothing it covers is destroyed until it is lifted: events by this actor, of this organisation, or about this object.

    What was done by a person and what was done to them are two columns, so that several may be set; without any it covers everything.
    """

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    reason = models.CharField(max_length=500)
    actor = models.CharField(max_length=64, blank=True)
    org = models.CharField(max_length=36, blank=True)
    object = models.CharField(max_length=120, blank=True)
    placed_by = models.UUIDField()
    placed_at = models.DateTimeField()
    lifted_by = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-placed_at"]

    def __str__(self) -> str:
        return f"hold {self.id}"


class Disposal(models.Model):
    """A proposal to destroy the details of one class of events up to a moment, what became of it, and how many it destroyed."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        WITHDRAWN = "withdrawn"
        APPROVED = "approved"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    kind = models.CharField(max_length=40)
    before = models.DateTimeField()
    # As counted when it was proposed; what a hold covers is not in it.
    expected = models.PositiveBigIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    destroyed = models.PositiveBigIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], name="audit_one_open_disposal", condition=models.Q(state__in=["proposed", "approved"])
            )
        ]

    def __str__(self) -> str:
        return f"disposal {self.id}: {self.state}"
