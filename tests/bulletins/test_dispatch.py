"""Hints to the worker: a broker that is away keeps nobody waiting and undoes nothing."""

import socket
from threading import Thread

import pytest
from django.conf import settings
from kombu.exceptions import OperationalError

from bulletins import dispatch
from bulletins.models import Package
from council.celery import app
from tests import cast
from tests.bulletins import shelf


@pytest.mark.django_db(transaction=True)
def test_what_is_published_while_the_broker_is_away_stays_published(monkeypatch):
    def away(*given, **facts):
        raise OperationalError("away")

    monkeypatch.setattr(app, "send_task", away)
    world = cast.council()
    revision = shelf.published(world.publisher, world.approver, organisations=[world.company])
    assert Package.objects.get(revision=revision).state == Package.State.QUEUED


@pytest.mark.skipif(not settings.REDIS_URL, reason="the embedded broker is a folder")
def test_a_broker_that_hangs_up_is_tried_twice_and_no_more():
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up():
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                calls.append(caller.getpeername())
                caller.close()

        answering = Thread(target=hang_up)
        answering.start()
        connection = app.connection_for_write(f"redis://127.0.0.1:{server.getsockname()[1]}/0")
        with connection, pytest.raises(OperationalError):
            _ = connection.default_channel
        server.shutdown(socket.SHUT_RDWR)
        answering.join(10)
    assert 1 <= len(calls) <= 2


def test_a_hint_that_could_not_be_sent_is_logged_without_what_it_was_about(monkeypatch, caplog):
    def away(*given, **facts):
        raise OperationalError("redis://secret@broker")

    monkeypatch.setattr(app, "send_task", away)
    dispatch.hint(dispatch.SEND_NOTICES)
    assert "The broker took no message" in caplog.text
    assert "secret" not in caplog.text
