"""A bulletin: the thing that has a reference and revisions. Only the files that tests/rules names may touch `unrestricted`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from council.ids import opaque_id


class Bulletin(models.Model):
    """What is shared. `served` is the revision that readers get; without one the bulletin exists for nobody but its desk."""

    class Kind(models.TextChoices):
        FLASH = "flash", _("速報")
        ALERT = "alert", _("注意喚起")
        THREAT = "threat", _("脅威分析")
        SCENARIO = "scenario", _("シナリオ分析")
        SUPPLY_CHAIN = "supply_chain", _("サプライチェーン分析")
        TECHNOLOGY = "technology", _("技術分析")
        REGION = "region", _("地域情勢")

    # Two letters that open the reference of each kind.
    PREFIXES = {
        Kind.FLASH: "FL",
        Kind.ALERT: "AL",
        Kind.THREAT: "TH",
        Kind.SCENARIO: "SN",
        Kind.SUPPLY_CHAIN: "SC",
        Kind.TECHNOLOGY: "TC",
        Kind.REGION: "RG",
    }

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    reference = models.CharField(_("資料番号"), max_length=12, unique=True, editable=False)
    kind = models.CharField(_("種類"), max_length=12, choices=Kind)
    originator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("発信元"))
    served = models.ForeignKey("bulletins.Revision", on_delete=models.PROTECT, null=True, related_name="+")
    # When the served revision was published. Lists are ordered by it, newest first, and by id where two are equal.
    published_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # The digest of the file an import made this from, so that a second run of the import finds it.
    imported_from = models.CharField(max_length=64, null=True, unique=True, editable=False)

    unrestricted = models.Manager()

    class Meta:
        default_manager_name = base_manager_name = "unrestricted"
        permissions = [("read_bulletin", "May read the bulletin, within its labels")]
        indexes = [models.Index(fields=["-published_at", "-id"], name="bulletin_newest_first")]

    def __str__(self) -> str:
        return self.reference
