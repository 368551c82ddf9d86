"""Bulletins as the log knows them: references by id, who knows which; and a clock for the ids of events."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from council.access.facts import Subject
from council.audit.filters import first_id_at

SEEN = "6f0c2f0e-7d0a-4c57-9a53-0f4f6d1f9b11"
HIDDEN = "e2a9d7a4-9a5c-4d5b-8b0a-6d1f7c3b9e42"

GROUP = "3a7c0f5e-8d21-4f6b-9c3e-5b1d7e2f4a60"


class Shelf:
    """Two bulletins; everybody knows the first, nobody the second."""

    references = {SEEN: "SC-7KQ4", HIDDEN: "TH-6LB5"}

    def ids_of(self, reference: str) -> list[str]:
        return [key for key, name in self.references.items() if name == reference]

    def references_of(self, ids: Iterable[str]) -> dict[str, str]:
        return {key: self.references[key] for key in ids if key in self.references}

    def known_to(self, subject: Subject, ids: Iterable[str]) -> set[str]:
        return {SEEN} & set(ids)

    def groups_of(self, ids: Iterable[str]) -> dict[str, set[str]]:
        return {key: {GROUP} for key in ids if key in self.references}


class Clock:
    """Gives the ids of events, none twice, from whatever moment the test has set."""

    def __init__(self) -> None:
        self._now, self._given = 0, 0

    def set(self, now: datetime) -> None:
        self._now = first_id_at(now).int

    def __call__(self) -> UUID:
        self._given += 1
        return UUID(int=self._now + self._given)
