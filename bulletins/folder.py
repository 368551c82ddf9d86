"""A folder of files as one ZIP, written while it is sent: nothing is compressed (sealed bytes don't shrink), nothing is kept."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from zipfile import ZIP64_LIMIT, ZIP_STORED, ZipFile, ZipInfo

from council.tap import Tap


class Member(NamedTuple):
    """One file: its name, how many bytes it has, and the bytes."""

    name: str
    size: int
    pieces: Iterable[bytes]


def folded(members: Iterable[Member], moment: datetime) -> Iterator[bytes]:
    """The ZIP, piece by piece; every file carries the moment, as the clock of its zone shows it."""
    tap = Tap()
    with ZipFile(tap, "w", ZIP_STORED) as folder:
        for member in members:
            info = ZipInfo(member.name, moment.timetuple()[:6])
            # Known beforehand, so that a file over 2 GiB gets the fields it needs.
            info.file_size = member.size
            with folder.open(info, "w") as file:
                for piece in member.pieces:
                    file.write(piece)
                    yield tap.take()
            yield tap.take()
    yield tap.take()


def length_of(members: Iterable[Member], moment: datetime) -> int | None:
    """How many bytes folded() will give, so that whoever receives them sees when some are missing. None from 2 GiB on, where the ZIP
    has further fields, whose number only comes out while it is written."""
    members = list(members)
    frame = sum(map(len, folded([member._replace(pieces=()) for member in members], moment)))
    whole = frame + sum(member.size for member in members)
    return whole if whole < ZIP64_LIMIT else None
