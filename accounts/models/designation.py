"""指定管理簿: what an agency has designated, until when, and everything that was done about it. Nothing here is itself secret."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from council.ids import opaque_id


class Designation(models.Model):
    """指定: an item in the register of an agency. On a connected portal it is the pointer: it says where the content is read."""

    class Category(models.TextChoices):
        """The limbs of 重要経済基盤保護情報 (法第2条第4項)."""

        MEASURES = "measures", _("保護措置・計画・研究")
        VULNERABILITY = "vulnerability", _("脆弱性・革新的な技術など")
        FOREIGN = "foreign", _("外国政府・国際機関からの情報")
        CAPABILITY = "capability", _("収集整理・その能力")

    class Measure(models.TextChoices):
        MARK = "mark", _("表示")
        NOTICE = "notice", _("通知")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    register_number = models.CharField(_("指定管理簿の番号"), max_length=40)
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    summary = models.CharField(_("概要"), max_length=200)
    category = models.CharField(_("該当する事項"), max_length=14, choices=Category, default=Category.MEASURES)
    measure = models.CharField(_("表示か通知か"), max_length=6, choices=Measure, default=Measure.MARK)
    designated_on = models.DateField(_("指定した日"))
    expires_on = models.DateField(_("有効期間の末日"))
    cancelled_on = models.DateField(_("解除した日"), null=True, blank=True)
    # The portal has written down that the period is over, and told everybody.
    lapsed_on = models.DateField(_("満了した日"), null=True, blank=True)
    reading_place = models.CharField(_("読める場所"), max_length=200, blank=True)
    contact = models.CharField(_("問い合わせ先"), max_length=120, blank=True)

    class Meta:
        ordering = ["register_number"]
        # Within its agency: a number that is taken elsewhere tells nobody so.
        constraints = [
            models.UniqueConstraint(fields=["agency", "register_number"], name="each_number_once_at_its_agency")
        ]
        permissions = [("handle_designation", "may handle the item")]

    def __str__(self) -> str:
        return self.register_number


class RegisterEntry(models.Model):
    """One line of the register: what was done about a designation, on which day, by whom. Lines are only added."""

    class What(models.TextChoices):
        DESIGNATED = "designated", _("指定")
        EXTENDED = "extended", _("延長")
        REVIEWED = "reviewed", _("見直し")
        CANCELLED = "cancelled", _("解除")
        LAPSED = "lapsed", _("満了")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    designation = models.ForeignKey(Designation, on_delete=models.PROTECT, related_name="entries")
    what = models.CharField(max_length=10, choices=What)
    on = models.DateField(_("日付"))
    # The last day of the period that this line begins or prolongs.
    until = models.DateField(_("有効期間の末日"), null=True, blank=True)
    # Beyond the years that the agency may grant by itself (法第4条).
    cabinet_approved_on = models.DateField(_("内閣の承認の日"), null=True, blank=True)
    by = models.CharField(_("記載した人"), max_length=120)
    confirmed_by = models.CharField(_("確認した人"), max_length=120, blank=True)
    written_at = models.DateTimeField(_("記載した日時"))

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["designation"], condition=Q(what__in=["cancelled", "lapsed"]), name="a_designation_ends_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.designation} {self.what}"


class DesignationNotice(models.Model):
    """That somebody who handled the item was told in writing of a line of the register, and that they confirmed it."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="notices")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(_("知らせた日時"))
    confirmed_at = models.DateTimeField(_("確認した日時"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("再通知した日時"), null=True, blank=True)
    # An officer reached them another way than through the portal, and says so with their name.
    reached_at = models.DateTimeField(_("ほかの方法で知らせた日時"), null=True, blank=True)
    reached_by = models.CharField(_("知らせた人"), max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "person"], name="each_is_told_once")]
        indexes = [models.Index(fields=["person"], name="told_and_silent", condition=Q(confirmed_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.entry}: {self.person}"
