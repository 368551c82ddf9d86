"""Parts of a revision. What they say exists here only as ciphertext; the wraps that open it are rows of their own, so that
destroying them destroys the part.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bulletins.models.revision import Revision
from council.ids import opaque_id


class Part(models.Model):
    """One part: its place, kind and label in the clear, everything it says sealed (bulletins.sealed)."""

    class Kind(models.TextChoices):
        TITLE = "title", _("題名")
        CHANGES = "changes", _("変更点")
        TEXT = "text", _("段落")
        TABLE = "table", _("表")
        FIGURE = "figure", _("図")
        INDICATORS = "indicators", _("指標")
        ATTACHMENT = "attachment", _("付属資料")
        # Structured parts of the analyses: Markdown of a fixed shape (bulletins.structured).
        INJECTS = "injects", _("シナリオと状況付与")
        TECHNOLOGY = "technology", _("技術シート")
        REGION = "region", _("地域シート")
        SUPPLY = "supply", _("供給網の表")

    # Written by the system from what the author says of the whole revision; the others are the body.
    OF_THE_WHOLE = frozenset({Kind.TITLE, Kind.CHANGES})

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TEXT)
    tier = models.PositiveSmallIntegerField(_("格付"))
    subcommittees = models.JSONField(default=list)
    caveats = models.JSONField(default=list)
    ciphertext = models.BinaryField()
    # The name under which the sealed attachment lies in the file store; random, never the file's own name.
    stored_file = models.CharField(max_length=64, blank=True)

    unrestricted = models.Manager()

    class Meta:
        default_manager_name = base_manager_name = "unrestricted"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="each_position_once"),
            models.CheckConstraint(condition=models.Q(tier__in=[1, 2, 3]), name="part_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.revision} #{self.position}"


class PartWrap(models.Model):
    """The wrapped key of a part's words ("content") or of its file ("file")."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10)
    wrap = models.BinaryField()
    epoch = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=40)
    key_id = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "purpose"], name="one_wrap_for_each_purpose")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.purpose}"
