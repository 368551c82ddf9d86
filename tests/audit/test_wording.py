import pytest
from django.utils import translation

from accounts.identities import Why
from council.access.policy import Reason
from council.audit import thresholds
from council.audit.events import VOCABULARY, named
from council.audit.wording import MEASURES, PHRASES, REASONS, RULES, choices, sentence

WHO = "翠嶺マテリアル株式会社の加藤 美咲さん"


def test_every_action_and_every_event_has_words():
    assert set(PHRASES) == set(VOCABULARY)


def test_every_reason_has_words():
    # What is refused where nobody asked decide(): by the signer, by witnesses, by distribution, by checks and evidence packs,
    portal = {"log_differs", "log_shorter", "no_key", "not_checked", "not_made"}
    # on the way in, in the proof of a key, and by the import of documents.
    people = {
        "unknown_address",
        "wrong_password",
        "too_many_attempts",
        "unknown_token",
        "wrong_answer",
        "wrong_code",
        "closed_way",
        "wrong_passkey",
        "wrong_sign_in_code",
        "locked",
        "import_refused",
    }
    # Why an identity brought in nobody, and what the verbs about people refuse.
    identities = {*Why} | {"identity_taken", "another_identity"}
    verbs = {"above_own_tier", "second_person", "left"}
    assert set(REASONS) == {*Reason, *portal, *people, *identities, *verbs}


def test_every_rule_of_misuse_has_words_and_says_what_it_counts():
    assert set(RULES) == set(MEASURES) == set(thresholds.RULES)


def test_no_two_events_are_offered_under_the_same_words():
    labels = [str(label) for _, label in choices()]
    assert len(set(labels)) == len(labels)


def test_what_was_done_is_one_plain_sentence():
    told = sentence("bulletin.read", who=WHO, about="SC-7KQ4 第2版", outcome="allow", reason="allowed")
    assert told == f"{WHO}が、SC-7KQ4 第2版を開きました。"


def test_what_was_refused_says_what_was_asked_for_and_why():
    told = sentence("bulletin.print", who=WHO, about="TH-6LB5", outcome="deny", reason="caveat")
    assert told == f"{WHO}が、TH-6LB5について「印刷」を求め、断られました。理由は「取扱制限」です。"


def test_without_a_reason_no_reason_is_given():
    told = sentence("audit.read", who=WHO, about="", outcome="deny")
    assert told == f"{WHO}が「出来事の閲覧」を求め、断られました。"


def test_a_failed_sign_in_is_not_said_twice():
    told = sentence("session.sign_in_failed", who="サインインしていない人", about="", outcome="deny", reason="password")
    assert told == "サインインしていない人が、サインインに失敗しました。"


@pytest.mark.parametrize(
    ("action", "reason", "words"),
    [
        ("package.withhold", "no_key", "SC-7KQ4の包みを渡さないことにしました。理由は「包みの封に使う鍵がない」です。"),
        (
            "log.refused",
            "log_shorter",
            "SC-7KQ4に検印できませんでした。理由は「立会いの署名を受けた記録より短い」です。",
        ),
        ("audit.verify", "log_differs", "記録を確かめ、検印との食い違いを見つけました。"),
        ("audit.verify", "not_checked", "記録を最後まで確かめられませんでした。"),
        ("audit.export", "not_made", "証拠一式を作れませんでした。"),
    ],
)
def test_what_the_portal_could_not_do_is_not_told_as_something_it_was_refused(action, reason, words):
    told = sentence(action, who="ポータル", about="SC-7KQ4", outcome="deny", reason=reason)
    assert told == f"ポータルが、{words}"


@pytest.mark.parametrize(
    ("action", "words"), [("retention.hold", "を保全しました"), ("retention.lift", "の保全を解きました")]
)
def test_a_legal_hold_that_names_nothing_is_on_all_records(action, words):
    assert sentence(action, who=WHO, about="", outcome="allow") == f"{WHO}が、すべての記録{words}。"


def test_what_an_auditor_may_not_export_is_still_told_as_refused():
    told = sentence("audit.export", who=WHO, about="", outcome="deny", reason="role")
    assert told == f"{WHO}が「記録の持ち出し」を求め、断られました。理由は「役割がない」です。"


@pytest.mark.parametrize("reason", ["clearance", "certification", "contract", "roster", "no_designation"])
def test_no_sentence_says_which_condition_of_tier_three_was_missing(reason):
    told = sentence("bulletin.read", who=WHO, about="TH-6LB5", outcome="deny", reason=reason)
    assert "理由は「重要経済安保情報の条件」です" in told


def test_an_action_from_a_later_version_is_shown_by_its_name():
    assert "bulletin.admire" in sentence("bulletin.admire", who=WHO, about="SC-7KQ4", outcome="allow")


@pytest.mark.parametrize("action", sorted(VOCABULARY))
def test_every_sentence_can_be_made_in_both_languages(action):
    for language in ("ja", "en"):
        with translation.override(language):
            for outcome in ("allow", "deny"):
                assert "%(" not in sentence(action, who=WHO, about="SC-7KQ4", outcome=outcome, reason="role")


def test_a_name_outside_the_vocabulary_is_an_error():
    with pytest.raises(ValueError, match=r"bulletin\.admire"):
        named("bulletin.admire")
