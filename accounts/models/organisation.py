"""Organisations of the council, and the subcommittees that compartment what they share."""

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.corporate_number import validate_corporate_number
from council.ids import opaque_id


class Organisation(models.Model):
    """A ministry or agency, a company, a think tank or an audit body. Its group is what guardian's grants name."""

    class Kind(models.TextChoices):
        AGENCY = "agency", _("行政機関")
        COMPANY = "company", _("会社")
        THINKTANK = "thinktank", _("調査研究機関")
        AUDIT = "audit", _("監査機関")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    kind = models.CharField(_("種別"), max_length=10, choices=Kind)
    name = models.CharField(_("名称"), max_length=120)
    corporate_number = models.CharField(
        _("法人番号"), max_length=13, null=True, blank=True, unique=True, validators=[validate_corporate_number]
    )
    tier = models.PositiveSmallIntegerField(_("扱える格付"), default=2)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="+", editable=False)
    is_active = models.BooleanField(_("参加中"), default=True)
    joined_on = models.DateField(_("参加した日"))

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(tier__in=[1, 2]), name="organisation_tier_is_one_or_two")
        ]

    def __str__(self) -> str:
        return self.name


class Subcommittee(models.Model):
    """分科会: a need-to-know compartment with its own members."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    name = models.CharField(_("名称"), max_length=80, unique=True)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SubcommitteeSeat(models.Model):
    """An organisation that takes part in a subcommittee: only its people can be members of it."""

    subcommittee = models.ForeignKey(Subcommittee, on_delete=models.CASCADE, related_name="seats")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="seats")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subcommittee", "organisation"], name="one_seat_each")]

    def __str__(self) -> str:
        return f"{self.organisation} / {self.subcommittee}"
