"""Names for the ids of people and organisations, for pages that auditors and keepers of records see. The log has ids alone."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Model

from council.audit.filters import organisations, uuid_or_none


def people_named(ids: Iterable[UUID | str | None]) -> dict[str, str]:
    """Person id (as text) -> name, for those that are people; other texts are passed over. One query."""
    return _named(get_user_model(), ids)


def organisations_named(ids: Iterable[UUID | str | None]) -> dict[str, str]:
    """Organisation id (as text) -> name, for those that are organisations; other texts are passed over. One query."""
    return _named(organisations(), ids)


def _named(model: type[Model], ids: Iterable[UUID | str | None]) -> dict[str, str]:
    known = {found for each in ids if (found := uuid_or_none(str(each or "")))}
    return {str(key): name for key, name in model.objects.filter(pk__in=known).values_list("pk", "name")}
