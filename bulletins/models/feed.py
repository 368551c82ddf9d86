"""The address under which a calendar program fetches somebody's deadlines. It holds a secret, and the database only its digest."""

from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """A person's feed; making it anew or revoking it ends the old address at once."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_fetched_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.person_id)
