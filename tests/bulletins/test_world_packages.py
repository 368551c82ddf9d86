"""World files with recipients: their keys are in use at once, and what is published is really sealed to them."""

from copy import deepcopy

import pytest
from django.core.management import CommandError

from accounts.models import KeyHolder
from bulletins.models import Package
from council.sealing.age_keys import Kind, generate_identity
from tests.bulletins import parcels
from tests.bulletins.test_load_world import WORLD, load

pytestmark = pytest.mark.django_db
__all__ = ["load"]  # the fixture


@pytest.fixture(params=list(Kind))
def identity(request):
    return generate_identity(request.param)


def with_recipient(identity, **changes):
    world = deepcopy(WORLD)
    world["organisations"][1]["recipient"] = str(identity.recipient)
    world.update(changes)
    return world


def test_the_last_line_names_the_packages_and_they_open(load, identity, tmp_path):
    built = load(with_recipient(identity))
    assert [(row["bulletin"], row["organisation"]) for row in built["packages"]] == [("b1", "acme")]
    said = parcels.text(Package.objects.get(pk=built["packages"][0]["id"]), identity, tmp_path / "p")
    assert "一つ目" in said
    assert "二つ目" in said


def test_a_second_run_seals_nothing_anew(load, identity):
    first, second = (load(with_recipient(identity))["packages"] for _ in range(2))
    assert first == second


def test_an_organisation_without_people_gets_its_package_when_they_come(load, identity):
    people = [person for person in WORLD["people"] if person["org"] != "acme"]
    assert load(with_recipient(identity, people=people, bulletins=[]))["packages"] == []
    assert len(load(with_recipient(identity))["packages"]) == 1
    assert KeyHolder.objects.get().person.email == "kato@acme.example"


def test_an_organisation_without_a_recipient_has_no_package(load):
    assert load(WORLD)["packages"] == []


def pasting(text):
    world = deepcopy(WORLD)
    world["organisations"][1]["recipient"] = text
    return world


def test_a_recipient_that_is_no_key_is_refused(load):
    with pytest.raises(CommandError, match="organisation アクメ素材株式会社: "):
        load(pasting("age1nonsense"))


def test_an_identity_pasted_for_a_recipient_is_not_repeated(load, identity):
    with pytest.raises(CommandError, match="秘密の識別鍵") as refused:
        load(pasting(identity.text()))
    assert identity.text() not in str(refused.value)
