"""The folder of messages of the embedded default."""

from pathlib import Path
from queue import Empty
from threading import Event, Thread

import pytest
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES

from council.broker import Channel


@pytest.fixture
def channel(tmp_path: Path):
    options = {name: str(tmp_path / name) for name in ("data_folder_in", "control_folder")}
    for folder in options.values():
        Path(folder).mkdir()
    options["data_folder_out"] = options["data_folder_in"]
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


def test_the_worker_speaks_this_transport_when_it_is_given_a_folder(channel):
    assert TRANSPORT_ALIASES["filesystem"] == "council.broker:Transport"
    assert isinstance(channel, Channel)


def test_messages_come_out_as_they_went_in_and_in_order(channel):
    for number in range(3):
        channel._put("celery", {"number": number})
        # Names carry milliseconds.
        Event().wait(0.002)
    assert [channel._get("celery")["number"] for _ in range(3)] == [0, 1, 2]


def test_an_empty_message_is_dropped_and_does_not_end_the_worker(channel, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr("council.broker.logger.warning", said.append)
    (Path(channel.data_folder_in) / "0_x.celery.msg").touch()
    channel._put("celery", {"number": 1})
    assert channel._get("celery") == {"number": 1}
    assert said == ["A message that was no JSON was dropped."]
    with pytest.raises(Empty):
        channel._get("celery")


def test_a_reader_never_sees_half_a_message(channel, caplog):
    done, taken = Event(), []

    def read() -> None:
        while not done.is_set() or len(taken) < 300:
            try:
                taken.append(channel._get("celery"))
            except Empty:
                if done.is_set():
                    return

    reader = Thread(target=read)
    reader.start()
    for number in range(300):
        channel._put("celery", {"number": number, "filler": "x" * 5000})
    done.set()
    reader.join()
    assert (len(taken), caplog.records) == (300, [])


def test_a_queue_is_bound_once_and_its_table_is_never_empty(channel):
    for queue in ("celery", "celery", "other"):
        channel._queue_bind("celery", queue, None, queue)
    assert sorted(row.queue for row in channel.get_table("celery")) == ["celery", "other"]
