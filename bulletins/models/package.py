"""The outbox: which organisation gets which sealed package. Rows are written in the transaction that publishes, and are the truth;
messages of the broker only say that it is worth looking.

A package's identity is (bulletin, organisation, version). What lets it be opened stands in rows of their own (PayloadWrap,
PackageSeal): destroying them destroys every copy that was not fetched yet, and they are backed up apart.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, RecipientKey
from bulletins.models.bulletin import Bulletin
from bulletins.models.revision import Revision
from council.ids import opaque_id


class Payload(models.Model):
    """One rendition of a revision, encrypted once for everybody who gets the same parts. `parts` is the digest of their ids."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    parts = models.CharField(max_length=64)
    tier = models.PositiveSmallIntegerField()
    subcommittees = models.JSONField(default=list)
    caveats = models.JSONField(default=list)
    # A random name in the file store; empty until it is sealed and after it was destroyed.
    stored_file = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    # The age file key, encrypted under the key whose wrap is the PayloadWrap.
    sealed_key = models.BinaryField(default=b"")
    sealed_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "parts"], name="one_payload_for_a_rendition")]

    def __str__(self) -> str:
        return str(self.pk)


class PayloadWrap(models.Model):
    """The wrapped key of a payload."""

    payload = models.OneToOneField(Payload, on_delete=models.CASCADE, related_name="+")
    wrap = models.BinaryField()
    epoch = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=40)
    key_id = models.CharField(max_length=120)

    def __str__(self) -> str:
        return str(self.payload_id)


class Package(models.Model):
    """One package for one organisation. `version` counts up over all packages of the bulletin for the organisation."""

    class State(models.TextChoices):
        QUEUED = "queued", _("封を待っています")
        NO_KEY = "no_key", _("鍵がありません")
        WITHHELD = "withheld", _("渡せません")
        RELEASED = "released", _("渡せます")
        CLOSED = "closed", _("終わりました")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    # Why it is withheld: a reason of decide().
    reason = models.CharField(max_length=40, blank=True)
    queued_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "organisation", "version"], name="one_package_of_a_version"),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(released_at__isnull=False), name="released_packages_say_when"
            ),
        ]
        indexes = [
            models.Index(fields=["revision"], name="package_queued", condition=Q(state="queued")),
            models.Index(fields=["organisation"], name="package_without_key", condition=Q(state="no_key")),
            models.Index(fields=["organisation", "-released_at"], name="package_newest_first"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PackageSeal(models.Model):
    """What makes a package one organisation's: header, manifest, signature. Exactly one for each package, ever: `package` is unique."""

    package = models.OneToOneField(Package, on_delete=models.PROTECT, primary_key=True, related_name="+")
    payload = models.ForeignKey(Payload, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(RecipientKey, on_delete=models.PROTECT, related_name="+")
    header = models.BinaryField()
    manifest = models.BinaryField()
    signature = models.BinaryField()
    # The event of its release in the audit log.
    event = models.UUIDField()

    def __str__(self) -> str:
        return str(self.package_id)
