"""What a proposal to certify a company says: days, and who answers for protection there. Ids and days alone."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User


@dataclass(frozen=True, slots=True)
class CertificationFacts:
    """From which day to which (None: until it is ended), and the 保護責任者."""

    certified_on: date
    last_day: date | None = None
    responsible: User | None = None

    def written(self) -> dict[str, str]:
        """As a proposal keeps it."""
        return {
            "certified_on": self.certified_on.isoformat(),
            "last_day": self.last_day.isoformat() if self.last_day else "",
            "responsible": str(self.responsible.pk) if self.responsible else "",
        }

    @classmethod
    def read(cls, written: dict) -> "CertificationFacts":
        """ValidationError for what written() did not write."""
        try:
            certified_on = date.fromisoformat(written["certified_on"])
            last_day = date.fromisoformat(written["last_day"]) if written["last_day"] else None
            responsible = UUID(written["responsible"]) if written["responsible"] else None
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ValidationError(_("認定の内容を入力し直してください。")) from None
        person = User.objects.filter(pk=responsible).first() if responsible else None
        if responsible and person is None:
            raise ValidationError({"responsible": _("保護責任者を選び直してください。")})
        return cls(certified_on, last_day, person)
