"""What makes a page of twenty come straight off an index: published bulletins by audience, newest first.

An audience is grantee × floor × set of subcommittees (× designation at tier three): a few thousand at most, however many
bulletins there are. A person belongs to a handful, and the page is the newest of each, merged (libraries.md, "Measured").
Listings are derived from grants and labels by one writer, bulletins.release, in the transaction that publishes or closes.
"""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from accounts.models import Designation
from bulletins.models.bulletin import Bulletin


class AudienceClass(models.Model):
    """Everybody who is (in) the grantee and whose label reaches the floor and the subcommittees."""

    key = models.CharField(max_length=400, unique=True)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    floor = models.PositiveSmallIntegerField()
    subcommittees = models.JSONField(default=list)
    designation = models.ForeignKey(Designation, on_delete=models.CASCADE, null=True, related_name="+")

    def __str__(self) -> str:
        return self.key


class Listing(models.Model):
    """A published bulletin under one of its audiences."""

    audience = models.ForeignKey(AudienceClass, on_delete=models.CASCADE, related_name="+", db_index=False)
    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    published_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "bulletin"], name="listed_once_for_an_audience")]
        indexes = [
            # The order of a page: one audience, newest first, ids where two are equal.
            models.Index(fields=["audience", "-published_at", "-bulletin"], name="listing_newest_first"),
            models.Index(fields=["audience", "kind", "-published_at", "-bulletin"], name="listing_kind_newest_first"),
            models.Index(
                fields=["audience", "deadline"], name="listing_due", condition=models.Q(deadline__isnull=False)
            ),
            models.Index(fields=["expires_at"], name="listing_expiring", condition=models.Q(expires_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.audience_id}: {self.bulletin_id}"
