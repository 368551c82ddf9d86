"""What of a text can be looked for without keeping the text: digests of its letters and of its pairs of letters. Pure.

The tokens of a text are a set: no order, no counts, written sorted. Each is 40 bits of HMAC-SHA256 under a key of the compartment, so a
copy of the database without the keyring tells neither letters nor how alike two compartments are. What it still tells is which texts of
*one* compartment share how many pairs, and how many texts hold a pair. An index in the order of the text would tell far more (runs of
pairs are language, and language can be guessed from frequencies); none at all would mean to open everything for each search.
A set of pairs finds too much, never too little: 「電変」 and 「変電」 differ, 「ab bc」 holds the pairs of 「abc」. Hits are candidates.
"""

import hmac
from collections.abc import Iterable

from bulletins.folding import fold

# Raised when folding or tokens change: entries of an older scheme are written anew by index_bulletins.
SCHEME = 1
_BYTES = 5  # 40 bits: one pair in a million million is taken for another
LONGEST_QUERY = 8


def pieces_of(text: str) -> set[str]:
    """Every letter and every pair of neighbouring letters of the folded text; blanks stand between nothing."""
    found: set[str] = set()
    for word in set(fold(text).split(" ")):
        found.update(word)
        found.update(map(str.__add__, word, word[1:]))
    return found


def tokens_of(texts: Iterable[str], key: bytes) -> str:
    """The tokens of all the texts under the key, sorted, with a space between them."""
    pieces = set().union(*map(pieces_of, texts))
    return " ".join(sorted({_token(piece, key) for piece in pieces}))


def words_of(query: str) -> list[str]:
    """The folded words of a query, each once; of very many the longest LONGEST_QUERY, which say the most."""
    words = list(dict.fromkeys(fold(query).split()))
    return sorted(words, key=len, reverse=True)[:LONGEST_QUERY] if len(words) > LONGEST_QUERY else words


def tokens_of_word(word: str, key: bytes) -> list[str]:
    """The tokens that a text with this folded word must have: its pairs, or the one letter that it is."""
    pieces = set(map(str.__add__, word, word[1:])) or {word}
    return sorted({_token(piece, key) for piece in pieces})


def _token(piece: str, key: bytes) -> str:
    return hmac.digest(key, piece.encode(), "sha256")[:_BYTES].hex()
