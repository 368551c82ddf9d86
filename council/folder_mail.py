"""Mail of the embedded default: each message is one file in COUNCIL_DATA/mail, whole or not there at all.

The name is made from the Message-ID, so that a message that is sent a second time takes the place of the first.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from council.broker import write_whole
from council.environment import private_folder

_PLAIN = re.compile(r"<([A-Za-z0-9][A-Za-z0-9.@_-]{0,180})>")


class EmailBackend(BaseEmailBackend):
    """Writes messages where the operator of a small deployment, or a demonstration, can look at them."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many were written; OSError when the folder takes none, unless it is to fail silently."""
        try:
            return sum(_kept(message) for message in email_messages)
        except OSError:
            if self.fail_silently:
                return 0
            raise


def file_name(message_id: str) -> str:
    """The name of the file for a Message-ID (with its angle brackets): itself where it is plain, else its digest."""
    plain = _PLAIN.fullmatch(message_id)
    return f"{plain[1] if plain else hashlib.sha256(message_id.encode()).hexdigest()}.eml"


def _kept(message: EmailMessage) -> bool:
    if not message.recipients():
        return False
    made = message.message()
    folder = private_folder(Path(settings.EMAIL_FILE_PATH))
    write_whole(folder / file_name(str(made["Message-ID"])), made.as_bytes())
    return True
