"""Notices on their way: the outbox of mails, and each person's inbox. They carry a duty, a deadline and a reference, never a title."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.contact import Contact
from accounts.models.organisation import Organisation
from council.ids import opaque_id


class Notice(models.Model):
    """One notice to one person or mailbox. `key` is what it is about, in one line: the same notice can't be written twice.

    `about` is the id of a bulletin, of a recipient key or of a line of the register; `reference` what people may be shown of it.
    """

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("新しい情報")
        REMINDER = "reminder", _("再通知")
        ESCALATION = "escalation", _("期限超過の知らせ")
        RECALLED = "recalled", _("回収")
        SUPERSEDED = "superseded", _("差し替え")
        KEY = "key", _("鍵の変更")
        DIGEST = "digest", _("まとめ")
        REVIEW = "review", _("アクセスの見直し")
        LOG = "log", _("記録の週報")
        ENROLMENT = "enrolment", _("登録の案内")
        DEVICE = "device", _("新しい端末")
        FACTOR = "factor", _("サインインの手段の変更")
        LEAVING = "leaving", _("離脱と守秘の義務")
        IDLE = "idle", _("使われていない登録")
        CLOCK = "clock", _("期限の知らせ")
        DESIGNATION = "designation", _("指定の変更")
        SEARCH = "search", _("保存した検索")
        COPY = "copy", _("写しの返却")
        REVIEW_DAY = "review_day", _("資料の見直し")
        PLAN = "plan", _("公開の予定")

    class State(models.TextChoices):
        QUEUED = "queued", _("送信待ち")
        SENDING = "sending", _("送信中")
        SENT = "sent", _("送信済み")
        # For the next digest of somebody who wants one mail a day or a week.
        HELD = "held", _("まとめ待ち")
        SKIPPED = "skipped", _("送らない")
        FAILED = "failed", _("送れない")
        BOUNCED = "bounced", _("届かない")

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    about = models.UUIDField(null=True, db_index=True)
    reference = models.CharField(max_length=40, blank=True)
    revision = models.PositiveIntegerField(default=0)
    tier = models.PositiveSmallIntegerField(default=1)
    deadline = models.DateTimeField(null=True)
    # Which step of the ladder, for escalations.
    level = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    # Why it was not sent or did not arrive, in a word of the code; never what the other side's server said.
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, contact__isnull=True) | Q(person__isnull=True, contact__isnull=False),
                name="notice_to_exactly_one",
            )
        ]
        indexes = [
            models.Index(fields=["not_before"], name="notice_due", condition=Q(state__in=["queued", "sending"])),
            models.Index(fields=["person", "-created_at"], name="notice_inbox"),
        ]

    def __str__(self) -> str:
        return self.key
