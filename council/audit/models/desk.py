"""What the people of the auditor's desk keep: saved queries, signals of misuse, checks of the logs, evidence packs."""

from django.db import models

from council.ids import opaque_id


class SavedQuery(models.Model):
    """A question an auditor asks again: the filter of the events page as a query string, under a name of their own."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    person = models.UUIDField()
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="audit_one_query_a_name")]

    def __str__(self) -> str:
        return self.name


class Signal(models.Model):
    """Something that looks like misuse, found by a rule in the events; somebody looks into it and says what it was.

    `key` is rule, actor and window in one line: the same signal is not raised twice. `actor` is the one of the log (HMAC).
    """

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    key = models.CharField(max_length=200, unique=True)
    rule = models.CharField(max_length=40)
    actor = models.CharField(max_length=64, blank=True)
    org = models.CharField(max_length=36, blank=True)
    # The newest event it rests on, and how many there were where how many count.
    event = models.UUIDField()
    first_event = models.UUIDField()
    count = models.PositiveIntegerField()
    threshold = models.PositiveIntegerField()
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    finding = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-raised_at"]
        indexes = [models.Index(fields=["settled_at", "-raised_at"], name="audit_signals_open")]

    def __str__(self) -> str:
        return self.key


class SignalReach(models.Model):
    """How far the events have been looked through for signals: one row. What lies before is not looked at again."""

    reached_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"until {self.reached_at}"


class Task(models.Model):
    """Work of the desk that runs in the background and shows how far it is."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    # When the worker last said how far it is: one that says nothing for long has died, and the sweep starts again.
    moved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # Why it failed, in a word of the code.
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True
        default_permissions = ()


class Verification(Task):
    """One check of every log against its checkpoints, its signer's memory and its witnesses."""

    # {log: {"verdict": "whole" | "broken" | "unchecked", "size": …, "findings": [{"code": …, "index": …}, …]}}
    result = models.JSONField(default=dict)

    class Meta(Task.Meta):
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["-asked_at"], name="audit_verifications")]

    def __str__(self) -> str:
        return f"verification {self.id}: {self.state}"


class EvidencePack(Task):
    """Events that somebody asked for, with their proofs and the logs: one encrypted file, kept for some days."""

    # The filter of the events page, and which logs go along.
    query = models.JSONField(default=dict)
    events = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    # The key of the file, as for payloads.
    wrap = models.BinaryField(default=bytes)
    epoch = models.PositiveIntegerField(default=0)
    algorithm = models.CharField(max_length=40, blank=True)
    key_id = models.CharField(max_length=64, blank=True)

    class Meta(Task.Meta):
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="audit_packs_mine")]

    def __str__(self) -> str:
        return f"pack {self.id}: {self.state}"
