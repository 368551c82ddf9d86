"""Releasing one bulletin to 10,000 organisations against 10,000 bare HPKE seals, and 10 MB to 200 organisations."""

import os
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import KeyHolder, Organisation, RecipientKey, RoleAssignment, User
from bulletins import releasing
from bulletins.models import Package, PackageSeal, Payload
from council.ids import opaque_id
from council.sealing.age_keys import Kind, fingerprint, generate_identity
from tests import cast
from tests.benchmarks.report import Line, tell
from tests.bulletins import shelf

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db]
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
INFO = b"age-encryption.org/mlkem768x25519"
MANY, FEW, LARGE = 10_000, 200, 10 * 1024 * 1024
DIFFERENT_KEYS = 200  # making a key costs more than sealing to it


def _organisations(count: int) -> list[Organisation]:
    """So many companies with one reader each, who holds the organisation's hybrid key."""
    today, now = timezone.localdate(), timezone.now()
    groups = Group.objects.bulk_create([Group(name=str(opaque_id())) for _ in range(count)], batch_size=1000)
    homes = Organisation.objects.bulk_create(
        [
            Organisation(kind="company", name=f"架空製作所{n}", tier=2, group=group, joined_on=today)
            for n, group in enumerate(groups)
        ],
        batch_size=1000,
    )
    people = User.objects.bulk_create(
        [User(email=f"p{n}@b.example", name=f"架空 {n}", organisation=o, tier=2) for n, o in enumerate(homes)],
        batch_size=1000,
    )
    RoleAssignment.objects.bulk_create([RoleAssignment(person=p, role="member") for p in people], batch_size=1000)
    recipients = [generate_identity(Kind.HYBRID).recipient for _ in range(min(count, DIFFERENT_KEYS))]
    public = [(r.public, fingerprint(r)) for r in recipients]
    keys = RecipientKey.objects.bulk_create(
        [
            RecipientKey(
                organisation=o, kind=Kind.HYBRID.value, public=public[n % DIFFERENT_KEYS][0],
                # The database wants each fingerprint once; its value costs nothing.
                fingerprint=f"{n:04x}{public[n % DIFFERENT_KEYS][1][4:]}",
                registered_at=now, proved_at=now, usable_from=now - timedelta(days=1),
            )
            for n, o in enumerate(homes)
        ],
        batch_size=1000,
    )  # fmt: skip
    KeyHolder.objects.bulk_create(
        [KeyHolder(key=k, person=p) for k, p in zip(keys, people, strict=True)], batch_size=1000
    )
    return homes


def _published(organisations: list[Organisation], parts: list) -> object:
    world = cast.council()
    return shelf.published(world.publisher, world.approver, tier=2, parts=parts, organisations=organisations)


def _bare(count: int) -> tuple[float, float]:
    """Seconds by the clock and of the processor for so many bare HPKE seals of 16 bytes."""
    keys = [generate_identity(Kind.HYBRID).recipient._key for _ in range(min(count, DIFFERENT_KEYS))]
    clock, processor = time.perf_counter(), time.process_time()
    for number in range(count):
        SUITE.encrypt(bytes(16), keys[number % DIFFERENT_KEYS], info=INFO)
    return time.perf_counter() - clock, time.process_time() - processor


def _timed(call) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - clock, time.process_time() - processor


def test_ten_thousand_organisations():
    count = int(os.environ.get("BENCHMARK_ORGANISATIONS", MANY))
    revision = _published(_organisations(count), ["本文です。", ("会員だけの段落です。", 2)])
    before = _bare(count)
    release = _timed(lambda: releasing.distribute(revision.pk))
    after = _bare(count)
    assert PackageSeal.objects.count() == count
    bare = [(one + other) / 2 for one, other in zip(before, after, strict=True)]
    tell(
        "Releasing to many organisations",
        [
            Line("release, rows and events / bare HPKE seals", release[0] / bare[0], release[1] / bare[1], at_most=2),
            Line("bare HPKE seals a second", count / bare[0], count / bare[1]),
            Line("packages released a second", count / release[0], count / release[1]),
        ],
        f"{count:,} organisations with a hybrid key and one holder each.",
    )


def test_ten_megabytes_to_two_hundred():
    big = [shelf.attachment(f"{n}.bin", os.urandom(LARGE // 2), tier=2) for n in range(2)]
    revision = _published(_organisations(FEW), ["本文です。", *big])
    taken = _timed(lambda: releasing.distribute(revision.pk))
    payload = Payload.objects.get()
    assert Package.objects.filter(state=Package.State.RELEASED).count() == FEW
    megabytes = payload.size * FEW / 1e6
    tell(
        "10 MB to 200 organisations",
        [
            Line("MB of packages a second and core", megabytes / taken[0], megabytes / taken[1], at_least=100),
            Line("MB of payload encrypted a second, once for all", payload.size / 1e6 / taken[0]),
        ],
        "The payload is encrypted once and stands behind 200 headers.",
    )
