"""People who keep the records, as decide() knows them."""

from django.utils import timezone

from council.access.facts import Role, Subject


def keeper(person: str, role: Role) -> Subject:
    """Somebody in good standing with this role."""
    now = timezone.now()
    return Subject(person, "1b8e6c1c-52c5-4b0e-8a53-3f4f0a6f2d21", now.date(), now, roles=frozenset({role}))


OPERATOR = keeper("0e6f0c2f-0000-4000-8000-000000000001", Role.OPERATOR)
AUDITOR = keeper("0e6f0c2f-0000-4000-8000-000000000002", Role.AUDITOR)
