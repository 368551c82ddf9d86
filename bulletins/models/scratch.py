"""What an author has typed and not saved yet: kept sealed, so that a lost session, tab or machine loses nothing."""

from django.conf import settings
from django.db import models

from bulletins.models.bulletin import Bulletin
from council.ids import opaque_id


class Scratch(models.Model):
    """The newest unsaved state of one author's form: of a bulletin that is there, or of one that was begun and never saved.

    `tier` and `subcommittees` are the highest that anything in the form names, and what its key is wrapped under. `base` is when the
    draft that the form began from was last saved, so that a form from before somebody else's save can be told.
    """

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, null=True, related_name="+")
    base = models.DateTimeField(null=True)
    tier = models.PositiveSmallIntegerField()
    subcommittees = models.JSONField(default=list)
    ciphertext = models.BinaryField()
    wrap = models.BinaryField()
    epoch = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=40)
    key_id = models.CharField(max_length=120)
    saved_at = models.DateTimeField()
    # When its author last opened an editor over it: what is neither written in nor opened for long goes (bulletins.actions.scratch).
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "bulletin"], name="one_scratch_of_a_bulletin_each")]
        indexes = [models.Index(fields=["saved_at"], name="scratch_oldest_first")]

    def __str__(self) -> str:
        return str(self.pk)
