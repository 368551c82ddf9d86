"""One form for each kind of contact. They offer whom the kind can be, and nothing else."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PersonChoice
from accounts.models import Contact, Organisation, Subcommittee, User

_OFF = {"autocomplete": "off"}
Kind = Contact.Kind


class ContactForm(forms.Form):
    """What every contact has. Its kind is also what its fields are named after: a page has several such forms."""

    kind: Kind

    def __init__(self, *args: object, organisation: Organisation, **kwargs: object) -> None:
        super().__init__(*args, prefix=self.kind.value, **kwargs)
        self.organisation = organisation


def _telephone(*, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=_("電話"), max_length=40, required=False, help_text=help_text, widget=forms.TextInput(_OFF)
    )


class MailboxForm(ContactForm):
    """A mailbox of the organisation."""

    kind = Kind.MAILBOX
    address = forms.EmailField(
        label=_("メールアドレス"),
        help_text=_("一人の人でなく、役目に届くアドレスです。鍵の変更や期限超過を知らせます。"),
        widget=forms.EmailInput(_OFF),
    )
    telephone = _telephone(help_text=_("鍵の指紋を照合するときにかける番号です。"))


class DeputyForm(ContactForm):
    """Somebody who stands in for the administrators."""

    kind = Kind.DEPUTY
    person = PersonChoice(label=_("代理の人"), queryset=User.objects.none())
    telephone = _telephone()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        of = User.objects.filter(organisation=self.organisation, is_active=True)
        self.fields["person"].queryset = of.select_related("organisation")


class LeadForm(ContactForm):
    """Who leads a subcommittee."""

    kind = Kind.LEAD
    subcommittee = forms.ModelChoiceField(label=_("分科会"), queryset=Subcommittee.objects.all())
    person = PersonChoice(
        label=_("主査"),
        queryset=User.objects.filter(is_active=True, memberships__isnull=False)
        .select_related("organisation")
        .distinct(),
        help_text=_("その分科会の委員から選びます。"),
    )
    telephone = _telephone()


class DutyOfficerForm(ContactForm):
    """Who is on duty for the council."""

    kind = Kind.DUTY_OFFICER
    person = PersonChoice(
        label=_("担当官"),
        queryset=User.objects.filter(is_active=True, organisation__kind=Organisation.Kind.AGENCY).select_related(
            "organisation"
        ),
        help_text=_("行政機関の人から選びます。"),
    )
    telephone = _telephone()


OF_ORGANISATION: tuple[type[ContactForm], ...] = (MailboxForm, DeputyForm)
OF_COUNCIL: tuple[type[ContactForm], ...] = (LeadForm, DutyOfficerForm)
