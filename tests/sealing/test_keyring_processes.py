"""Real processes against one keyring file."""

import multiprocessing

import pytest

from council.sealing.keyring import FileKeyring, Scope

PROCESSES = 4
TURNS = 3


def create_together(path, barrier, answers):
    barrier.wait(timeout=60)
    answers.put(FileKeyring.create(path).key_id(Scope(1, (), 1)))


def rotate_together(path, barrier, answers):
    keyring = FileKeyring.load(path)
    barrier.wait(timeout=60)
    answers.put([keyring.rotate() for _ in range(TURNS)])


@pytest.fixture
def together(path):
    """Runs `work` in several fresh processes at once and returns what each one answered."""

    def run(work):
        context = multiprocessing.get_context("spawn")
        barrier, answers = context.Barrier(PROCESSES), context.Queue()
        workers = [context.Process(target=work, args=(path, barrier, answers)) for _ in range(PROCESSES)]
        for worker in workers:
            worker.start()
        results = [answers.get(timeout=60) for _ in workers]
        for worker in workers:
            worker.join(timeout=60)
        answers.close()
        answers.join_thread()
        return results

    return run


def test_processes_that_create_at_once_end_up_with_the_same_keys(together, path):
    key_ids = together(create_together)
    assert set(key_ids) == {FileKeyring.load(path).key_id(Scope(1, (), 1))}
    assert sorted(each.name for each in path.parent.iterdir()) == [".keyring.json.lock", "keyring.json"]


def test_processes_that_rotate_at_once_each_add_their_own_epochs(together, own):
    epochs = [epoch for answer in together(rotate_together) for epoch in answer]
    assert sorted(epochs) == list(range(2, 2 + PROCESSES * TURNS))
    assert own.current_epoch() == 1 + PROCESSES * TURNS
