"""What tier three rests on: designations, clearances, certifications, contracts and rosters. Positive rows only (domain-facts §1)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from council.ids import opaque_id


class Designation(models.Model):
    """指定: an item in the register of an agency. The summary is itself not secret."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    register_number = models.CharField(_("指定管理簿の番号"), max_length=40, unique=True)
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    summary = models.CharField(_("概要"), max_length=200)
    designated_on = models.DateField(_("指定した日"))
    expires_on = models.DateField(_("有効期間の末日"))
    cancelled_on = models.DateField(_("解除した日"), null=True, blank=True)

    class Meta:
        ordering = ["register_number"]

    def __str__(self) -> str:
        return self.register_number


class Clearance(models.Model):
    """適性評価: that an agency has cleared a person, and until which day. There are no negative rows and no reasons."""

    class Kind(models.TextChoices):
        ECONOMIC_SECURITY = "economic_security", _("重要経済安保情報")
        SPECIFIED_SECRET = "specified_secret", _("特定秘密")  # noqa: S105  a kind of clearance, not a secret

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="clearances")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("種類"), max_length=20, choices=Kind, default=Kind.ECONOMIC_SECURITY)
    notified_on = models.DateField(_("通知の日"))
    last_day = models.DateField(_("有効な最後の日"))
    recorded_by = models.CharField(_("記録した人"), max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "agency", "kind"], name="one_clearance_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.person} / {self.agency}"


class OperatorCertification(models.Model):
    """適合事業者の認定: agency × company."""

    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="certifications")
    certified_on = models.DateField(_("認定した日"))
    last_day = models.DateField(_("有効な最後の日"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "company"], name="one_certification_each")]

    def __str__(self) -> str:
        return f"{self.agency} / {self.company}"


class ContractItem(models.Model):
    """A designated item that the contract under a certification covers, and for how long."""

    certification = models.ForeignKey(OperatorCertification, on_delete=models.PROTECT, related_name="items")
    designation = models.ForeignKey(Designation, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField(_("契約の始まり"))
    last_day = models.DateField(_("契約の終わり"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certification", "designation"], name="each_item_once")]

    def __str__(self) -> str:
        return f"{self.certification}: {self.designation}"


class RosterEntry(models.Model):
    """取扱者名簿: a named person who may handle a designated item, from day to day."""

    designation = models.ForeignKey(Designation, on_delete=models.PROTECT, related_name="roster")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="roster_entries")
    first_day = models.DateField(_("初日"))
    last_day = models.DateField(_("最後の日"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["designation", "person"], name="on_a_roster_once")]

    def __str__(self) -> str:
        return f"{self.designation}: {self.person}"
