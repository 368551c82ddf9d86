"""Forms about certifications, contracts and education. A page has several: each is named by what it does, and so are its fields."""

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import PeopleBoxes
from accounts.models import ChangeReport, Designation, HandlingPlace, Organisation, User
from accounts.roster_room import not_over

_OFF = {"autocomplete": "off"}


def day_field(**facts: object) -> forms.DateField:
    """A day, with the browser's own calendar."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **facts)


class PersonOf(forms.ModelChoiceField):
    """One person of a company, with their department."""

    def label_from_instance(self, person: User) -> str:
        return f"{person.name}　{person.department}".strip()


class ItemChoice(forms.ModelChoiceField):
    """One designated item, by its number in the register and its summary, which is itself not secret."""

    def label_from_instance(self, item: Designation) -> str:
        return f"{item.register_number}　{item.summary}"


def active_people(company: Organisation) -> QuerySet[User]:
    return User.objects.filter(organisation=company, is_active=True)


class CompanyForm(forms.Form):
    """What the forms about one company have in common."""

    do: str

    def __init__(self, *args: object, company: Organisation, agency: Organisation, **kwargs: object) -> None:
        super().__init__(*args, prefix=self.do, **kwargs)
        self.company, self.agency = company, agency


class CertifyForm(CompanyForm):
    """A certification for a second officer to confirm."""

    do = "certify"
    certified_on = day_field(label=_("認定する日"))
    last_day = day_field(label=_("有効な最後の日"), required=False, help_text=_("空にすると、終えるまで続きます。"))
    responsible = PersonOf(
        label=_("保護責任者"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("決まっていません"),
        help_text=_("この会社の人から選びます。会社全体の保護に責任を持つ人です。"),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = active_people(self.company)


class EndForm(CompanyForm):
    """An earlier last day of the certification."""

    do = "end"
    last_day = day_field(label=_("有効な最後の日"), help_text=_("この日までは、認定が続きます。"))


class ContractForm(CompanyForm):
    """The days of the contract."""

    do = "contract"
    first_day = day_field(label=_("契約の始まり"))
    last_day = day_field(label=_("契約の終わり"), required=False, help_text=_("空にすると、終わりの日がない契約です。"))


class ItemForm(CompanyForm):
    """One more item of the contract, of the agency's own register."""

    do = "item"
    designation = ItemChoice(
        label=_("指定された項目"),
        queryset=Designation.objects.none(),
        help_text=_("契約にある項目をもう一度選ぶと、その期間が変わります。"),
    )
    first_day = day_field(label=_("始まりの日"), initial=timezone.localdate)
    last_day = day_field(label=_("終わりの日"), required=False, help_text=_("空にすると、契約の終わりまでです。"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        own = Designation.objects.filter(not_over(timezone.localdate()), agency=self.agency)
        self.fields["designation"].queryset = own


class DepartmentForm(CompanyForm):
    """One more department of the contract."""

    do = "department"
    name = forms.CharField(
        label=_("部署"),
        max_length=80,
        widget=forms.TextInput(_OFF),
        help_text=_("会社の名簿にある「所属部署」と、同じ書き方にしてください。"),
    )


class PlaceForm(CompanyForm):
    """One more place where items are handled."""

    do = "place"
    name = forms.CharField(label=_("取り扱う場所"), max_length=120, widget=forms.TextInput(_OFF))
    manager = PersonOf(
        label=_("業務管理者"), queryset=User.objects.none(), required=False, empty_label=_("決まっていません")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].queryset = active_people(self.company)


class ManagerForm(CompanyForm):
    """Another 業務管理者 of a place that is there."""

    do = "manager"
    place = forms.ModelChoiceField(label=_("取り扱う場所"), queryset=HandlingPlace.objects.none())
    manager = PersonOf(
        label=_("業務管理者"), queryset=User.objects.none(), required=False, empty_label=_("決まっていません")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        of = {"certification__company": self.company, "certification__agency": self.agency, "ended_on": None}
        self.fields["place"].queryset = HandlingPlace.objects.select_related("certification").filter(**of)
        self.fields["manager"].queryset = active_people(self.company)


class EducationForm(CompanyForm):
    """Who was taught, all of them on one day."""

    do = "education"
    people = PeopleBoxes(label=_("教育を受けた人"), queryset=User.objects.none())
    held_on = day_field(label=_("教育を受けた日"), initial=timezone.localdate)
    last_day = day_field(label=_("有効な最後の日"), required=False, help_text=_("空にすると、1年後です。"))

    def __init__(self, *args: object, oneself: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = active_people(self.company).exclude(pk=oneself)


class ReportForm(forms.Form):
    """What kind of thing changes, and from when. There is no field to write into, so that nothing secret is written."""

    what = forms.ChoiceField(label=_("変わること"), choices=ChangeReport.What.choices, widget=forms.RadioSelect)
    takes_effect_on = day_field(
        label=_("変わる日"), help_text=_("変わる前に報告してください。中身は、行政機関の担当者に別の方法で伝えます。")
    )

    def __init__(self, *args: object, certification: int, **kwargs: object) -> None:
        super().__init__(*args, prefix=f"report-{certification}", **kwargs)
        self.certification = certification
