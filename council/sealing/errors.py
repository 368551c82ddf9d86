"""What sealing says when it stops. Pure: a page translates `sentence` and fills in `facts` by itself."""


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the message catalogue; Django's makemessages knows this name."""
    return sentence


class SealingError(Exception):
    """One plain Japanese sentence. Never holds key material or plaintext.

    `sentence` is the message id with %(name)s places, `facts` what belongs in them; str() is both together.
    """

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence % facts if facts else sentence)
        self.sentence = sentence
        self.facts = facts


class KeyringUnavailable(SealingError):
    """The keyring can't be reached or can't be trusted: operations stop, there is no other key to fall back on."""


class OpeningRefused(SealingError):
    """A seal does not fit what it is said to belong to, or its epoch may not be used."""


class AgeRefused(SealingError):
    """Bytes or a key that are not what the age format allows here, or that the given key does not open."""


class NoteRefused(SealingError):
    """A signed note, or a key for one, that does not hold."""


class PackageRefused(SealingError):
    """A package whose parts do not belong together, or that was not made for whoever opens it."""


class CannotOpen(SealingError):
    """The opener lacks something to work with (a key, a file, room): this says nothing about the package."""
