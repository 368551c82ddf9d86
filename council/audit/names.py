"""Who knows what an object in the log is called. The log has ids alone; other apps register a resolver."""

from collections.abc import Iterable
from typing import Protocol

from council.access.facts import Subject

# The first word of the actions whose objects are content, or show that content exists.
CONTENT = (
    "bulletin", "copy", "deadline", "feed", "grant", "history", "board", "notice", "package", "page", "return", "scratch", "search",
)  # fmt: skip


class Resolver(Protocol):
    """Answers for one kind of object. References only: no title, no text, ever."""

    def ids_of(self, reference: str) -> list[str]:
        """The ids of what has this reference; none when nothing has."""
        ...

    def references_of(self, ids: Iterable[str]) -> dict[str, str]:
        """Id -> reference, for those ids that are of this kind. One query. The ids may be any text."""
        ...

    def known_to(self, subject: Subject, ids: Iterable[str]) -> set[str]:
        """Those of the ids that the subject may read at this moment. A number of queries that the ids don't change."""
        ...

    def groups_of(self, ids: Iterable[str]) -> dict[str, set[str]]:
        """Id -> the ids of the subcommittees it is for, none for what all may have. For those ids that are of this kind."""
        ...


_resolvers: list[Resolver] = []


def register(resolver: Resolver) -> None:
    """Called from AppConfig.ready(); registering twice changes nothing."""
    if resolver not in _resolvers:
        _resolvers.append(resolver)


def is_content(action: str) -> bool:
    """Whether the object of the action is content."""
    return action.partition(".")[0] in CONTENT


def ids_of(reference: str) -> list[str]:
    return [found for resolver in _resolvers for found in resolver.ids_of(reference)]


def references_of(ids: Iterable[str]) -> dict[str, str]:
    wanted = set(ids)
    return {key: name for resolver in _resolvers for key, name in resolver.references_of(wanted).items()}


def known_to(subject: Subject, ids: Iterable[str]) -> set[str]:
    """The ids of content that the subject may read; without a resolver that says so, none."""
    wanted = set(ids)
    return {known for resolver in _resolvers for known in resolver.known_to(subject, wanted)}


def groups_of(ids: Iterable[str]) -> dict[str, set[str]]:
    """Id -> the subcommittees that what it names is for. Unknown ids are left out."""
    wanted = set(ids)
    return {key: set(groups) for resolver in _resolvers for key, groups in resolver.groups_of(wanted).items()}
