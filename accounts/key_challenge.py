"""Does somebody hold the identity of a key? The portal seals a random answer to the key, and waits to be told it.

The answer is kept nowhere: only its SHA-256 is, and 130 random bits can't be guessed from that.
"""

import base64
import hashlib
import hmac
import io
import secrets

from council.sealing.age import COLUMNS, FILE_KEY_BYTES, encrypt_payload, seal_header
from council.sealing.age_keys import Recipient

MOST_ANSWERS = 10
PREFIX = "kagi-"
LETTERS = 26
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_BEGIN, _END = "-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----"


def new_challenge(recipient: Recipient) -> tuple[str, str]:
    """(the armoured age file that holds a fresh answer and a line feed, SHA-256 of the answer in hexadecimal)."""
    answer = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(LETTERS))
    file_key = secrets.token_bytes(FILE_KEY_BYTES)
    payload = b"".join(encrypt_payload(file_key, io.BytesIO(f"{answer}\n".encode())))
    return armoured(seal_header(file_key, recipient) + payload), _digest(answer)


def answers(said: str, digest: str) -> bool:
    """Whether this is the answer. Takes the same time whatever was said; white space and capitals don't count."""
    return hmac.compare_digest(_digest(said.strip().lower()), digest)


def armoured(data: bytes) -> str:
    """The age file as text: strict PEM with lines of 64 columns (age specification, "ASCII armor")."""
    text = base64.b64encode(data).decode()
    lines = (text[start : start + COLUMNS] for start in range(0, len(text), COLUMNS))
    return "\n".join((_BEGIN, *lines, _END, ""))


def _digest(answer: str) -> str:
    return hashlib.sha256(answer.encode("utf-8", "surrogatepass")).hexdigest()
