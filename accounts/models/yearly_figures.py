"""The yearly figures of an agency as they were closed: numbers alone, so that a past year stays what it was without anybody's name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation


class YearlyFigures(models.Model):
    """What was counted of clearances and companies in a calendar year. The database refuses to change or remove a row.

    What the register itself counts stands in its lines, which never go, and is not copied here.
    """

    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("年"))
    recorded = models.PositiveIntegerField(_("記録した適性評価"))
    cleared = models.PositiveIntegerField(_("年末に有効な適性評価"))
    certified = models.PositiveIntegerField(_("年末の適合事業者"))
    employees = models.PositiveIntegerField(_("その従業者で有効"))
    closed_on = models.DateField(_("確定した日"))
    # The event that says these numbers, so that they can be proved (manage.py prove_event).
    event = models.UUIDField(editable=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="each_year_closed_once")]

    def __str__(self) -> str:
        return f"{self.agency} {self.year}"
