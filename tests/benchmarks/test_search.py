"""A page of hits beside the same page of the list without words: how far a word spread is must not matter much, nor how many there are."""

import json
import os
import random
from collections.abc import Iterator
from dataclasses import asdict
from uuid import UUID

import pytest
from django.db import connection

from accounts.subject import subject_of
from bulletins import browse, search
from bulletins.browse import Wish
from bulletins.indexing import key_of
from bulletins.models import Part, PartWrap, Revision, SearchCompartment, SearchEntry
from bulletins.sealed import CONTENT, RENDERER, Words, binding_of
from bulletins.tokens import SCHEME, tokens_of
from council.keys import keyring
from council.sealing.envelope import seal
from tests.benchmarks import volume
from tests.benchmarks.report import amounts, ratio, tell
from tests.benchmarks.stopwatch import Case, measure

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db]
SIZE = int(os.environ.get("BENCHMARK_BULLETINS", "100000"))
BATCH = 2000
# Word -> in how many of a hundred thousand bulletins it stands.
SPREAD = {"脆弱性": 50_000, "浸水想定": 5_000, "港湾設備": 500, "希少元素": 20}
WORDS = {**{f"in {number:,} of 100,000": word for word, number in SPREAD.items()}, "an identifier": "CVE-2026-77"}
WORDS |= {
    "two words": "脆弱性 港湾設備",
    "one letter": "脆",
    "nowhere": "見当たらぬ語",
    "nowhere, of known pairs": "性脆弱",
}
GOAL = 25


def _texts(draw: random.Random, number: int) -> tuple[str, str]:
    """Title and text of one bulletin: words of common characters, and of SPREAD as many as there are to be."""
    letters = "供給網電力通信機器更新手順確認調達先影響範囲海外拠点監視装置記録点検報告経路遮断認証資格情報管理者権限攻撃手口痕跡対処"
    words = ["".join(draw.choices(letters, k=draw.randint(2, 5))) for _ in range(40)]
    words += [word for word, share in SPREAD.items() if draw.random() < share / 100_000]
    draw.shuffle(words)
    return f"{words[0]}と{words[1]}", f"{'、'.join(words)}。CVE-2026-{number:05}"


def _rows() -> Iterator[Revision]:
    yield from Revision.unrestricted.order_by("published_at", "pk").iterator(BATCH)


def _sealed(revision: Revision, part: Part, text: str) -> PartWrap:
    """As seal_part() does it, but for Markdown, which takes ten times as long as the rest."""
    words = Words(text, f"<p>{text}</p>", RENDERER)
    binding = binding_of(part, CONTENT, bulletin=revision.bulletin_id, number=revision.number)
    sealed = seal(keyring(), binding, json.dumps(asdict(words), ensure_ascii=False).encode())
    part.ciphertext = sealed.ciphertext
    how = {"wrap": sealed.wrap, "epoch": sealed.epoch, "algorithm": sealed.algorithm, "key_id": sealed.key_id}
    return PartWrap(part=part, purpose=CONTENT, **how)


def _fill_index() -> None:
    draw, keys, compartments = random.Random(volume.SEED), {}, {}
    parts: list[Part] = []
    wraps: list[PartWrap] = []
    entries: list[SearchEntry] = []

    def write() -> None:
        for model, rows in ((Part.unrestricted, parts), (PartWrap.objects, wraps), (SearchEntry.objects, entries)):
            model.bulk_create(rows, batch_size=500)
            rows.clear()

    for number, revision in enumerate(_rows()):
        label = (revision.floor, tuple(sorted(revision.subcommittees)))
        if label not in keys:
            known = {"tier": label[0], "subcommittees": list(label[1])}
            keys[label] = key_of(label)
            compartments[label] = SearchCompartment.objects.create(key=str(label)[:400], **known)
        texts = _texts(draw, number)
        for position, (kind, text) in enumerate(zip(("title", "text"), texts, strict=True)):
            part = Part(revision=revision, position=position, kind=kind, tier=label[0], subcommittees=list(label[1]))
            wraps.append(_sealed(revision, part, text))
            parts.append(part)
        tokens = tokens_of(texts, keys[label])
        entries.append(SearchEntry(revision=revision, compartment=compartments[label], epoch=SCHEME, tokens=tokens))
        if len(entries) == BATCH:
            write()
    write()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT gin_clean_pending_list('search_entry_tokens')")
        cursor.execute("ANALYZE")


def _size_on_disk() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_size_pretty(pg_total_relation_size('bulletins_searchentry')),"
                " pg_size_pretty(pg_relation_size('search_entry_tokens'))"
            )
            return "entries and index {}, the index alone {}".format(*cursor.fetchone())
        cursor.execute("SELECT sum(length(tokens)) FROM bulletins_searchentry")
        entries = cursor.fetchone()[0]
        cursor.execute("SELECT sum(length(block)) FROM bulletins_searchfts_data")
        return f"tokens {entries >> 20} MB, the index {cursor.fetchone()[0] >> 20} MB"


def _found(subject: object, words: str) -> list[UUID]:
    return [row.bulletin.pk for row in search.page_for(subject, Wish(q=words))[0]]


def test_a_page_of_hits_costs_a_few_pages_of_the_list():
    crowd = volume.found_crowd()
    volume.lay_patterns(crowd)
    volume._fill(SIZE)
    _fill_index()
    cases, names = [], []
    for groups, reader in crowd.readers.items():
        subject = subject_of(reader)
        assert _found(subject, "脆弱性")
        assert not _found(subject, "見当たらぬ語")
        plain = f"{groups} groups, the list"
        cases.append(Case(plain, lambda subject=subject: browse.page_for(subject, Wish()), repeats=3))
        for name, words in WORDS.items():
            names.append((f"{groups} groups, {name}", plain))
            cases.append(Case(names[-1][0], lambda s=subject, w=words: search.page_for(s, Wish(q=w)), repeats=3))
    costs = measure(cases, rounds=3)
    lines = [ratio(f"{name} / the list", costs[name], costs[plain], at_most=GOAL) for name, plain in names]
    note = f"{SIZE:,} bulletins of a title and a text of 150 letters; {_size_on_disk()}."
    tell(f"Searching, {connection.vendor}", [*lines, *amounts(costs)], note)
