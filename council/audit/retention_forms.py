"""What a hold covers, as people say it: a person by address, an organisation by name, a document by number, or everything."""

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from council.access.facts import Role, Subject
from council.audit import names
from council.audit.filters import organisations, uuid_or_none
from council.audit.holds import Scope
from council.audit.record import actor_of


class HoldForm(forms.Form):
    """`scope` after is_valid() is what holds.place() takes. An operator finds no document that they may not read."""

    what = forms.ChoiceField(
        label=_("保全するもの"),
        choices=[
            ("person", _("人（メールアドレス）")),
            ("organisation", _("組織（名前）")),
            ("object", _("資料（番号）")),
            ("everything", _("すべての記録")),
        ],
    )
    named = forms.CharField(
        label=_("名前か番号"), max_length=120, required=False, help_text=_("「すべての記録」のときは空のままにします。")
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        help_text=_("例：漏えいの疑いの調査（依頼書の番号）。資料の題名は書かないでください。"),
    )

    def __init__(self, *args: object, subject: Subject, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._subject = subject

    def clean(self) -> dict:
        cleaned = super().clean()
        what, named = cleaned.get("what"), (cleaned.get("named") or "").strip()
        if what == "everything" and named:
            self.add_error("named", _("すべてを保全するときは、名前も番号も書けません。"))
        elif what and what != "everything" and not named:
            self.add_error("named", _("何を保全するかを書いてください。"))
        elif what:
            self.scope = self._found(what, named)
        return cleaned

    def _found(self, what: str, named: str) -> Scope:
        finders = {"person": _person, "organisation": _organisation, "object": self._object, "everything": _everything}
        found = finders[what](named)
        if found is None:
            self.add_error("named", _("その名前や番号のものは見つかりません。"))
        return found or {}

    def _object(self, named: str) -> Scope | None:
        identifier = uuid_or_none(named)
        found = [str(identifier)] if identifier else names.ids_of(named.upper())
        # Asked for a number that is not there too: as many queries.
        known = names.known_to(self._subject, found)
        if Role.AUDITOR not in self._subject.roles:
            found = [each for each in found if each in known]
        return {"object": found[0]} if found else None


def _person(named: str) -> Scope | None:
    people = get_user_model().objects
    identifier = uuid_or_none(named)
    person = people.filter(pk=identifier).first() if identifier else people.filter(email__iexact=named).first()
    return {"actor": actor_of(str(person.pk)), "object": str(person.pk)} if person else None


def _organisation(named: str) -> Scope | None:
    offices, identifier = organisations().objects, uuid_or_none(named)
    office = offices.filter(pk=identifier).first() if identifier else offices.filter(name=named).first()
    return {"org": str(office.pk), "object": str(office.pk)} if office else None


def _everything(named: str) -> Scope | None:
    return {}
