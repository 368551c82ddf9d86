"""The caveats in the title of a mail: those that every reader sees, few, and without a word of an author."""

import pytest

from bulletins.actions.close import recall
from bulletins.drafting import PartDraft
from council.access import caveats
from tests import cast
from tests.bulletins import letterbox

CANARY = "蒼鷺計画"


@pytest.fixture
def world(db: None) -> cast.Council:
    return cast.council()


def mail_to(whom: object) -> object:
    letterbox.deliver()
    return letterbox.to(whom)[-1]


def test_a_title_carries_the_caveats_that_stop_most_and_the_mail_all_of_them(world):
    letterbox.put_out(world, tier=2, caveats=["転送禁止", "暗号化必須", "複製禁止", "印刷禁止"])
    mail = mail_to(world.reader_two)
    assert mail.subject.startswith("【機密性2情報・複製禁止・転送禁止・ほか2件】【新しい情報】")
    assert "取扱い：機密性2情報、複製禁止、転送禁止、印刷禁止、暗号化必須。" in mail.body


def test_with_every_caveat_there_is_a_title_stays_short(world):
    words = [*caveats.WORDS, f"{CANARY}の{'長' * 30}限り", "2999年12月31日まで保存"]
    letterbox.put_out(world, tier=2, caveats=words, deadline=letterbox.in_days(3))
    assert len(mail_to(world.reader_two).subject) < 70


def test_what_an_author_wrote_into_a_caveat_is_in_no_mail(world):
    box = letterbox.mailbox(world.company)
    words = [f"{CANARY}限り", f"{CANARY}において保存"]
    letterbox.put_out(world, tier=2, caveats=words, deadline=letterbox.in_days(3))
    assert mail_to(world.reader_two).subject.startswith("【機密性2情報・指定の相手限り・指定の場所において保存】")
    assert mail_to(box).subject
    assert not [each for each in letterbox.deliver() if CANARY in f"{each.subject}{each.body}{each.message()}"]


def test_a_caveat_of_a_part_that_not_every_reader_gets_is_not_told(world):
    parts = ["一", PartDraft("二", 1, caveats=("転送禁止",)), PartDraft("三", 2, caveats=("複製禁止",))]
    hidden = PartDraft("四", 1, subcommittees=(str(world.materials.pk),), caveats=("印刷禁止",))
    letterbox.put_out(world, tier=2, floor=1, floor_title="下の題名", parts=[*parts, hidden])
    mail = mail_to(world.reader_two)
    assert mail.subject.startswith("【機密性1情報・転送禁止】")
    assert "複製禁止" not in mail.body
    assert "印刷禁止" not in mail.body


def test_whom_nobody_may_tell_what_it_is_about_is_told_no_caveat(world):
    box = letterbox.mailbox(world.company)
    letterbox.put_out(world, tier=3, designation=world.item, caveats=["複製禁止"])
    assert mail_to(world.reader_three).subject.startswith("【重要経済安保情報・複製禁止】")
    assert "複製禁止" not in f"{mail_to(box).subject}{mail_to(box).body}"


def test_a_recalled_bulletin_keeps_its_marks(world):
    revision = letterbox.put_out(world, caveats=["読後廃棄"])
    recall(revision.bulletin_id, "誤り", acting_user=world.publisher)
    assert mail_to(world.reader_two).subject.startswith("【機密性1情報・読後廃棄】【回収】")
