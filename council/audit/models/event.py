"""The log as rows. A row is its leaf; its columns are there to be searched and hold nothing that the leaf does not.

No foreign keys: a cascade would delete a hashed row, SET_NULL would change one. The database itself refuses UPDATE and
DELETE of events (migration 0002) and of what the logs say of them (migration 0005).
"""

from django.db import models


class AuditEvent(models.Model):
    """One event. Ids are UUIDv7: their order is the order of time, and every list is newest first along an index."""

    id = models.UUIDField(primary_key=True, editable=False)
    leaf = models.BinaryField()
    time = models.DateTimeField()
    actor = models.CharField(max_length=64)
    org = models.CharField(max_length=36)
    action = models.CharField(max_length=40)
    object = models.CharField(max_length=120)
    revision = models.PositiveBigIntegerField()
    tier = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=5)
    reason = models.CharField(max_length=40)
    request = models.CharField(max_length=36)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
            models.Index(fields=["org", "-id"], name="audit_by_org"),
            models.Index(fields=["object", "-id"], name="audit_by_object"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            models.Index(fields=["outcome", "-id"], name="audit_by_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.outcome} {self.id}"


class AuditDetail(models.Model):
    """Who, from where, with which words: sealed, and destroyed when its retention ends. The leaf holds its digest."""

    event = models.UUIDField(primary_key=True, editable=False)
    salt = models.BinaryField()
    ciphertext = models.BinaryField()
    wrap = models.BinaryField()
    epoch = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=40)
    key_id = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"detail of {self.event}"
