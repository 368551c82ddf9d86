"""Bulletins as the log knows them: references by id, and who knows which."""

from collections.abc import Iterable

from council.access.facts import Subject

SEEN = "6f0c2f0e-7d0a-4c57-9a53-0f4f6d1f9b11"
HIDDEN = "e2a9d7a4-9a5c-4d5b-8b0a-6d1f7c3b9e42"


class Shelf:
    """Two bulletins; everybody knows the first, nobody the second."""

    references = {SEEN: "SC-7KQ4", HIDDEN: "TH-6LB5"}

    def ids_of(self, reference: str) -> list[str]:
        return [key for key, name in self.references.items() if name == reference]

    def references_of(self, ids: Iterable[str]) -> dict[str, str]:
        return {key: self.references[key] for key in ids if key in self.references}

    def known_to(self, subject: Subject, ids: Iterable[str]) -> set[str]:
        return {SEEN} & set(ids)
