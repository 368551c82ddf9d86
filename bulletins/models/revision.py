"""A revision: what was written, labelled, approved and published as one. Immutable once published."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Designation, Organisation, Subcommittee
from bulletins.models.bulletin import Bulletin
from council.access.facts import State
from council.ids import opaque_id


class Revision(models.Model):
    """One revision. `subcommittees` and `caveats` are the bulletin's own; parts may add theirs. Ids are text in JSON: a label is
    a value that never changes with the rows it once named.
    """

    STATES = {
        State.DRAFT: _("下書き"),
        State.IN_REVIEW: _("査読中"),
        State.APPROVED: _("承認済み"),
        State.SCHEDULED: _("公開待ち"),
        State.PUBLISHED: _("公開中"),
        State.SUPERSEDED: _("差し替え済み"),
        State.RECALLED: _("回収"),
        State.EXPIRED: _("期限切れ"),
        State.DISPOSED: _("廃棄"),
    }

    id = models.UUIDField(primary_key=True, default=opaque_id, editable=False)
    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("版"))
    state = models.CharField(
        max_length=10, choices=[(s.value, label) for s, label in STATES.items()], default=State.DRAFT
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    floor = models.PositiveSmallIntegerField(_("見える下限"))
    tier = models.PositiveSmallIntegerField(_("格付"))
    subcommittees = models.JSONField(default=list)
    all_subcommittees = models.JSONField(default=list)
    caveats = models.JSONField(default=list)
    designation = models.ForeignKey(Designation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    deadline = models.DateTimeField(_("確認の期限"), null=True, blank=True)
    # The deadline is counted in business days from publishing, by kind and tier (bulletins.deadlines).
    standard_deadline = models.BooleanField(default=False)
    expires_at = models.DateTimeField(_("閲覧の期限"), null=True, blank=True)
    # Of a correction: those who acknowledged an earlier revision are asked again. `asks_since` is the earliest revision whose
    # acknowledgement still counts, written when this one is published; nothing means this one alone.
    important = models.BooleanField(_("重要な変更"), null=True)
    asks_since = models.PositiveIntegerField(null=True)
    review_on = models.DateField(_("見直しの日"), null=True, blank=True)
    # Ids of bulletins, as text; of each reader they name only those that the reader may see.
    related = models.JSONField(_("関連する資料"), null=True, blank=True)
    # When it is published by itself, and who planned that: they have to be able to publish it at the moment itself (bulletins.planners).
    scheduled_for = models.DateTimeField(null=True, blank=True)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)

    unrestricted = models.Manager()

    class Meta:
        default_manager_name = base_manager_name = "unrestricted"
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "number"], name="each_revision_number_once"),
            models.CheckConstraint(condition=models.Q(tier__in=[1, 2, 3], floor__in=[1, 2, 3]), name="revision_tiers"),
            models.CheckConstraint(condition=models.Q(floor__lte=models.F("tier")), name="floor_not_above_banner"),
            models.CheckConstraint(
                condition=models.Q(tier__lt=3) | models.Q(designation__isnull=False), name="critical_needs_designation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bulletin} 第{self.number}版"


class Release(models.Model):
    """To whom a revision is to be released: exactly one of person, organisation, subcommittee. Publishing turns it into grants."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="releases")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    subcommittee = models.ForeignKey(Subcommittee, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, organisation__isnull=True, subcommittee__isnull=True)
                | models.Q(person__isnull=True, organisation__isnull=False, subcommittee__isnull=True)
                | models.Q(person__isnull=True, organisation__isnull=True, subcommittee__isnull=False),
                name="released_to_exactly_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.person or self.organisation or self.subcommittee)

    @property
    def group(self) -> Group | None:
        """The group that stands for the organisation or subcommittee; None for a person."""
        holder = self.organisation or self.subcommittee
        return holder.group if holder else None


class Nomination(models.Model):
    """An approver whom the author named, also from another agency."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="nominations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "person"], name="nominated_once")]

    def __str__(self) -> str:
        return str(self.person)


class Approval(models.Model):
    """That a person approved exactly what `digest` covers: content, labels and audience."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="approvals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "person"], name="approved_once_each")]

    def __str__(self) -> str:
        return f"{self.revision}: {self.person}"
