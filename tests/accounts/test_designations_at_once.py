"""Two at a time: one end is written down once, one extension counts, nobody is told twice."""

import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection

from accounts.actions import designations as verbs
from accounts.actions.designation_lapse import lapse_designation
from accounts.actions.proposals import confirm
from accounts.actions.verb import Refused
from accounts.models import Designation, DesignationNotice, Notice, RegisterEntry
from tests import cast
from tests.accounts.designations import DAY, TODAY, officer, proposed

pytestmark = pytest.mark.django_db(transaction=True)


def together(*deeds: Callable[[], object]) -> list[object]:
    """What each of the deeds answers, or the error that it ends with; all begin at the same moment."""
    start, answers = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(number: int, deed: Callable[[], object]) -> None:
        start.wait()
        try:
            answers[number] = deed()
        except (ValidationError, Refused, OperationalError) as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_six_workers_write_one_end():
    world = cast.council()
    Designation.objects.filter(pk=world.item.pk).update(expires_on=TODAY - DAY)
    answers = together(*[lambda: lapse_designation(world.item.pk)] * 6)
    assert sorted(map(str, answers)) == ["False"] * 5 + ["True"]
    assert RegisterEntry.objects.filter(what="lapsed").count() == 1
    assert (DesignationNotice.objects.count(), Notice.objects.count()) == (4, 4)


def test_of_an_extension_and_a_lifting_one_comes_first():
    world = cast.council()
    proposal, second = proposed(world, world.item, world.item.expires_on + DAY), officer(world.agency)
    together(
        lambda: confirm(proposal.pk, acting_user=second),
        lambda: verbs.cancel_designation(world.item, acting_user=world.officer),
    )
    written = list(RegisterEntry.objects.order_by("written_at").values_list("what", flat=True))
    assert written in (["designated", "cancelled"], ["designated", "extended", "cancelled"])


def test_ten_confirmations_extend_once():
    world = cast.council()
    proposal = proposed(world, world.item, world.item.expires_on + DAY)
    others = [officer(world.agency) for _ in range(10)]
    together(*[lambda by=by: confirm(proposal.pk, acting_user=by) for by in others])
    assert RegisterEntry.objects.filter(what="extended").count() == 1
    assert DesignationNotice.objects.count() == 4
