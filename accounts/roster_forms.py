"""The form by which an organisation names somebody for an item. It offers its own people and the items it may name them for."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.certification_forms import PersonOf, active_people, day_field
from accounts.models import Designation, Organisation, User
from accounts.roster_room import Room, rooms_of
from council.templatetags.portal import jst_date


def _label(room: Room) -> str:
    item = room.designation
    said = f"{item.register_number}　{item.summary}"
    if room.days.last is None:
        return said
    return gettext("%(item)s（%(last)sまで）") % {"item": said, "last": jst_date(room.days.last)}


class NominateForm(forms.Form):
    """Whom, for which item, from when to when."""

    person = PersonOf(label=_("取扱者に推薦する人"), queryset=User.objects.none())
    designation = forms.TypedChoiceField(label=_("指定された項目"), coerce=str)
    first_day = day_field(label=_("始まりの日"), initial=timezone.localdate)
    last_day = day_field(label=_("終わりの日"), required=False, help_text=_("空にすると、契約の終わりまでです。"))

    def __init__(self, *args: object, home: Organisation, oneself: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        people = active_people(home)
        self.fields["person"].queryset = people.exclude(pk=oneself) if oneself else people
        self.rooms = {str(room.designation.pk): room for room in rooms_of(home, timezone.localdate())}
        self.fields["designation"].choices = [(key, _label(room)) for key, room in self.rooms.items()]

    def clean_designation(self) -> Designation:
        return self.rooms[self.cleaned_data["designation"]].designation


class ProlongForm(forms.Form):
    """Until when an entry is to go on."""

    last_day = day_field(label=_("新しい終わりの日"), required=False)
