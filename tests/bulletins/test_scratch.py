"""What an author typed and did not save: kept sealed, offered again, and nobody else's."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.strength import give
from bulletins.models import Bulletin, Scratch
from council.access.tiers import Tier
from council.audit.events import Event
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf
from tests.bulletins.desk_hand import at, form

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> cast.Council:
    return cast.council()


@pytest.fixture
def desk(client, world) -> Client:
    return cast.sign_in(client, world.publisher)


def keep(desk: Client, address: str, *parts: dict, **fields: object):
    """What the script of the editor sends."""
    return desk.post(address, form(*parts, **fields))


def new() -> str:
    return reverse("desk:scratch", args=[uuid4()])


def events(event: Event) -> int:
    return AuditEvent.objects.filter(action=event, outcome="allow").count()


def test_what_is_typed_is_kept_sealed_and_told_once(desk):
    address = new()
    first = keep(desk, address, {"text": "まだ外に出ない文"}, title="書きかけの題名").json()
    second = keep(desk, address, {"text": "もっと長い文"}, title="書きかけの題名", scratch_at=first["version"])
    assert second.status_code == 200
    row = Scratch.objects.get()
    assert "書きかけ".encode() not in bytes(row.ciphertext)
    assert events(Event.SCRATCH_KEPT) == 1
    assert AuditEvent.objects.filter(action=Event.PAGE_SHOWN).count() == 0


def test_the_key_is_that_of_the_highest_tier_and_of_every_subcommittee_the_form_names(desk, world):
    both = [str(world.materials.pk), str(world.infrastructure.pk)]
    keep(desk, new(), {"text": "一", "tier": "2", "subcommittees": both[1:]}, tier="1", subcommittees=both[:1])
    row = Scratch.objects.get()
    assert (row.tier, row.subcommittees) == (2, sorted(both))


def test_of_a_saved_draft_the_label_is_never_below_the_draft(desk, world):
    draft = shelf.drafted(world.publisher, tier=2, parts=[("二", 2)], subcommittees=[world.materials])
    assert keep(desk, at("scratch-of", draft), {"text": "一"}).status_code == 200
    row = Scratch.objects.get()
    assert (row.tier, row.subcommittees, row.bulletin_id) == (2, [str(world.materials.pk)], draft.bulletin_id)


@pytest.mark.parametrize(
    "typed", [{"title": "【機密性3情報】題名"}, {"tier": "機密性3"}, {"subcommittees": [str(uuid4())]}, {"tier": "7"}]
)
def test_what_may_not_be_here_is_refused_with_a_sentence_and_not_kept(desk, typed):
    answer = keep(desk, new(), {"text": "一"}, **typed)
    assert (answer.status_code, bool(answer.json()["words"]), Scratch.objects.exists()) == (422, True, False)


def test_a_mark_that_is_typed_later_leaves_what_was_kept_before(desk):
    address = new()
    version = keep(desk, address, {"text": "一"}).json()["version"]
    before = bytes(Scratch.objects.get().ciphertext)
    assert "機密性3情報" in keep(desk, address, {"text": "極秘"}, scratch_at=version).json()["words"]
    assert bytes(Scratch.objects.get().ciphertext) == before


def test_a_connected_portal_refuses_tier_three_before_its_database_does(desk, settings):
    settings.COUNCIL_ZONE = "connected"
    answer = keep(desk, new(), {"text": "一", "tier": "3"}, tier="3")
    assert (answer.status_code, "接続系" in answer.json()["words"]) == (422, True)


def test_saving_a_new_bulletin_takes_its_unsaved_state_away(desk):
    address, sent = new(), form({"text": "一"})
    desk.post(address, sent)
    desk.post(reverse("desk:new"), {**sent, "scratch": address.split("/")[-2]})
    assert (Bulletin.unrestricted.count(), Scratch.objects.count()) == (1, 0)


def test_saving_a_draft_takes_away_the_state_it_was_kept_as_and_no_other_windows(desk, world):
    draft = shelf.drafted(world.publisher)
    version = keep(desk, at("scratch-of", draft), {"text": "別の画面"}).json()["version"]
    assert desk.post(at("edit", draft), form({"text": "一"})).status_code == 302
    assert Scratch.objects.count() == 1
    assert desk.post(at("edit", draft), form({"text": "二"}, scratch_at=version)).status_code == 302
    assert Scratch.objects.count() == 0


def test_a_save_that_fails_keeps_the_unsaved_state(desk):
    address, sent = new(), form({"text": "一"}, title="")
    desk.post(address, sent)
    assert desk.post(reverse("desk:new"), {**sent, "scratch": address.split("/")[-2]}).status_code == 422
    assert Scratch.objects.count() == 1


def test_the_editor_asks_which_of_the_two_to_write_on_with(desk, world):
    draft = shelf.drafted(world.publisher, parts=["保存した文"])
    keep(desk, at("scratch-of", draft), {"text": "書きかけの文"})
    asked = desk.get(at("edit", draft)).content.decode()
    assert ("続きから書く" in asked, "保存した内容から書く" in asked) == (True, True)
    assert ("保存した文" in asked, "書きかけの文" in asked) == (False, False)
    assert "書きかけの文" in desk.get(at("edit", draft), {"from": "scratch"}).content.decode()
    assert "保存した文" in desk.get(at("edit", draft), {"from": "saved"}).content.decode()


def test_a_form_resumed_in_full_has_its_labels_and_audience(desk, world):
    address = new()
    keep(
        desk, address, {"text": "一"}, {"text": "二", "tier": "2", "caveats": ["印刷禁止"]},
        tier="2", organisations=[str(world.company.pk)], people="kato@x.example",
    )  # fmt: skip
    page = desk.get(reverse("desk:new"), {"scratch": address.split("/")[-2]}).content.decode()
    for kept in ("一</textarea>", "二</textarea>", "kato@x.example", f'value="{world.company.pk}"'):
        assert kept in page
    assert page.count("checked") >= 2
    assert "書きかけから続けています" in page


def test_what_was_never_saved_stands_on_the_desk_until_it_is_thrown_away(desk):
    address = new()
    keep(desk, address, {"text": "一"}, title="書きかけの題名")
    page = desk.get(reverse("desk:list")).content.decode()
    assert ("保存していない書きかけ" in page, "書きかけの題名" in page) == (True, True)
    desk.post(f"{address}drop/")
    assert (Scratch.objects.exists(), events(Event.SCRATCH_DROPPED)) == (False, 1)
    assert "保存していない書きかけ" not in desk.get(reverse("desk:list")).content.decode()


@pytest.mark.parametrize("role", ["publisher", "approver", "auditor", "operator"])
def test_nobody_else_gets_at_it(desk, world, role):
    address = new()
    keep(desk, address, {"text": "一"}, title="書きかけの題名")
    where = world.audit if role == "auditor" else world.agency
    other = cast.sign_in(Client(), cast.person(where, role))
    for answer in (
        other.get(reverse("desk:new"), {"scratch": address.split("/")[-2]}),
        other.post(f"{address}drop/"),
        keep(other, address, {"text": "二"}),
    ):
        assert answer.status_code == 404
    assert "書きかけの題名" not in other.get(reverse("desk:list")).content.decode()
    assert Scratch.objects.get().person == world.publisher


def test_a_session_that_has_fallen_back_is_not_shown_what_was_typed_above_it(desk, world):
    address = new()
    keep(desk, address, {"text": "一", "tier": "2"}, title="書きかけの題名", tier="2")
    session = desk.session
    give(session, world.publisher, Tier.ONE)
    session.save()
    assert "書きかけの題名" not in desk.get(reverse("desk:list")).content.decode()
    assert desk.get(reverse("desk:new"), {"scratch": address.split("/")[-2]}).status_code == 404


def test_a_lapsed_session_loses_nothing_that_was_kept(desk, world):
    draft = shelf.drafted(world.publisher, tier=2, parts=[("保存した文", 2)])
    keep(desk, at("scratch-of", draft), {"text": "書きかけの文", "tier": "2"}, tier="2")
    desk.logout()
    lapsed = desk.post(at("edit", draft), form({"text": "書きかけの文", "tier": "2"}, tier="2"))
    assert (lapsed.status_code, "next=" in lapsed["Location"]) == (302, True)
    cast.sign_in(desk, world.publisher)
    assert "続きから書く" in desk.get(at("edit", draft)).content.decode()
    assert "書きかけの文" in desk.get(at("edit", draft), {"from": "scratch"}).content.decode()


def test_two_windows_do_not_write_over_each_others_unsaved_words(desk, world):
    draft = shelf.drafted(world.publisher)
    keep(desk, at("scratch-of", draft), {"text": "一つめの画面"})
    answer = keep(desk, at("scratch-of", draft), {"text": "二つめの画面"})
    assert (answer.status_code, "別の画面" in answer.json()["words"]) == (409, True)
    assert "一つめの画面" in desk.get(at("edit", draft), {"from": "scratch"}).content.decode()


def test_of_a_draft_that_is_not_theirs_nobody_keeps_anything(client, world):
    draft = shelf.drafted(world.publisher)
    desk = cast.sign_in(client, cast.person(world.other_agency, "publisher", tier=2))
    unknown = keep(desk, reverse("desk:scratch-of", args=[uuid4()]), {"text": "一"})
    foreign = keep(desk, at("scratch-of", draft), {"text": "一"})
    assert (foreign.status_code, foreign.content) == (404, unknown.content)


def test_it_is_looked_at_with_an_event_of_its_tier(desk):
    address = new()
    keep(desk, address, {"text": "一", "tier": "2"}, tier="2")
    desk.get(reverse("desk:new"), {"scratch": address.split("/")[-2]})
    event = AuditEvent.objects.order_by("-pk").first()
    assert (event.action, event.tier) == (Event.PAGE_SHOWN, 2)


def test_adding_a_part_keeps_what_the_page_said_of_itself(desk):
    sent = form({"text": "一"}, scratch=str(uuid4()), scratch_at="x", base="y", **{"add-text": "1"})
    page = desk.post(reverse("desk:new"), sent).content.decode()
    assert all(f'value="{sent[name]}"' in page for name in ("scratch", "scratch_at", "base"))


def test_words_of_a_tier_that_waits_for_the_passkey_are_neither_kept_nor_sent_away(client, world):
    desk = cast.sign_in(client, world.publisher, Tier.ONE)
    answer = keep(desk, new(), {"text": "二", "tier": "2"}, tier="2")
    assert (answer.status_code, answer.json(), Scratch.objects.exists()) == (409, {"stay": True}, False)
    # Such words are nobody's misuse: each few seconds they would be a refusal.
    assert not AuditEvent.objects.filter(outcome="deny").exists()


def test_words_are_not_kept_for_whoever_signed_in_after_their_author(desk, world):
    answer = keep(desk, new(), {"text": "一"}, author=str(world.approver.pk))
    assert (answer.status_code, answer.json()["stay"], Scratch.objects.exists()) == (409, True, False)
    assert keep(desk, new(), {"text": "一"}, author=str(world.publisher.pk)).status_code == 200
