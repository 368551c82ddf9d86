"""Who is cleared: clearances, certifications with their contract, education, rosters. Positive rows only (domain-facts §1).

A clearance that was suspended, withdrawn or recorded by mistake is a row that is not there, as if it had lapsed or had never been:
nothing here tells one from the other.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from accounts.models.designation import Designation
from accounts.models.organisation import Organisation
from council.access.terms import ClearanceKind


class Clearance(models.Model):
    """適性評価: that an agency has cleared a person, and until which day. There are no negative rows and no reasons."""

    class Kind(models.TextChoices):
        ECONOMIC_SECURITY = ClearanceKind.ECONOMIC_SECURITY.value, _("重要経済安保情報")
        SPECIFIED_SECRET = ClearanceKind.SPECIFIED_SECRET.value, _("特定秘密")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="clearances")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("種類"), max_length=20, choices=Kind, default=Kind.ECONOMIC_SECURITY)
    notified_on = models.DateField(_("通知の日"))
    last_day = models.DateField(_("有効な最後の日"))
    recorded_by = models.CharField(_("記録した人"), max_length=120)
    confirmed_by = models.CharField(_("確認した人"), max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "agency", "kind"], name="one_clearance_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.person} / {self.agency}"


class OperatorCertification(models.Model):
    """適合事業者の認定: agency × company. While it is suspended nothing rests on it."""

    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="certifications")
    certified_on = models.DateField(_("認定した日"))
    last_day = models.DateField(_("有効な最後の日"), null=True, blank=True)
    suspended_on = models.DateField(_("停止した日"), null=True, blank=True)
    # 保護責任者: answers for the whole company.
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.CharField(_("記録した人"), max_length=120, blank=True)
    confirmed_by = models.CharField(_("確認した人"), max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "company"], name="one_certification_each")]

    def __str__(self) -> str:
        return f"{self.agency} / {self.company}"


class Contract(models.Model):
    """The contract under a certification (法第10条第2項): its days, and through the rows that name it items, departments and places."""

    certification = models.OneToOneField(OperatorCertification, on_delete=models.PROTECT, related_name="contract")
    first_day = models.DateField(_("契約の始まり"))
    last_day = models.DateField(_("契約の終わり"), null=True, blank=True)

    def __str__(self) -> str:
        return str(self.certification)


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


class ContractDepartment(models.Model):
    """部署: only people of a department that the contract names handle anything under it."""

    certification = models.ForeignKey(OperatorCertification, on_delete=models.PROTECT, related_name="departments")
    name = models.CharField(_("部署"), max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certification", "name"], name="each_department_once")]

    def __str__(self) -> str:
        return self.name


class HandlingPlace(models.Model):
    """A place where the items of the contract are handled, and its 業務管理者."""

    certification = models.ForeignKey(OperatorCertification, on_delete=models.PROTECT, related_name="places")
    name = models.CharField(_("取り扱う場所"), max_length=120)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_on = models.DateField(_("使わなくなった日"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certification", "name"], condition=Q(ended_on__isnull=True), name="each_place_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Education(models.Model):
    """That a person was taught how to protect what an agency has designated, and until which day that counts."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="educations")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField(_("教育を受けた日"))
    last_day = models.DateField(_("有効な最後の日"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "agency", "held_on"], name="one_education_a_day")]

    def __str__(self) -> str:
        return f"{self.person} / {self.agency}"


class ChangeReport(models.Model):
    """事情変更の報告: a certified company says beforehand that something it was certified on changes; the agency examines it."""

    class What(models.TextChoices):
        SHAREHOLDERS = "shareholders", _("株主・出資")
        OFFICERS = "officers", _("役員")
        RESPONSIBLE = "responsible", _("保護責任者・業務管理者")
        PLACES = "places", _("施設・場所")
        RULES = "rules", _("社内規程・教育")
        OTHER = "other", _("その他")

    certification = models.ForeignKey(OperatorCertification, on_delete=models.PROTECT, related_name="reports")
    what = models.CharField(_("変わること"), max_length=12, choices=What)
    takes_effect_on = models.DateField(_("変わる日"))
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(_("報告した日時"))
    examined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    examined_at = models.DateTimeField(_("審査した日時"), null=True, blank=True)

    class Meta:
        ordering = ["-reported_at"]

    def __str__(self) -> str:
        return f"{self.certification}: {self.what}"


class RosterEntry(models.Model):
    """取扱者名簿: a named person who may handle a designated item. Nominated, accepted by the agency, pledged; only then does it count.

    An entry that ended stays: whoever once handled the item is told when it is lifted or expires.
    """

    designation = models.ForeignKey(Designation, on_delete=models.PROTECT, related_name="roster")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="roster_entries")
    first_day = models.DateField(_("初日"))
    last_day = models.DateField(_("最後の日"), null=True, blank=True)
    nominated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    nominated_at = models.DateTimeField(_("推薦した日時"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    accepted_at = models.DateTimeField(_("受け入れた日時"), null=True, blank=True)
    pledged_at = models.DateTimeField(_("誓約した日時"), null=True, blank=True)
    # Which version of the sentence (accounts.handler_pledge) they signed.
    pledged_version = models.PositiveSmallIntegerField(_("誓約した文の版"), null=True, blank=True)
    ended_at = models.DateTimeField(_("外れた日時"), null=True, blank=True)
    # The entry that this one goes on from, the day after its last. It takes every step anew; the older one holds until then.
    prolongs = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["designation", "person"],
                condition=Q(ended_at__isnull=True, prolongs__isnull=True),
                name="on_a_roster_once",
            ),
            models.UniqueConstraint(fields=["prolongs"], condition=Q(ended_at__isnull=True), name="prolonged_once"),
            models.CheckConstraint(
                condition=Q(pledged_at__isnull=True) | Q(accepted_at__isnull=False), name="nobody_pledges_unaccepted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.designation}: {self.person}"


class RosterGrant(UserObjectPermissionBase):
    """guardian's row that a person may handle a designated item: derived from the roster by accounts.roster_grants, its only writer.

    A decision asks for both, so that neither a forged grant nor a forged entry opens anything by itself.
    """

    content_object = models.ForeignKey(Designation, on_delete=models.CASCADE, related_name="grants")
