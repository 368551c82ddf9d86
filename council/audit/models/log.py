"""The logs as rows: one log a tier. But for the head of a log and the queue before it, these rows only grow (migration 0005)."""

from django.db import models


class PendingEvent(models.Model):
    """An event that no log holds yet. Written with the event, taken away when the sequencer has given it its place."""

    event = models.UUIDField(primary_key=True, editable=False)
    tier = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["tier", "event"], name="audit_pending")]

    def __str__(self) -> str:
        return f"{self.event} waits"


class LogHead(models.Model):
    """How far the log of one tier is: one row a tier, locked by whoever writes into that log. Everything else about logs only grows.

    `origin` is the log's name for good. `frontier` is the right edge of the tree (council.audit.tree.Frontier), `note` the newest
    checkpoint with both signatures of the log, of `signed_size` leaves; `beat_at` the moment of the last heartbeat.
    """

    tier = models.PositiveSmallIntegerField(primary_key=True)
    origin = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField(default=bytes)
    signed_size = models.PositiveBigIntegerField(default=0)
    note = models.BinaryField(default=bytes)
    beat_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.origin}: {self.size}"


class LogEntry(models.Model):
    """The place of an event in the log of its tier, given once, by the sequencer; and the hash of its leaf at that moment."""

    event = models.UUIDField(primary_key=True, editable=False)
    tier = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    leaf_hash = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["tier", "index"], name="audit_one_event_a_place")]

    def __str__(self) -> str:
        return f"tier {self.tier}, {self.index}: {self.event}"


class LogTile(models.Model):
    """A full tile (C2SP tlog-tiles): 256 hashes of one level, and the root over them, which is one hash of the next level."""

    tier = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["tier", "level", "number"], name="audit_one_tile_a_place")]

    def __str__(self) -> str:
        return f"tier {self.tier}, tile {self.level}/{self.number}"


class LogCheckpoint(models.Model):
    """A checkpoint that was signed: the note with the Ed25519 signature of the log alone. None is ever taken back."""

    tier = models.PositiveSmallIntegerField()
    size = models.PositiveBigIntegerField()
    root = models.BinaryField()
    note = models.BinaryField()
    signed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["tier", "size"], name="audit_one_checkpoint_a_size")]

    def __str__(self) -> str:
        return f"tier {self.tier}, {self.size} leaves"


class Cosignature(models.Model):
    """What a witness said of a checkpoint: its line for the note, checked before it was written here."""

    tier = models.PositiveSmallIntegerField()
    size = models.PositiveBigIntegerField()
    witness = models.CharField(max_length=255)
    line = models.BinaryField()
    signed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["tier", "size", "witness"], name="audit_one_line_a_witness")]

    def __str__(self) -> str:
        return f"tier {self.tier}, {self.size} leaves: {self.witness}"
