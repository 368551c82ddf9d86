"""Unsaved words that nobody touches go after a settled time, with an event; never while their author comes to them."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bulletins.models import Scratch
from bulletins.tasks import sweep_scratches
from council.audit.details import details_of
from council.audit.events import Event
from council.audit.models import AuditEvent
from council.celery import app
from council.ids import opaque_id
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import at, form

pytestmark = pytest.mark.django_db
LONG, SHORT = timedelta(days=settings.SCRATCH_DAYS, hours=1), timedelta(days=settings.SCRATCH_DAYS - 1)


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def kept(desk: Client, address: str, ago: timedelta) -> Scratch:
    desk.post(address, form({"text": "書きかけの文"}, title="書きかけの題名"))
    row = Scratch.objects.order_by("saved_at").last()
    Scratch.objects.filter(pk=row.pk).update(saved_at=timezone.now() - ago)
    return row


def new() -> str:
    return reverse("desk:scratch", args=[opaque_id()])


def test_what_nobody_touched_for_long_goes_with_an_event_of_the_portal(desk, world):
    old, young = kept(desk, new(), LONG), kept(desk, new(), SHORT)
    assert (sweep_scratches(), sweep_scratches()) == (1, 0)
    assert Scratch.objects.get() == young
    event = AuditEvent.objects.get(action=Event.SCRATCH_EXPIRED)
    assert (event.object, event.tier) == (str(old.pk), 1)
    detail = details_of([event])[event.pk]
    assert (detail.get("person", ""), detail["facts"]["of"]) == ("", str(world.publisher.pk))
    assert "書きかけ" not in str(detail)


def test_the_editor_that_was_opened_lately_keeps_its_words(desk, world):
    draft = shelf.drafted(world.publisher)
    of_a_draft, never_saved = kept(desk, at("scratch-of", draft), LONG), kept(desk, new(), LONG)
    assert "書きかけ" in desk.get(at("edit", draft)).content.decode()
    desk.get(reverse("desk:new"), {"scratch": never_saved.pk})
    assert sweep_scratches() == 0
    Scratch.objects.filter(pk=of_a_draft.pk).update(opened_at=timezone.now() - LONG)
    assert sweep_scratches() == 1
    assert AuditEvent.objects.get(action=Event.SCRATCH_EXPIRED).object == str(draft.bulletin_id)


def test_the_desk_says_on_which_day_it_goes(desk):
    kept(desk, new(), timedelta(0))
    day, page = timezone.localdate() + timedelta(days=settings.SCRATCH_DAYS), desk.get(reverse("desk:list")).text
    assert f">{day.month}/{day.day}（" in page.split("まで開かないと消えます")[0][-12:]


def test_the_scheduler_asks_for_it():
    assert "bulletins.tasks.sweep_scratches" in {row["task"] for row in app.conf.beat_schedule.values()}
