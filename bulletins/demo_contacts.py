"""Whom the council reaches in the demo: a role mailbox and a deputy of each company, a duty officer. Done twice it stays the same."""

from accounts.founding_keys import found_contact
from accounts.models import Contact, Organisation, User
from council.access.facts import Role

Kind = Contact.Kind
DUTY_OFFICER = "tsuda@kiban-hozen.example"


def introduce() -> None:
    """Writes the contacts into the demo council, unless they are there."""
    companies = Organisation.objects.filter(kind__in=[Organisation.Kind.COMPANY, Organisation.Kind.THINKTANK])
    for number, company in enumerate(companies.order_by("name"), 101):
        if Contact.objects.filter(organisation=company).exists():
            continue
        people = User.objects.filter(organisation=company).order_by("name")
        domain = people.first().email.partition("@")[2]
        telephone = f"00-0000-{number:04}"
        found_contact(Kind.MAILBOX, organisation=company, address=f"madoguchi@{domain}", telephone=telephone)
        deputy = people.exclude(role_assignments__role=Role.ADMINISTRATOR).last()
        found_contact(Kind.DEPUTY, organisation=company, person=deputy, telephone=telephone)
    officer = User.objects.filter(email=DUTY_OFFICER).first()
    if officer and not Contact.objects.filter(kind=Kind.DUTY_OFFICER).exists():
        found_contact(Kind.DUTY_OFFICER, person=officer, telephone="00-0000-0100")
