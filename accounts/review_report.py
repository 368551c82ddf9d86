"""What came of a review, as signed notes (C2SP signed-note): plain lines that anybody can check and a program can read.

The head names the review, the portal, who began it (an id), beginning, deadline and end (UTC), and counts by outcome; then the newest
checkpoint of the log of tier one (three lines behind 記録の検印), which part this is, and what the words mean. A line that begins with 組織
gives the name of an organisation, one that begins with 項目 a right:

    項目 <organisation> <person> <kind> <value> <answer> <outcome> <by> <time>

A note holds no tabs, so that fields are separated by single spaces; none of them holds one itself, and a missing one is "-". A note is at
most 1 MiB long, so that a large council's report has several parts, each with the whole head.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from django.utils import timezone

from accounts.models import Organisation, ReviewCampaign, ReviewItem
from council.audit.models import LogHead
from council.crypto_inventory import Algorithm, Section
from council.deployment import host
from council.keys import keyring
from council.sealing import note

# The purpose names the key: another number is another key.
_PURPOSE, _NUMBER = "review.signer", b"1"
# A right takes 200 bytes at most and the name of its organisation twice that: well below the 1 MiB of a note.
ITEMS_A_PART = 1500
# Between the parts as they are kept: a note never holds this byte.
_BETWEEN = b"\0"
Outcome = ReviewItem.Outcome
_LOG_OF_PEOPLE = 1
_HAND, _PORTAL, _NOTHING = "hand", "portal", "-"
_WORDS = (
    "語 kept=引き続き必要 ended=終えた lapsed=答えがなく終わった gone=ほかの手続きで終わっていた hand=終えていない・人が決める",
    "語 keep=引き続き必要と答えた end=終えると答えた -=なし portal=ポータル（答えがなく期限が過ぎた）",
    "語 account=アカウント role=役割 tier=扱える格付 subcommittee=分科会",
)  # fmt: skip
# What whoever has the report and the verifier key runs, with the two behind it.
HOW_TO_CHECK = (
    "import sys; from council.sealing import note; "
    "print(note.verify(open(sys.argv[1], 'rb').read(), note.Verifier.parse(sys.argv[2])).text.decode(), end='')"
)
_COLUMNS = "列 項目 組織 人 種類 値 回答 結果 答えた人 時刻"


def signer() -> note.Signer:
    """The Ed25519 signer of this deployment's reports; KeyringUnavailable without keys."""
    return note.Signer.from_seed(f"{host()}/reviews", keyring().mac(_PURPOSE, _NUMBER))


def verifier_of(report: bytes) -> note.Verifier:
    """Our public key under the name that the note was signed with: the portal may have moved since."""
    _text, lines = note.split(report)
    return note.Verifier(lines[0][0], signer().verifier.public)


def parts(campaign: ReviewCampaign) -> list[bytes]:
    """The signed notes of a closed review, in their order; none while it runs."""
    return bytes(campaign.report).split(_BETWEEN) if campaign.report else []


def write_report(campaign: ReviewCampaign) -> dict[str, object]:
    """Closes the review now and signs its report, in the open transaction; the detail for the event, with each part's SHA-256."""
    campaign.closed_at = timezone.now()
    signed = [note.sign(text, signer()) for text in _texts(campaign)]
    campaign.report = _BETWEEN.join(signed)
    campaign.save(update_fields=["closed_at", "report"])
    return {"sha256": [hashlib.sha256(part).hexdigest() for part in signed], "outcomes": _counts(campaign)}


def _counts(campaign: ReviewCampaign) -> dict[str, int]:
    outcomes = list(ReviewItem.objects.filter(campaign=campaign).values_list("outcome", flat=True))
    return {str(outcome) or _HAND: outcomes.count(outcome) for outcome in (*list(Outcome)[1:], Outcome.OPEN)}


def _texts(campaign: ReviewCampaign) -> Iterator[bytes]:
    rows = ReviewItem.objects.filter(campaign=campaign).order_by("organisation", "person", "kind", "value")
    count = rows.count()
    of = max(1, -(-count // ITEMS_A_PART))
    head, every = _head(campaign, count), rows.iterator(chunk_size=2000)
    for number in range(1, of + 1):
        items = list(islice(every, ITEMS_A_PART))
        lines = [*head, f"部分 {number}/{of}", *_WORDS, *_names(items), _COLUMNS, *map(_line, items)]
        yield "".join(f"{line}\n" for line in lines).encode()


def _head(campaign: ReviewCampaign, count: int) -> list[str]:
    counted = " ".join(f"{outcome}={number}" for outcome, number in _counts(campaign).items())
    return [
        "アクセスの見直しの報告 v1",
        f"見直し {campaign.pk}",
        f"ポータル {host()}",
        f"始めた人 {campaign.opened_by_id}",
        f"開始 {_moment(campaign.opened_at)}",
        f"期限 {_moment(campaign.deadline)}",
        f"終了 {_moment(campaign.closed_at)}",
        f"件数 全体={count} {counted}",
        *_checkpoint(),
    ]


def _checkpoint() -> list[str]:
    """The three lines that the log of tier one had signed last: whoever holds a later checkpoint knows that this report is older."""
    head = LogHead.objects.filter(pk=_LOG_OF_PEOPLE).first()
    if head is None or not head.note:
        return ["記録の検印 なし"]
    text, _lines = note.split(bytes(head.note))
    return ["記録の検印", *text.decode().splitlines()]


def _names(items: list[ReviewItem]) -> list[str]:
    named = dict(Organisation.objects.filter(pk__in={item.organisation_id for item in items}).values_list("pk", "name"))
    return [f"組織 {pk} {_plain(named[pk])}" for pk in sorted(named)]


def _plain(words: str) -> str:
    """A note has no control characters."""
    return "".join(each if each.isprintable() or each == "\u3000" else " " for each in words)


def _line(item: ReviewItem) -> str:
    by = item.answered_by_id or (_PORTAL if item.outcome == Outcome.LAPSED else _NOTHING)
    fields = (
        item.organisation_id, item.person_id, item.kind, item.value, item.answer, item.outcome or _HAND, by,
        _moment(item.answered_at),
    )  # fmt: skip
    return " ".join(["項目", *(str(field or _NOTHING) for field in fields)])


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else _NOTHING


def section() -> Section:
    """The signer of reports, for the inventory of keys."""
    algorithm = Algorithm(
        "Ed25519",
        "signed notes: reports of access reviews",
        "accounts/review_report.py",
        "RFC 8032, C2SP signed-note",
        "EdDSA: listed",
        False,
    )
    return Section((algorithm,), {"review_signer": {"algorithm": "Ed25519", "vkey": str(signer().verifier)}})
