"""First downloads in a subcommittee, with real packages: the log has no subcommittees, the bulletins say them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bulletins.naming import BulletinNames, PackageNames
from council.audit import names, signals
from council.audit.models import Signal
from council.audit.record import actor_of
from tests import cast
from tests.bulletins import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return cast.council()


@pytest.fixture
def package(world):
    sent.key(world)
    return sent.package(world, subcommittees=[world.materials])


def find():
    return signals.find(timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1))


def test_a_bulletin_and_its_packages_are_for_the_subcommittees_of_their_label(world, package):
    bulletin = str(package.bulletin_id)
    assert BulletinNames().groups_of([bulletin, "no id"]) == {bulletin: {str(world.materials.pk)}}
    assert PackageNames().groups_of([str(package.pk)]) == {str(package.pk): {str(world.materials.pk)}}
    assert set(names.groups_of([bulletin, str(package.pk)])) == {bulletin, str(package.pk)}


def test_the_first_package_somebody_takes_in_a_subcommittee_is_a_signal_and_the_next_is_none(world, package, settings):
    settings.AUDIT_THRESHOLDS = {"odd_hours": {"on": False}}
    sent.take(world.reader_two, package, "age")
    sent.take(world.reader_two, package, "age")
    assert find() == 1
    key = f"first_download:{actor_of(str(world.reader_two.pk))}:{world.materials.pk}"
    assert list(Signal.objects.values_list("key", flat=True)) == [key]
    sent.take(world.administrator, package, "age")
    assert find() == 1
