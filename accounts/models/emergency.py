"""The emergency banner: one live at a time, above everything, for everybody who is signed in. Its words are publishable."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from council.ids import opaque_id


class Emergency(models.Model):
    """An emergency as the banner shows it (ui.md: title up to 30 letters, body about 100, one link at most)."""

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    title = models.CharField(_("題名"), max_length=30)
    body = models.CharField(_("本文"), max_length=140)
    # An address of this portal, and the words that lead there.
    url = models.CharField(_("リンク先"), max_length=200, blank=True)
    link = models.CharField(_("リンクの言葉"), max_length=30, blank=True)
    origin = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("発信元"))
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    # It goes by itself: a banner that nobody takes down is soon one that nobody reads.
    ends_at = models.DateTimeField(_("消える日時"))
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["ends_at"], name="emergency_live", condition=models.Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return self.title
