"""Looking for words: what of each revision can be looked for, and the searches that people keep."""

from django.conf import settings
from django.db import models

from bulletins.models.part import Part
from bulletins.models.revision import Revision
from council.ids import opaque_id


class SearchCompartment(models.Model):
    """A tier and set of subcommittees under whose key tokens were made; as many as there are labels in use, however many bulletins."""

    key = models.CharField(max_length=400, unique=True)
    tier = models.PositiveSmallIntegerField()
    subcommittees = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.key


class SearchEntry(models.Model):
    """The set of tokens of those parts of a served revision that are labelled alike (bulletins.tokens). Never words.

    A hit is a candidate until the reader's own rendition was opened and read (bulletins.search). `epoch` is the scheme of the tokens.
    """

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    compartment = models.ForeignKey(SearchCompartment, on_delete=models.PROTECT, related_name="+")
    epoch = models.PositiveIntegerField(default=0)
    tokens = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "compartment"], name="one_search_entry_each")]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.compartment_id}"


class AttachmentText(models.Model):
    """The words inside an attached file, sealed like the part itself; its key is a PartWrap, and is destroyed with the others."""

    part = models.OneToOneField(Part, on_delete=models.CASCADE, related_name="+")
    ciphertext = models.BinaryField()

    def __str__(self) -> str:
        return str(self.part_id)


class SavedSearch(models.Model):
    """A search that somebody kept: its name and conditions sealed, because what one looks for tells what one knows."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Whether a new bulletin that answers it is told of.
    alerts = models.BooleanField(default=False)
    ciphertext = models.BinaryField()
    wrap = models.BinaryField()
    epoch = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=40)
    key_id = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "created_at"], name="searches_of_a_person")]

    def __str__(self) -> str:
        return str(self.pk)
