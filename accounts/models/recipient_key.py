"""The keys that packages are sealed to: an organisation's public age keys, who holds the identity, and who confirmed them.

Nothing is sealed to a key that is not in use: proved by its holder, confirmed by two people, and past its delay.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from council.ids import opaque_id


class RecipientKey(models.Model):
    """One public key of an organisation. Its identity (the secret half) never reaches the portal.

    The key in use is the one whose `usable_from` came last and is past; it takes the place of the one before by itself.
    """

    class Kind(models.TextChoices):
        HYBRID = "mlkem768x25519", _("耐量子ハイブリッド（age1pq）")
        CLASSIC = "X25519", _("従来型（age1）")

    class Why(models.TextChoices):
        """Why a key was revoked; the last two are the portal's own words, nobody chooses them."""

        LEAKED = "leaked", _("識別鍵が漏れた、または漏れたおそれがある")
        LOST = "lost", _("識別鍵をなくした、または開けなくなった")
        HOLDER_LEFT = "holder_left", _("識別鍵を持つ人が抜けた")
        RETIRED = "retired", _("もう使わない")
        NOT_OURS = "not_ours", _("登録した覚えがない、または指紋が一致しなかった")
        REPLACED = "replaced", _("使い始める前に、別の鍵が登録された")
        UNPROVED = "unproved", _("所持の証明に10回失敗した")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("種類"), max_length=16, choices=Kind)
    # The raw key and its fingerprint beside it: decoding the text for each package would cost more than sealing it.
    public = models.BinaryField()
    fingerprint = models.CharField(_("指紋"), max_length=64)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    registered_at = models.DateTimeField(_("登録した日時"))
    # The challenge as an armoured age file, and the SHA-256 of the answer inside.
    challenge = models.TextField(blank=True)
    answer_digest = models.CharField(max_length=64, blank=True)
    failed_answers = models.PositiveSmallIntegerField(default=0)
    proved_at = models.DateTimeField(_("所持を確かめた日時"), null=True)
    usable_from = models.DateTimeField(_("使い始める日時"), null=True)
    revoked_at = models.DateTimeField(_("失効した日時"), null=True)
    revoked_why = models.CharField(_("失効した理由"), max_length=12, choices=Why, blank=True)

    class Meta:
        ordering = ["-registered_at"]
        constraints = [
            # A key that was proved once belongs to one organisation and never comes back after it was revoked.
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(proved_at__isnull=False), name="a_proved_key_only_once"
            ),
            models.CheckConstraint(
                condition=Q(usable_from__isnull=True) | Q(proved_at__isnull=False), name="unproved_keys_are_never_used"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-usable_from"], name="key_in_use")]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class KeyHolder(models.Model):
    """A person who holds the identity of a key, and so can open whatever is sealed to it. Nobody is ever taken off: who once
    held a secret holds it; a new key ends that.
    """

    key = models.ForeignKey(RecipientKey, on_delete=models.PROTECT, related_name="holders")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "person"], name="holds_a_key_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.person}"


class KeyApproval(models.Model):
    """That a person compared the fingerprint over another way and confirms the key."""

    key = models.ForeignKey(RecipientKey, on_delete=models.PROTECT, related_name="approvals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "person"], name="confirms_a_key_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.person}"
