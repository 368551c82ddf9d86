"""What each organisation gets: the parts that every holder of its key may take out, sealed to that key, released once."""

import pytest

from accounts.models import KeyHolder, Notice, RecipientKey
from bulletins import distribution, latecomers, releasing
from bulletins.actions.close import recall
from bulletins.models import Package, PackageSeal, Payload, PayloadWrap
from council.audit.events import Event
from council.audit.models import AuditEvent
from council.sealing.age_keys import Kind
from tests import cast
from tests.bulletins import parcels, shelf

pytestmark = pytest.mark.django_db
State = Package.State
PARTS = ["公表できる段落です。", ("会員だけの段落です。", 2)]


@pytest.fixture
def world():
    return cast.council()


def put_out(world, **what):
    what = {"tier": 2, "floor": 1, "floor_title": "題名", "parts": PARTS, "organisations": [world.company], **what}
    return shelf.published(world.publisher, world.approver, **what)


def released(world, **what):
    revision = put_out(world, **what)
    releasing.distribute(revision.pk)
    return parcels.package(world.company)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_holder_of_the_key_opens_what_the_organisation_was_sent(world, tmp_path, kind):
    identity = parcels.key(world.company, world.reader_two, kind=kind)
    said = parcels.text(released(world), identity, tmp_path)
    assert all(words[0] if isinstance(words, tuple) else words in said for words in PARTS)


def test_a_package_holds_what_every_holder_may_read(world, tmp_path):
    identity = parcels.key(world.company, world.reader_two, world.reader_one)
    said = parcels.text(released(world), identity, tmp_path)
    assert "公表できる段落です。" in said
    assert "会員だけの段落です。" not in said


def test_attachments_go_along_under_safe_names_that_begin_with_their_marks(world, tmp_path):
    identity = parcels.key(world.company, world.reader_two)
    package = released(world, parts=[*PARTS, shelf.attachment("一覧 表.csv", b"a,b\n", tier=2)], caveats=["転送禁止"])
    parcels.opened(package, identity, tmp_path)
    named = f"03-機密性2情報_転送禁止_{package.bulletin.reference}_第1版_付属資料3.csv"
    assert (tmp_path / "out" / "attachments" / named).read_bytes() == b"a,b\n"


def test_a_part_that_may_not_be_copied_stays_in_the_portal(world, tmp_path):
    identity = parcels.key(world.company, world.reader_two)
    kept = shelf.attachment("図面.txt", b"zumen", caveats=["複製禁止"])
    assert "図面" not in parcels.text(released(world, parts=["本文です。", kept]), identity, tmp_path)


def test_a_bulletin_that_may_not_be_copied_makes_no_package(world):
    parcels.key(world.company, world.reader_two)
    package = released(world, caveats=["複製禁止"])
    assert (package.state, package.reason) == (State.WITHHELD, "caveat")


def test_without_a_key_the_package_says_so(world):
    assert released(world).state == State.NO_KEY
    assert not PackageSeal.objects.exists()


@pytest.mark.parametrize("spoil", ["unproved", "unconfirmed", "delayed", "revoked"])
def test_nothing_is_sealed_to_a_key_that_is_not_in_use(world, spoil):
    parcels.key(world.company, world.reader_two, days=1 if spoil == "delayed" else -1)
    changes = {"unproved": {"proved_at": None, "usable_from": None}, "unconfirmed": {"usable_from": None}}
    row = RecipientKey.objects.get()
    revoked = {"revoked_at": row.registered_at} if spoil == "revoked" else {}
    RecipientKey.objects.update(**changes.get(spoil, revoked or {"kind": row.kind}))
    assert released(world).state == State.NO_KEY


def test_a_key_that_nobody_is_named_for_gets_nothing(world):
    parcels.key(world.company)
    package = released(world)
    assert (package.state, package.reason) == (State.WITHHELD, "no_holder")


@pytest.mark.parametrize(
    ("change", "reason"), [({"is_active": False}, "suspended"), ({"tier": 1}, "tier")], ids=["suspended", "lowered"]
)
def test_access_withdrawn_after_queueing_releases_nothing(world, change, reason):
    parcels.key(world.company, world.reader_two)
    revision = put_out(world, floor=None, floor_title="")
    type(world.reader_two).objects.filter(pk=world.reader_two.pk).update(**change)
    releasing.distribute(revision.pk)
    package = parcels.package(world.company)
    assert (package.state, package.reason) == (State.WITHHELD, reason)
    assert AuditEvent.objects.get(action=Event.PACKAGE_WITHHELD).reason == reason


def test_a_holder_who_moved_to_another_organisation_stops_the_package(world):
    parcels.key(world.company, world.reader_two)
    revision = put_out(world, organisations=[world.company, world.other_company])
    type(world.reader_two).objects.filter(pk=world.reader_two.pk).update(organisation=world.other_company)
    releasing.distribute(revision.pk)
    assert parcels.package(world.company).reason == "not_involved"


def test_a_package_is_released_once_however_often_it_is_asked_for(world):
    parcels.key(world.company, world.reader_two)
    revision = put_out(world)
    assert [releasing.distribute(revision.pk) for _ in range(3)] == [1, 0, 0]
    assert AuditEvent.objects.filter(action=Event.PACKAGE_RELEASED).count() == PackageSeal.objects.count() == 1


def test_those_who_get_the_same_share_one_payload(world):
    for organisation, holder in ((world.company, world.reader_two), (world.thinktank, world.analyst)):
        parcels.key(organisation, holder)
    revision = put_out(world, organisations=[world.company, world.thinktank])
    releasing.distribute(revision.pk)
    assert PackageSeal.objects.count() == 2
    assert Payload.objects.get().revision == revision


def test_two_packages_cannot_be_told_apart_by_their_header(world):
    for organisation, holder in ((world.company, world.reader_two), (world.thinktank, world.analyst)):
        parcels.key(organisation, holder)
    releasing.distribute(put_out(world, organisations=[world.company, world.thinktank]).pk)
    assert len({bytes(seal.header) for seal in PackageSeal.objects.all()}) == 2
    assert len({len(seal.header) for seal in PackageSeal.objects.all()}) == 1


def test_a_recall_before_the_release_leaves_nothing_to_open(world):
    parcels.key(world.company, world.reader_two)
    revision = put_out(world)
    recall(revision.bulletin_id, acting_user=world.publisher)
    assert releasing.distribute(revision.pk) == 0
    assert parcels.package(world.company).state == State.CLOSED
    assert not PackageSeal.objects.exists()


def test_a_payload_made_while_the_bulletin_was_recalled_is_thrown_away(world, monkeypatch):
    parcels.key(world.company, world.reader_two)
    revision, write = put_out(world), releasing.payloads._write

    def slowly(*given):
        made = write(*given)
        recall(revision.bulletin_id, acting_user=world.publisher)
        return made

    monkeypatch.setattr(releasing.payloads, "_write", slowly)
    releasing.distribute(revision.pk)
    assert not Payload.objects.exists()


def test_a_recall_destroys_what_opened_the_packages(world):
    parcels.key(world.company, world.reader_two)
    package = released(world)
    recall(package.bulletin_id, acting_user=world.publisher)
    assert not PackageSeal.objects.exists()
    assert not PayloadWrap.objects.exists()
    assert bytes(Payload.objects.get().sealed_key) == b""


def test_a_new_revision_ends_the_package_of_the_old_one_and_counts_on(world):
    parcels.key(world.company, world.reader_two)
    first = put_out(world)
    releasing.distribute(first.pk)
    second = shelf.revised(
        first, world.publisher, world.approver, organisations=[world.company], change_summary="数を直しました。"
    )
    releasing.distribute(second.pk)
    states = Package.objects.order_by("version").values_list("version", "state")
    assert list(states) == [(1, State.CLOSED), (2, State.RELEASED)]


def test_a_package_that_waited_for_a_key_is_sealed_to_it(world, tmp_path):
    package = released(world)
    identity = parcels.key(world.company, world.reader_two)
    assert distribution.queue_for_new_keys() == 1
    releasing.distribute(package.revision_id)
    assert "会員だけの段落です。" in parcels.text(parcels.package(world.company), identity, tmp_path)


def test_a_revoked_key_ends_its_packages_and_the_next_key_gets_the_next_version(world):
    parcels.key(world.company, world.reader_two)
    package = released(world)
    RecipientKey.objects.update(revoked_at=package.queued_at)
    assert distribution.replace_revoked() == 1
    assert not PackageSeal.objects.exists()
    parcels.key(world.company, world.reader_two)
    releasing.distribute(package.revision_id)
    assert (parcels.package(world.company).version, parcels.package(world.company).state) == (2, State.RELEASED)


def test_what_was_withheld_is_queued_when_its_holder_is_cleared(world):
    parcels.key(world.company, world.reader_two)
    type(world.reader_two).objects.filter(pk=world.reader_two.pk).update(is_active=False)
    assert released(world).state == State.WITHHELD
    assert distribution.reconsider_withheld() == 0
    type(world.reader_two).objects.filter(pk=world.reader_two.pk).update(is_active=True)
    assert distribution.reconsider_withheld() == 1


def test_tier_three_is_sealed_only_to_holders_on_the_roster(world):
    parcels.key(world.company, world.reader_three, world.reader_two)
    revision = shelf.published(
        world.publisher, [world.approver, world.second_approver], tier=3, designation=world.item,
        parts=[("指定された内容です。", 3)], organisations=[world.company], subcommittees=[world.materials],
    )  # fmt: skip
    releasing.distribute(revision.pk)
    assert parcels.package(world.company).state == State.WITHHELD
    KeyHolder.objects.filter(person=world.reader_two).delete()
    distribution.reconsider_withheld()
    releasing.distribute(revision.pk)
    assert parcels.package(world.company).state == State.RELEASED


def test_an_organisation_that_gains_its_first_reader_later_is_told_and_gets_its_package(world):
    revision = put_out(world, organisations=[], to_subcommittees=[world.materials], subcommittees=[world.materials])
    assert parcels.package(world.other_company) is None
    cast.founding.found_seat(world.other_company, world.materials)
    cast.founding.found_membership(world.other_reader, world.materials)
    assert (latecomers.reach(), latecomers.reach()) == (1, 0)
    assert parcels.package(world.other_company).revision == revision
    assert Notice.objects.get(person=world.other_reader).about == revision.bulletin_id
