"""Whom the council reaches for an organisation, a subcommittee or itself, besides the readers: the ladder of escalation."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation, Subcommittee
from council.ids import opaque_id


class Contact(models.Model):
    """A role mailbox or a person with a duty. A mailbox has an address and nobody behind it who could be cleared."""

    class Kind(models.TextChoices):
        MAILBOX = "mailbox", _("窓口のメールアドレス")
        DEPUTY = "deputy", _("代理")
        LEAD = "lead", _("分科会の主査")
        DUTY_OFFICER = "duty_officer", _("当番の担当官")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    kind = models.CharField(_("役目"), max_length=12, choices=Kind)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subcommittee = models.ForeignKey(Subcommittee, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    address = models.EmailField(_("メールアドレス"), blank=True)
    telephone = models.CharField(_("電話"), max_length=40, blank=True)
    # Whoever confirms a key by telephone must know whether the number came with the key.
    added_at = models.DateTimeField(_("登録した日時"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("届かなかった日時"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="mailbox", person__isnull=True) & ~Q(address="")
                | ~Q(kind="mailbox") & Q(person__isnull=False, address=""),
                name="contact_is_a_mailbox_or_a_person",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["mailbox", "deputy"], organisation__isnull=False, subcommittee__isnull=True)
                | Q(kind="lead", organisation__isnull=True, subcommittee__isnull=False)
                | Q(kind="duty_officer", organisation__isnull=True, subcommittee__isnull=True),
                name="contact_of_what_its_kind_asks",
            ),
        ]

    def __str__(self) -> str:
        return self.address or str(self.person)
