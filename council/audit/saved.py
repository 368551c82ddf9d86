"""Saved queries: the filter of the events page under a name, each person's own. Saving and removing are events."""

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from council.access.facts import Subject
from council.audit.events import Event
from council.audit.filters import EventFilter
from council.audit.models import AuditEvent, SavedQuery
from council.audit.record import record

MOST = 50
_LONGEST = SavedQuery._meta.get_field("query").max_length
_TAKEN = _("同じ名前の条件があります。別の名前にしてください。")


class SaveForm(forms.Form):
    """A name for a filter. `subject` is whose list it goes on."""

    name = forms.CharField(label=_("条件の名前"), max_length=80)
    query = forms.CharField(widget=forms.HiddenInput, error_messages={"required": _("条件がありません。")})

    def __init__(self, *args: object, subject: Subject, **options: object) -> None:
        super().__init__(*args, **options)
        self.subject = subject

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if queries_of(self.subject).filter(name=name).exists():
            raise ValidationError(_TAKEN)
        return name

    def clean_query(self) -> str:
        """Only what the filter understands, in its own order."""
        asked = EventFilter(QueryDict(self.cleaned_data["query"]), queryset=AuditEvent.objects.none())
        if not asked.is_valid():
            raise ValidationError(_("この条件は読めないので、保存できません。"))
        query = urlencode(asked_of(asked))
        if not query:
            raise ValidationError(_("条件がありません。"))
        if len(query) > _LONGEST:
            raise ValidationError(_("条件が長すぎます。言葉を短くしてください。"))
        return query

    def clean(self) -> dict:
        if queries_of(self.subject).count() >= MOST:
            raise ValidationError(
                _("保存できる条件は%(most)s個までです。使わないものを消してください。"), params={"most": MOST}
            )
        return self.cleaned_data


def asked_of(asked: EventFilter) -> dict[str, str]:
    """The conditions that were given, by their names in the address."""
    return {name: value for name in asked.form.fields if (value := asked.data.get(name, ""))}


def queries_of(subject: Subject) -> QuerySet[SavedQuery]:
    return SavedQuery.objects.filter(person=subject.person)


def save_query(name: str, query: str, *, subject: Subject) -> SavedQuery:
    """Keeps a filter that SaveForm has cleaned; ValidationError when another with this name came in between."""
    try:
        with transaction.atomic():
            made = SavedQuery.objects.create(person=subject.person, name=name, query=query, created_at=timezone.now())
            _note(Event.QUERY_SAVE, made, subject)
    except IntegrityError as error:
        raise ValidationError({"name": _TAKEN}) from error
    return made


def remove_query(query_id: UUID, *, subject: Subject) -> bool:
    """Forgets one of the subject's own; False when there is none with this id."""
    with transaction.atomic():
        kept = queries_of(subject).select_for_update().filter(pk=query_id).first()
        if kept is None:
            return False
        _note(Event.QUERY_REMOVE, kept, subject)
        kept.delete()
    return True


def _note(event: Event, kept: SavedQuery, subject: Subject) -> None:
    who = {"actor": subject.person, "organisation": subject.organisation}
    record(event, **who, object=str(kept.pk), detail={"name": kept.name, "query": kept.query})
