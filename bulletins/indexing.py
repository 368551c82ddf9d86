"""The index over what is served: written when a revision is published, gone when it is not served any more, and asked which entries
may hold words. It holds tokens alone (bulletins.tokens), each compartment's under a key of its own.

The key of a compartment follows from the keyring: whoever has a copy of the database and not the keyring can't make a token. It is
the same in every epoch, so a rotation leaves entries as they are; what was recalled is taken out of the index with its keys.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Designation
from bulletins.excerpts import plain
from bulletins.models import AttachmentText, Bulletin, Part, PartWrap, Revision, SearchCompartment, SearchEntry
from bulletins.sealed import Words, binding_of, open_parts
from bulletins.tokens import SCHEME, tokens_of, tokens_of_word
from council.access.facts import Subject
from council.access.tiers import Tier
from council.keys import keyring
from council.sealing.canonical import canonical
from council.sealing.envelope import Sealed, open_sealed

# SQL on a bulletin, and its parameters.
Condition = tuple[str, list]
# The purpose of the wraps of what stands inside attached files.
TEXT = "text"
_PURPOSE = "search.index"
Compartment = tuple[int, tuple[str, ...]]
# Of no part: who reaches nothing asks the same question as everybody, and finds nothing.
_NONE: Compartment = (0, ())
_NOBODY = 0
_ENTRIES = "SELECT revision_id FROM bulletins_searchentry WHERE "
# SQLite has no OFFSET without a LIMIT.
_EVERY = 2**62
# For each word, by the id of each compartment, the tokens that it has there.
Wanted = list[list[tuple[int, list[str]]]]


def text_of(part: Part, words: Words) -> str:
    """What a part says to somebody who reads it, without its file."""
    if part.kind == Part.Kind.TITLE:
        return words.text
    return "\n".join(filter(None, (words.name, plain(words.rendered("p")))))


def attached_texts(parts: Iterable[Part]) -> dict[UUID, str]:
    """The words inside the attached files of these parts (their revisions must be loaded), where some were found and keys are there."""
    files = {part.pk: part for part in parts if part.stored_file}
    wraps = {row.part_id: row for row in PartWrap.objects.filter(part__in=files, purpose=TEXT)} if files else {}
    rows = AttachmentText.objects.filter(part__in=wraps) if wraps else ()
    return {row.part_id: _opened(files[row.part_id], row, wraps[row.part_id]) for row in rows}


def _opened(part: Part, row: AttachmentText, wrap: PartWrap) -> str:
    binding = binding_of(part, TEXT, bulletin=part.revision.bulletin_id, number=part.revision.number)
    sealed = Sealed(bytes(row.ciphertext), bytes(wrap.wrap), wrap.epoch, wrap.algorithm, wrap.key_id)
    return open_sealed(keyring(), binding, sealed).decode()


@transaction.atomic
def put(revision: Revision) -> None:
    """Writes the entries of a revision that is served from now on, in the place of what the bulletin had before.

    `revision.bulletin` must be loaded, and the keys of its parts be there.
    """
    drop(revision.bulletin)
    parts = list(Part.unrestricted.filter(revision=revision).select_related("revision"))
    words, attached = open_parts(parts), attached_texts(parts)
    texts: dict[Compartment, list[str]] = defaultdict(list)
    # Everybody who sees the bulletin at all sees its reference.
    texts[revision.floor, tuple(sorted(revision.subcommittees))].append(revision.bulletin.reference)
    for part in parts:
        label = (part.tier, tuple(sorted(part.subcommittees)))
        texts[label] += [text_of(part, words[part.pk]), attached.get(part.pk, "")]
    SearchEntry.objects.bulk_create(
        SearchEntry(
            revision=revision,
            compartment=_compartment(label),
            epoch=SCHEME,
            tokens=tokens_of(said, key_of(label)),
        )
        for label, said in sorted(texts.items())
    )


def drop(bulletin: Bulletin) -> None:
    """Takes the bulletin out of the index, whichever of its revisions stands in it."""
    SearchEntry.objects.filter(revision__bulletin=bulletin).delete()


def key_of(compartment: Compartment) -> bytes:
    """The key of the tokens of a compartment."""
    tier, subcommittees = compartment
    return keyring().mac(_PURPOSE, canonical({"v": 1, "tier": tier, "subcommittees": list(subcommittees)}))


def _compartment(label: Compartment) -> SearchCompartment:
    known = {"tier": label[0], "subcommittees": list(label[1])}
    # A label may name any number of subcommittees: its digest is as long as any other.
    name = hashlib.sha256(canonical(known)).hexdigest()
    return SearchCompartment.objects.get_or_create(key=name, defaults=known)[0]


def compartments_of(subject: Subject) -> list[tuple[int, Compartment]]:
    """The compartments in use whose parts may reach the subject, with their ids: one query.

    Whether each part does, decide() says later; of which items those of tier three may be, within_items() says.
    """
    rows = SearchCompartment.objects.filter(tier__lte=subject.ceiling).order_by("pk")
    found = rows.values_list("pk", "tier", "subcommittees")
    mine = [(pk, (tier, tuple(named))) for pk, tier, named in found if subject.subcommittees.issuperset(named)]
    return mine or [(_NOBODY, _NONE)]


def asked(words: Iterable[str], compartments: Sequence[tuple[int, Compartment]]) -> Wanted:
    """For each word the tokens that it has in each of the compartments."""
    keys = [(pk, key_of(compartment)) for pk, compartment in compartments]
    return [[(pk, tokens_of_word(word, key)) for pk, key in keys] for word in words]


def within_items(compartments: Sequence[tuple[int, Compartment]], items: Iterable[UUID]) -> Condition:
    """True for entries (without alias) below tier three, and those of revisions that rest on one of these items.

    One key stands for all of tier three, and nobody is cleared for all of it: what another item's parts hold must cost nothing either.
    """
    critical = [pk for pk, (tier, _named) in compartments if tier == Tier.CRITICAL]
    own = [Designation._meta.pk.get_db_prep_value(item, connection) for item in items]
    texts = [f"compartment_id NOT IN ({_marks(critical)})"] if critical else ["1 = 1"]
    if critical and own:
        texts.append(f"revision_id IN (SELECT id FROM bulletins_revision WHERE designation_id IN ({_marks(own)}))")  # noqa: S608
    return f"({' OR '.join(texts)})", [*critical, *(own if critical else [])]


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def holding(wanted: Wanted, reached: Condition) -> Condition:
    """True for bulletins of whose served revision each word may stand in some entry that is reached, by the index."""
    if connection.vendor == "sqlite":
        each = "SELECT rowid FROM bulletins_searchfts WHERE bulletins_searchfts MATCH %s"
        held = [f"SELECT revision_id FROM bulletins_searchentry WHERE id IN ({each}) AND {reached[0]}"] * len(wanted)  # noqa: S608
        asked_for = [[" OR ".join(f"({' AND '.join(tokens)})" for _pk, tokens in word)] for word in wanted]
    else:
        one = "(compartment_id = %s AND search_tokens(tokens) @> %s)"
        held = [f"{_ENTRIES}({' OR '.join([one] * len(word))}) AND {reached[0]}" for word in wanted]
        asked_for = [[value for pair in word for value in pair] for word in wanted]
    params = [value for values in asked_for for value in (*values, *reached[1])]
    # OFFSET 0: planned by itself, so that the LIMIT around it tempts no planner to read entries one by one.
    every = f"SELECT revision_id FROM ({' INTERSECT '.join(held)}) held LIMIT {_EVERY} OFFSET 0"  # noqa: S608
    return f"bulletins_bulletin.served_id IN ({every})", params


def among(wanted: Wanted, reached: Condition) -> Condition:
    """The same condition for few bulletins that are named already: their entries are read, and the index is not asked."""
    place = "instr(e.tokens, %s) > 0" if connection.vendor == "sqlite" else "strpos(e.tokens, %s) > 0"
    texts, params = [], []
    for word in wanted:
        either = " OR ".join(
            f"(e.compartment_id = %s AND {' AND '.join([place] * len(tokens))})" for _pk, tokens in word
        )
        entry = f"SELECT 1 FROM bulletins_searchentry e WHERE e.revision_id = bulletins_bulletin.served_id AND ({either}) AND {reached[0]}"  # noqa: S608
        texts.append(f"EXISTS ({entry})")
        params += [*(value for pk, tokens in word for value in (pk, *tokens)), *reached[1]]
    return " AND ".join(texts), params


def index(revision_id: UUID) -> None:
    """Writes the entries of a revision anew if it is still served; what is recalled meanwhile stays out."""
    with transaction.atomic():
        if Bulletin.unrestricted.select_for_update().filter(served=revision_id).first():
            put(Revision.unrestricted.select_related("bulletin").get(pk=revision_id))


def outdated(*, everything: bool = False) -> list[UUID]:
    """The served revisions that have no entry of the present scheme, the oldest first; or all that are served."""
    rows = Bulletin.unrestricted.filter(served__isnull=False).order_by("published_at", "pk")
    if not everything:
        rows = rows.exclude(served__in=SearchEntry.objects.filter(epoch=SCHEME).values("revision"))
    return list(rows.values_list("served_id", flat=True))
