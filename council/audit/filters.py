"""The one filter of events, for the page and for the API."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet

from council.access.policy import Action
from council.audit import names, wording
from council.audit.events import Event
from council.audit.models import AuditEvent
from council.audit.record import actor_of

_MOST_PEOPLE = 100
# Among what a name finds: an empty list would save a query, and so tell whether the name is somebody's. Nothing in the log is called so.
_NOBODY = "-"
# What is told only to who asks for it: three beats a minute, and a look at every page.
UNASKED = (str(Event.HEARTBEAT), str(Event.PAGE_SHOWN))
# Both ways to take a file away, under one word: whoever asks who has downloaded something means both.
RECEIVED = "received"
_RECEIVED = (Action.DOWNLOAD, Action.FETCH, Event.COPY_TAKEN)


def organisations() -> type[Model]:
    """The model of a person's organisation: council does not import accounts, the user model leads there."""
    return get_user_model()._meta.get_field("organisation").related_model


def subcommittees() -> type[Model]:
    """The model of a subcommittee, by the same way."""
    memberships = get_user_model()._meta.get_field("memberships").related_model
    return memberships._meta.get_field("subcommittee").related_model


def first_id_at(moment: datetime) -> UUID:
    """The smallest UUIDv7 of that millisecond: a bound on time is a bound on ids, and so a range of every index."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62)


class MomentInput(forms.DateInput):
    """A calendar for days; a moment that came in the address stays as the text it is, which a calendar would drop."""

    input_type = "date"

    def get_context(self, name: str, value: object, attrs: dict | None) -> dict:
        context = super().get_context(name, value, attrs)
        context["widget"]["type"] = "text" if parse_day(str(value or "")) is None and value else "date"
        return context


def parse_day(value: str) -> date | None:
    """The day, or None for anything else."""
    try:
        return parse_date(value.strip())
    except ValueError:
        return None


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
    found = [actor_of(str(key)) for key in people.values_list("pk", flat=True)[:_MOST_PEOPLE]]
    return Q(actor__in=[_NOBODY, *found]) | _of_offices(offices)


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


def offices(value: str) -> Q:
    """Whose: the id of an organisation, or a part of its name."""
    identifier = uuid_or_none(value.strip())
    if identifier:
        return Q(org=str(identifier))
    return _of_offices(organisations().objects.filter(name__icontains=value.strip()))


def _of_offices(found: QuerySet) -> Q:
    return Q(org__in=[_NOBODY, *(str(key) for key in found.values_list("pk", flat=True)[:_MOST_PEOPLE])])


def deeds() -> list[tuple[str, str]]:
    """What may be asked for as an action: the words of the log, and what people call several of them."""
    return [(RECEIVED, _("受け取り（添付と包み）")), *wording.choices()]


class EventFilter(FilterSet):
    """?since= &until= &actor= &organisation= &object= &action= &outcome=, each optional, all at once.

    Heartbeats and looks at pages are left out unless the action asks for them: they would bury what people did.
    """

    since = MomentFilter(label=_("いつから"), method="begins", widget=MomentInput)
    until = MomentFilter(label=_("いつまで"), method="ends", last=True, widget=MomentInput)
    actor = WordFilter(label=_("誰が（人・組織）"), method="by")
    organisation = WordFilter(label=_("どの組織の人が"), method="of")
    object = WordFilter(label=_("何を（資料番号）"), method="about")
    action = ChoiceFilter(label=_("操作"), choices=deeds, empty_label=_("すべて"), method="doing")
    outcome = ChoiceFilter(label=_("結果"), choices=list(wording.OUTCOMES.items()), empty_label=_("すべて"))

    class Meta:
        model = AuditEvent
        fields = ("since", "until", "actor", "organisation", "object", "action", "outcome")

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data["action"] else rows.exclude(action__in=UNASKED)

    def begins(self, rows: QuerySet, name: str, moment: datetime) -> QuerySet:
        return rows.filter(id__gte=first_id_at(moment))

    def ends(self, rows: QuerySet, name: str, moment: datetime) -> QuerySet:
        return rows.filter(id__lt=first_id_at(moment))

    def by(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(actors(value))

    def of(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(offices(value))

    def doing(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(action__in=_RECEIVED if value == RECEIVED else [value])

    def about(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(objects(value))
