"""What a text may tell more than its author means to: found whichever way it is written, and never in ordinary prose."""

from collections import Counter
from pathlib import Path

import pytest
from django.urls import reverse

from accounts.subject import subject_of
from bulletins.actions.review import approve, submit
from bulletins.documents import read_document
from bulletins.leak_lint import Known, Passage, look
from bulletins.leak_sight import cautions_of
from bulletins.models import AttachmentText, Revision
from council.access.facts import State
from council.access.policy import Action
from council.audit.details import details_of
from council.audit.models import AuditEvent
from tests import cast
from tests.bulletins import shelf, tainted
from tests.bulletins.test_real_documents import PAGE_NUMBERS, real


def found(text: str, *, indicators: bool = False, **known: object) -> list[tuple[str, str]]:
    names = {name: frozenset(value) for name, value in known.items()}
    return [(leak.code, leak.words) for leak in look([Passage("1 段落", text, indicators)], Known(**names))]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("連絡先はtaro@kaisha.exampleです", "mail"),
        ("連絡先はｔａｒｏ＠ｋａｉｓｈａ．ｅｘａｍｐｌｅです", "mail"),
        ("電話03-1234-5678まで", "phone"),
        ("電話０３（１２３４）５６７８まで", "phone"),
        ("電話(045)123-4567まで", "phone"),
        ("携帯０９０－１２３４－５６７８", "phone"),
        ("携帯09012345678", "phone"),
        ("+81-3-1234-5678", "phone"),
        ("0120−123−456", "phone"),
        ("03ー1234ー5678", "phone"),
        ("（内線 2345）", "phone"),
        ("踏み台は10.20.30.40でした", "address"),
        ("192.168.1.0/24の中", "address"),
        ("fd12:3456:789a::1から", "address"),
        ("監視はsiem01.corp.localで行う", "host"),
        ("dc1.intra.kakuu.go.jpに入られた", "host"),
        ("\\\\fileserver\\共有\\案.docx", "host"),
        ("番号は1234-5678-9018です", "number"),
        ("個人番号：123456789012", "number"),
    ],
)
def test_each_of_these_is_found_in_the_middle_of_a_sentence(text, code):
    assert [each for each, _words in found(text)] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "taro[@]kaisha.example、198[.]51[.]100[.]7、10[.]0[.]0[.]1、siem[.]corp[.]local",
        "https://www.kakuu.go.jp/houdou/2026/10/26102301.html を参照",
        "2025年11月21日14:30から、令和7年度（2025年度）に1,234,567,890円、約3.5億円",
        "2026-01-15T09:30:00、版は1.2.3.4、192.0.2.10と8.8.8.8、ISO/IEC 27001:2022、JIS X 0213",
        "202511211430、012345678901、法人番号7990000000101、製造番号0312345678",
        "第1-2-3節、0.1-0.2-0.3％、図2-1-1、表10-100-1000",
    ],
)
def test_none_of_these_is_taken_for_something_else(text):
    assert found(text) == []


def test_parts_of_indicators_may_hold_addresses_and_nothing_more():
    text = "c2@warui.example\n10.20.30.40\nupd.corp.local\n翠嶺マテリアル"
    assert found(text, indicators=True, organisations={"翠嶺マテリアル株式会社"}) == [
        ("organisation", "翠嶺マテリアル株式会社")
    ]


def test_names_are_found_with_and_without_blanks_and_legal_forms():
    known = {"people": {"平野 隼", "加藤 美咲"}, "organisations": {"翠嶺マテリアル株式会社"}}
    text = "平野　隼と加藤\n美咲が、翠嶺マテリアルの名前で"
    assert [code for code, _ in found(text, **known)] == ["person", "person", "organisation"]


def test_a_reader_of_the_same_name_and_a_longer_name_that_reads_it_speak_first():
    known = {
        "people": {"平野 隼"},
        "organisations": {"情報基盤防護庁"},
        "readers": {"平野 隼", "情報基盤防護庁関東支部"},
    }
    assert found("平野隼が情報基盤防護庁関東支部から", **known) == []
    assert found("情報基盤防護庁から", **known) == [("organisation", "情報基盤防護庁")]


def test_a_thousand_of_one_kind_are_twenty_lines():
    assert len(found(" ".join(f"a{n}@kaisha.example" for n in range(1000)))) == 20


@pytest.mark.parametrize("name", PAGE_NUMBERS)
def test_real_documents_raise_no_false_alarm(name):
    path: Path = real(name)
    passages = [Passage("", part) for part in read_document(path, path.read_bytes()).parts]
    known = Known(
        people=frozenset({"石田 悠介", "高橋 直子", "平野 隼", "水城 環"}),
        organisations=frozenset(
            {"産業基盤保全庁", "翠嶺マテリアル株式会社", "夕凪ケーブル株式会社", "供給網総合研究機構"}
        ),
    )
    assert Counter(leak.code for leak in look(passages, known)) == {}


@pytest.fixture
def world(db) -> cast.Council:
    return cast.council()


def drafted(world: cast.Council, *parts: str, **what: object) -> Revision:
    return shelf.drafted(world.publisher, parts=parts, **{"organisations": [world.company], **what})


def said(world: cast.Council, revision: Revision) -> list[tuple[str, str, str]]:
    cautions = cautions_of(
        subject_of(world.publisher), Revision.unrestricted.select_related("bulletin").get(pk=revision.pk)
    )
    return [(each.where, each.code, each.words) for each in cautions.found]


def test_organisations_and_people_beside_the_audience_are_found_in_the_part_where_they_stand(world):
    draft = drafted(world, "翠嶺マテリアルの平野 隼と産業基盤保全庁", "夕凪ケーブルの秋山恵")
    assert said(world, draft) == [
        ("2 段落", "organisation", "夕凪ケーブル株式会社"), ("2 段落", "person", "秋山 恵"),
    ]  # fmt: skip


def test_a_reference_is_shared_only_when_every_reader_sees_it_and_a_hidden_one_is_like_none(world):
    wide = shelf.published(world.publisher, world.approver, to_subcommittees=[world.materials]).bulletin
    narrow = shelf.published(world.publisher, world.approver, people=[world.reader_one]).bulletin
    draft = drafted(world, f"{wide.reference}、{narrow.reference}、SC-ZZZZZZZZ")
    assert said(world, draft) == [("1 段落", "reference", narrow.reference), ("1 段落", "reference", "SC-ZZZZZZZZ")]


@pytest.mark.parametrize(("looked", "state"), [({}, State.DRAFT), ({"looked": "yes"}, State.IN_REVIEW)])
def test_the_author_says_that_they_looked_and_the_log_holds_numbers_and_no_words(client, world, looked, state):
    draft = drafted(world, "秋山恵 taro@kaisha.example")
    page = cast.sign_in(client, world.publisher).get(reverse("desk:work", args=[draft.bulletin_id])).content.decode()
    assert all(word in page for word in ("秋山 恵", "taro@kaisha.example", "確かめました"))
    client.post(reverse("desk:submit", args=[draft.bulletin_id]), looked)
    assert Revision.unrestricted.get(pk=draft.pk).state == state
    if state == State.IN_REVIEW:
        approve(draft.bulletin_id, acting_user=world.approver)
        for action in (Action.SUBMIT, Action.APPROVE):
            event = AuditEvent.objects.get(action=str(action))
            detail = details_of([event])[event.pk]["facts"]
            assert detail["cautions"] == {"mail": 1, "person": 1}
            assert "taro" not in str(detail)


def test_words_inside_of_files_are_looked_at_and_files_without_words_are_named(client, world):
    files = [
        shelf.attachment("表.xlsx", tainted.xlsx()),
        shelf.attachment("連絡先.csv", "秋山恵,".encode()),
        shelf.attachment("図.bin", b"x"),
    ]
    people = cast.person(world.other_company, name="見える 値")
    draft = shelf.drafted(world.publisher, parts=files, organisations=[world.company])
    # Whoever holds the bulletin's row reads no file: the page has read them before.
    assert (said(world, draft), AttachmentText.objects.count()) == ([], 0)
    cast.sign_in(client, world.publisher).get(reverse("desk:work", args=[draft.bulletin_id]))
    assert said(world, draft) == [
        ("1 付属資料の中身", "person", people.name), ("2 付属資料の中身", "person", "秋山 恵"),
    ]  # fmt: skip
    kept = AttachmentText.objects.count()
    cautions = cautions_of(
        subject_of(world.publisher), Revision.unrestricted.select_related("bulletin").get(pk=draft.pk)
    )
    assert (cautions.unread, AttachmentText.objects.count()) == (("図.bin",), kept)


def test_without_findings_nothing_is_asked(client, world):
    draft = drafted(world, "ふつうの文です。")
    cast.sign_in(client, world.publisher).post(reverse("desk:submit", args=[draft.bulletin_id]))
    assert Revision.unrestricted.get(pk=draft.pk).state == State.IN_REVIEW


def test_the_approver_reads_the_same_findings(client, world):
    draft = drafted(world, "秋山恵")
    submit(draft.bulletin_id, acting_user=world.publisher)
    page = cast.sign_in(client, world.approver).get(reverse("desk:work", args=[draft.bulletin_id])).content.decode()
    assert "この資料を見ない人の名前です。" in page
