"""Turns documents (Markdown or text, UTF-8) into bulletins with parts. What can't be taken is named with its reason; the rest goes on."""

import hashlib
import sys
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts.models import Organisation, User
from bulletins.access import NotVisible
from bulletins.actions.draft import create_draft
from bulletins.actions.verb import Conflict
from bulletins.advance import advance, approvers_beside, everybody, made_from
from bulletins.desk import Refused
from bulletins.documents import MAX_BYTES, DocumentRefused, read_document
from bulletins.drafting import Draft, Invalid, PartDraft
from bulletins.models import Revision
from bulletins.wording import told
from council.access.facts import State
from council.access.tiers import Tier, TierRefused
from council.audit.events import Event, Outcome
from council.audit.record import record

KIND = "supply_chain"


def _shown(path: Path) -> str:
    """The name of the file, with everything escaped that a terminal would obey or could not show."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in path.name)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, help="files to import")
        parser.add_argument("--as", dest="email", required=True, help="address of the publisher who imports")
        parser.add_argument("--tier", required=True, help="1, 2 or 3")
        parser.add_argument("--kind", default=KIND, help="kind of the bulletins")
        parser.add_argument("--publish", action="store_true", help="submit, approve and publish as well")
        parser.add_argument(
            "--approved-by",
            action="append",
            default=[],
            help="address of an approver; default: those of the same organisation",
        )
        parser.add_argument(
            "--to",
            action="append",
            default=[],
            help="name of an organisation to release to; at tier 1 the default is all of them",
        )
        parser.add_argument("--designation", default="", help="register number, at tier 3")

    def handle(self, *args: object, **options: object) -> None:
        author = self._person(options["email"])
        try:
            tier = Tier.parse(options["tier"])
        except TierRefused as refused:
            raise CommandError(str(refused), returncode=2) from None
        self._author, self._tier, self._options = author, tier, options
        self._releases = self._audience(options["to"])
        self._approvers = self._who_approves(options["approved_by"]) if options["publish"] else []
        done: Counter[str] = Counter()
        for path in tqdm(options["paths"], unit="file", file=sys.stderr, disable=None):
            done[self._import(path)] += 1
        self.stdout.write(f"imported {done['imported']}, already there {done['known']}, refused {done['refused']}")
        sys.exit(1 if done["refused"] else 0)

    def _person(self, email: str) -> User:
        person = User.objects.select_related("organisation").filter(email=email.strip().lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}.", returncode=2)
        return person

    def _who_approves(self, addresses: list[str]) -> list[User]:
        approvers = [self._person(address) for address in addresses] or approvers_beside(self._author)
        if not approvers:
            raise CommandError("No other approver is there to approve; name one with --approved-by.", returncode=2)
        return approvers

    def _audience(self, names: list[str]) -> tuple[str, ...]:
        """Organisation ids. Nobody is never everybody: above tier one the audience has to be named."""
        if not names and self._tier is not Tier.ONE and self._options["publish"]:
            raise CommandError("Above tier 1 the audience has to be named with --to.", returncode=2)
        if not names:
            return tuple(everybody()) if self._tier is Tier.ONE else ()
        rows = list(Organisation.objects.filter(name__in=names, is_active=True))
        missing = set(names) - {row.name for row in rows}
        if missing:
            raise CommandError(f"No organisation is called {', '.join(sorted(missing))}.", returncode=2)
        return tuple(str(row.pk) for row in rows)

    def _import(self, path: Path) -> str:
        try:
            data = self._read(path)
            mark = hashlib.sha256(data).hexdigest()
            revision = made_from(mark)
            if revision is not None and State(revision.state) not in self._before:
                return "known"
            if revision is not None and revision.tier != self._tier:
                raise Conflict(_("同じ文書が別の格付の下書きとして取り込まれています。その下書きを使ってください。"))
            self._carry(revision or self._draft(path, data, mark))
        except (DocumentRefused, Invalid, Refused, NotVisible, Conflict, OSError) as refused:
            self._refuse(path, refused)
            return "refused"
        return "imported"

    @property
    def _before(self) -> set[State]:
        """The states in which an earlier run left work undone."""
        return {State.DRAFT, State.IN_REVIEW, State.APPROVED} if self._options["publish"] else set()

    def _carry(self, revision: Revision) -> None:
        if self._options["publish"]:
            advance(revision, State.PUBLISHED, author=self._author, approvers=self._approvers)

    def _read(self, path: Path) -> bytes:
        # A file of 50 MB is refused by its size alone, before any of it is held in memory.
        if path.stat().st_size > MAX_BYTES:
            raise DocumentRefused(f"{MAX_BYTES // 1024 // 1024} MBを超えるファイルは取り込めません。")
        return path.read_bytes()

    def _draft(self, path: Path, data: bytes, mark: str) -> Revision:
        document = read_document(path, data)
        for warning in document.warnings:
            self.stderr.write(f"{_shown(path)}: {warning}")
        draft = Draft(
            kind=self._options["kind"],
            title=document.title,
            tier=self._tier,
            parts=tuple(PartDraft(text, self._tier) for text in document.parts),
            organisations=self._releases,
            designation=self._options["designation"],
        )
        return create_draft(draft, acting_user=self._author, imported_from=mark)

    def _refuse(self, path: Path, refused: Exception) -> None:
        sentence = refused.strerror if isinstance(refused, OSError) else told(refused)
        self.stderr.write(f"{_shown(path)}: {sentence}")
        with transaction.atomic():
            record(
                Event.IMPORT_REFUSED,
                actor=str(self._author.pk),
                organisation=str(self._author.organisation_id),
                outcome=Outcome.DENY,
                reason="import_refused",
                detail={"file": _shown(path), "why": sentence},
            )
