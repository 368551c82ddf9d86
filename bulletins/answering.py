"""What organisations say of themselves on a bulletin. Their notes go in sealed like content and come out for those who asked a door;
nobody is ever shown what another organisation said, but the desk.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.models import User
from bulletins.acknowledged import counted
from bulletins.models import Answer, AnswerWrap, Bulletin, Delivery, Revision
from council.access import facts as known
from council.access.facts import Subject
from council.access.policy import dominates
from council.keys import keyring
from council.sealing.envelope import Binding, Sealed, open_sealed, seal

PURPOSE = "answer"


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as people are shown it. `note` is empty where there is none, or none for this person."""

    value: str
    until: date | None
    answered_at: datetime
    by: str
    note: str = ""

    @property
    def label(self) -> str:
        """該当あり, 該当なし, 確認中, 対処済."""
        return str(Answer.Value(self.value).label)

    @property
    def mark(self) -> str:
        """The shape beside it, as components/status.html names it; who is still checking has acknowledged and no more."""
        return "acknowledged" if self.value == Answer.Value.CHECKING else self.value.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Own:
    """Where the organisation of a reader stands with the served revision: its own deadline, and what it said, oldest first."""

    deadline: datetime | None
    answers: list[Said]


def binding_of(answer: Answer, revision: Revision) -> Binding:
    """What the note of an answer is bound to; its label is the revision's banner."""
    return Binding(
        str(revision.bulletin_id),
        revision.number,
        str(answer.pk),
        answer.tier,
        tuple(revision.all_subcommittees),
        PURPOSE,
    )


def seal_note(answer: Answer, revision: Revision, note: str) -> list[AnswerWrap]:
    """Puts the note into the unsaved answer; the row with its wrap, to be saved after it. None for an empty note."""
    if not note:
        return []
    sealed = seal(keyring(), binding_of(answer, revision), note.encode())
    answer.ciphertext = sealed.ciphertext
    wrap = AnswerWrap(
        answer=answer, wrap=sealed.wrap, epoch=sealed.epoch, algorithm=sealed.algorithm, key_id=sealed.key_id
    )
    return [wrap]


def notes_of(answers: Iterable[Answer], revision: Revision) -> dict[UUID, str]:
    """Answer id -> its note, for answers to this revision: one query, none without notes. A note whose wrap was destroyed is left out.

    OpeningRefused when anything was swapped or altered.
    """
    written = {answer.pk: answer for answer in answers if answer.ciphertext}
    wraps = AnswerWrap.objects.filter(answer__in=written) if written else ()
    notes = {}
    for row in wraps:
        answer = written[row.answer_id]
        sealed = Sealed(bytes(answer.ciphertext), bytes(row.wrap), row.epoch, row.algorithm, row.key_id)
        notes[answer.pk] = open_sealed(keyring(), binding_of(answer, revision), sealed).decode()
    return notes


def destroy_notes(revision: Revision) -> int:
    """Destroys the keys of every note on the revision. The number of wraps that are gone."""
    about = Answer.objects.filter(bulletin=revision.bulletin_id, revision=revision.number)
    return AnswerWrap.objects.filter(answer__in=about.values("pk")).delete()[0]


def own_of(subject: Subject, bulletin: Bulletin, about: known.Bulletin) -> Own:
    """What the reader's own organisation owes and has said on the served revision, of a bulletin that passed the door.

    Answers to an earlier revision that still count are among them, without their notes. A colleague's note may speak of all parts:
    only those who reach the whole banner are shown it. Everybody is shown their own.
    """
    served = bulletin.served
    delivery = Delivery.objects.filter(revision=served, organisation=subject.organisation).first()
    deadline = delivery.deadline if delivery else served.deadline
    rows = Answer.objects.filter(bulletin=bulletin, organisation=subject.organisation, **counted(served))
    answers = list(rows.select_related("person"))
    whole = dominates(subject, about.banner, about.designation) is None
    of_this = [row for row in answers if row.revision == served.number]
    notes = notes_of((row for row in of_this if whole or str(row.person_id) == subject.person), served)
    return Own(deadline, [told(row, row.person, notes.get(row.pk, "")) for row in answers])


def told(answer: Answer, by: User, note: str) -> Said:
    """The answer as people are shown it."""
    return Said(answer.value, answer.until, answer.answered_at, by.name, note)
