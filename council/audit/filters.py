"""The one filter of events, for the page and for the API."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet

from council.audit import names, wording
from council.audit.models import AuditEvent
from council.audit.record import actor_of

_MOST_PEOPLE = 100


def organisations() -> type[Model]:
    """The model of a person's organisation: council does not import accounts, the user model leads there."""
    return get_user_model()._meta.get_field("organisation").related_model


def first_id_at(moment: datetime) -> UUID:
    """The smallest UUIDv7 of that millisecond: a bound on time is a bound on ids, and so a range of every index."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62)


class MomentField(forms.Field):
    """A day in Japan or a moment (ISO 8601): the aware moment where it begins or, with `last`, where it has ended."""

    default_error_messages = {"invalid": _("日付（2026-11-21）か日時（2026-11-21T09:00:00+09:00）で入力してください。")}

    def __init__(self, *, last: bool = False, **options: object) -> None:
        super().__init__(**options)
        self.last = last

    def to_python(self, value: str | None) -> datetime | None:
        if not value:
            return None
        try:
            return self._bound(value.strip())
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def _bound(self, value: str) -> datetime:
        # "+" in a query string arrives as a space.
        day, moment = parse_date(value), parse_datetime(value.replace(" ", "+") if "T" in value else value)
        if day:
            start = timezone.make_aware(datetime.combine(day, time.min))
            return start + timedelta(days=1) if self.last else start
        if not moment:
            raise ValueError(value)
        moment = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        return moment.astimezone(UTC) + timedelta(milliseconds=1) if self.last else moment.astimezone(UTC)


class MomentFilter(Filter):
    field_class = MomentField


def actors(value: str) -> Q:
    """Who: the actor itself, a person's id, an e-mail address, or a part of the name of a person or an organisation."""
    value = value.strip()
    if len(value) == 64:
        return Q(actor=value.lower())
    identifier = uuid_or_none(value)
    if identifier:
        return Q(actor=actor_of(str(identifier))) | Q(org=str(identifier))
    people = get_user_model().objects.filter(Q(email__iexact=value) | Q(name__icontains=value))
    offices = organisations().objects.filter(name__icontains=value)
    people_found = [actor_of(str(key)) for key in people.values_list("pk", flat=True)[:_MOST_PEOPLE]]
    return Q(actor__in=people_found) | Q(
        org__in=[str(key) for key in offices.values_list("pk", flat=True)[:_MOST_PEOPLE]]
    )


def objects(value: str) -> Q:
    """What: an id, or a reference such as SC-7KQ4 in any case."""
    value = value.strip()
    identifier = uuid_or_none(value)
    # A reference that nothing has is looked up all the same: the number of queries must not tell that something has it.
    return Q(object__in=[str(identifier)] if identifier else names.ids_of(value.upper()) or [value])


def uuid_or_none(value: str) -> UUID | None:
    """The UUID, or None for any other text."""
    try:
        return UUID(value)
    except ValueError:
        return None


class WordField(forms.CharField):
    """Text of a filter. A NUL would stop PostgreSQL, and a very long text says nothing."""

    def __init__(self, **options: object) -> None:
        super().__init__(max_length=120, **options)


class WordFilter(Filter):
    field_class = WordField


class EventFilter(FilterSet):
    """?actor= &object= &action= &outcome= &since= &until=, each optional, all at once."""

    since = MomentFilter(label=_("いつから"), method="begins", widget=forms.DateInput(attrs={"type": "date"}))
    until = MomentFilter(label=_("いつまで"), method="ends", last=True, widget=forms.DateInput(attrs={"type": "date"}))
    actor = WordFilter(label=_("誰が（人・組織）"), method="by")
    object = WordFilter(label=_("何を（資料番号）"), method="about")
    action = ChoiceFilter(label=_("操作"), choices=wording.choices, empty_label=_("すべて"))
    outcome = ChoiceFilter(label=_("結果"), choices=list(wording.OUTCOMES.items()), empty_label=_("すべて"))

    class Meta:
        model = AuditEvent
        fields = ("since", "until", "actor", "object", "action", "outcome")

    def begins(self, rows: QuerySet, name: str, moment: datetime) -> QuerySet:
        return rows.filter(id__gte=first_id_at(moment))

    def ends(self, rows: QuerySet, name: str, moment: datetime) -> QuerySet:
        return rows.filter(id__lt=first_id_at(moment))

    def by(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(actors(value))

    def about(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(objects(value))
