"""What the log says in words: what each action asks for and has done, and what each reason means. Never stored."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from council.access.policy import Action
from council.audit.events import VOCABULARY, Event, Outcome
from council.audit.reasons import REASONS


class Phrase(NamedTuple):
    """`asked`: the deed as a choice and in refusals; `done`: the end of a sentence, with %(object)s if it has one."""

    asked: str
    done: str


_READING = {
    Action.READ: Phrase(_("資料を開く"), _("%(object)sを開きました")),
    Action.ACKNOWLEDGE: Phrase(_("読んだことの確認"), _("%(object)sを確認しました")),
    Action.PRINT: Phrase(_("印刷"), _("%(object)sを印刷しました")),
    Action.COPY: Phrase(_("複製"), _("%(object)sを複製しました")),
    Action.DOWNLOAD: Phrase(_("添付の受け取り"), _("%(object)sの添付を受け取りました")),
    Action.FORWARD: Phrase(_("転送"), _("%(object)sを転送しました")),
    Action.ANSWER: Phrase(_("該当の有無の回答"), _("%(object)sに回答しました")),
    Action.FETCH: Phrase(_("包みの受け取り"), _("%(object)sの包みを受け取りました")),
    Action.CONFIRM_RETURN: Phrase(_("回収の確認"), _("%(object)sの写しの始末を確認しました")),
    Event.BULLETIN_LIST: Phrase(_("情報一覧"), _("情報一覧を見ました")),
    Event.BULLETIN_SEARCH: Phrase(_("情報の検索"), _("情報を検索しました")),
    Event.NOTICE_LIST: Phrase(_("通知の一覧"), _("通知の一覧を見ました")),
    Event.BULLETIN_OPENED: Phrase(_("初めて開く"), _("%(object)sを初めて開きました")),
    Event.COPY_TAKEN: Phrase(_("写しの受け取り"), _("%(object)sの番号つきの写しを受け取りました")),
    Event.COPY_ENDED: Phrase(_("写しの始末"), _("%(object)sの写しの始末を記録しました")),
    Event.HISTORY_LIST: Phrase(_("自分の閲覧の記録"), _("自分の閲覧の記録を見ました")),
    Event.SEARCH_SAVED: Phrase(_("検索の保存"), _("検索を保存しました")),
    Event.SEARCH_REMOVED: Phrase(_("保存した検索の削除"), _("保存した検索を消しました")),
    Event.FEED_MADE: Phrase(_("期限の暦の発行"), _("期限の暦のアドレスを発行しました")),
    Event.FEED_REVOKED: Phrase(_("期限の暦の取り消し"), _("期限の暦のアドレスを取り消しました")),
    Event.FEED_FETCHED: Phrase(_("期限の暦の受け取り"), _("期限の暦を受け取りました")),
}
_DESK = {
    Action.DRAFT: Phrase(_("下書きの作成"), _("%(object)sの下書きを作りました")),
    Action.INSPECT: Phrase(_("作業中の資料を見る"), _("作業中の%(object)sを見ました")),
    Action.EDIT: Phrase(_("下書きの変更"), _("%(object)sの下書きを変えました")),
    Action.SUBMIT: Phrase(_("査読への提出"), _("%(object)sを査読に出しました")),
    Action.RETURN: Phrase(_("差し戻し"), _("%(object)sを差し戻しました")),
    Action.APPROVE: Phrase(_("承認"), _("%(object)sを承認しました")),
    Action.SCHEDULE: Phrase(_("公開の予約"), _("%(object)sの公開を予約しました")),
    Action.PUBLISH: Phrase(_("公開"), _("%(object)sを公開しました")),
    Action.REVISE: Phrase(_("改訂"), _("%(object)sの新しい版を起こしました")),
    Action.RECALL: Phrase(_("回収"), _("%(object)sを回収しました")),
    Action.DISPOSE: Phrase(_("廃棄"), _("%(object)sを廃棄しました")),
    Action.TRACK: Phrase(_("配付状況を見る"), _("%(object)sの配付状況を見ました")),
    Action.REMIND: Phrase(_("再通知"), _("%(object)sについて再通知しました")),
    Event.BULLETIN_EXPIRED: Phrase(_("公開期限の到来"), _("%(object)sの公開を期限により終えました")),
    Event.BULLETIN_SUPERSEDED: Phrase(_("新しい版への交代"), _("%(object)sを新しい版に替えました")),
    Event.BULLETIN_UNSCHEDULED: Phrase(_("公開予定の取消し"), _("%(object)sを公開する予定を取り消しました")),
    Event.BULLETIN_KEPT: Phrase(_("見直して継続"), _("%(object)sを見直し、公開を続けることにしました")),
    Event.BULLETIN_DISCARDED: Phrase(_("下書きの削除"), _("%(object)sの下書きを消しました")),
    Event.VIEWED_AS: Phrase(_("会員としての表示"), _("作業中の%(object)sを会員の見え方で見ました")),
    Event.SCRATCH_KEPT: Phrase(_("書きかけの自動保存"), _("書きかけの自動保存を始めました")),
    Event.SCRATCH_DROPPED: Phrase(_("書きかけの削除"), _("書きかけを消しました")),
    Event.SCRATCH_EXPIRED: Phrase(_("書きかけの期限切れ"), _("長く開かれなかった書きかけを消しました")),
    Event.GRANT_ADDED: Phrase(_("公開先の追加"), _("%(object)sの公開先を加えました")),
    Event.GRANT_REMOVED: Phrase(_("公開先の取り消し"), _("%(object)sの公開先を取り消しました")),
    Event.IMPORT_REFUSED: Phrase(_("文書の取り込み"), _("文書を取り込もうとし、断られました")),
    Event.PACKAGE_SEALED: Phrase(_("封"), _("%(object)sの封を終えました")),
    Event.PACKAGE_RELEASED: Phrase(_("包みの引き渡し"), _("%(object)sの包みを渡せるようにしました")),
    Event.PACKAGE_WITHHELD: Phrase(_("包みの差し止め"), _("%(object)sの包みを渡さないことにしました")),
    Event.PACKAGE_CLOSED: Phrase(_("包みの終わり"), _("%(object)sの包みを渡すのを終えました")),
    Event.NOTICE_SENT: Phrase(_("通知"), _("%(object)sについて通知しました")),
    Event.NOTICE_BOUNCED: Phrase(_("通知の不達"), _("%(object)sについての通知が届きませんでした")),
    Event.DEADLINE_EXTENDED: Phrase(_("確認の期限の延長"), _("%(object)sの確認の期限を延ばしました")),
    Event.ESCALATED: Phrase(_("期限超過の知らせ"), _("%(object)sの期限超過を知らせました")),
    Event.RETURN_CALLED: Phrase(_("電話の記録"), _("%(object)sの回収について電話した記録を残しました")),
    Event.BOARD_EXPORT: Phrase(_("配付状況の持ち出し"), _("%(object)sの配付状況を書き出しました")),
}
_SESSIONS = {
    Event.SIGN_IN: Phrase(_("サインイン"), _("サインインしました")),
    Event.SIGN_IN_FAILED: Phrase(_("サインインの失敗"), _("サインインに失敗しました")),
    Event.SIGN_OUT: Phrase(_("サインアウト"), _("サインアウトしました")),
    Event.STEPPED_UP: Phrase(_("パスキーでの確かめ直し"), _("パスキーで確かめ直しました")),
    Event.SESSION_ENDED: Phrase(_("利用中の画面を閉じる"), _("%(object)sの利用中の画面を閉じました")),
    Event.SIGN_IN_LOCKED: Phrase(
        _("サインインの一時停止"), _("続けての失敗により%(object)sのサインインを一時止めました")
    ),
    Event.SIGN_IN_UNLOCKED: Phrase(_("サインインの一時停止の解除"), _("%(object)sのサインインの一時停止を解きました")),
    Event.DEVICE_NEW: Phrase(_("新しい端末"), _("新しい端末からサインインしました")),
    Event.DEVICE_FORGOTTEN: Phrase(_("端末の登録の削除"), _("端末の登録を消しました")),
    Event.FACTOR_CONFIRMED: Phrase(_("最初の手段の確認"), _("%(object)sの最初のサインインの手段を確認しました")),
    Event.FACTOR_ADDED: Phrase(_("サインインの手段の追加"), _("サインインの手段を加えました")),
    Event.FACTOR_RENAMED: Phrase(_("サインインの手段の名前"), _("サインインの手段の名前を変えました")),
    Event.FACTOR_REMOVED: Phrase(_("サインインの手段の削除"), _("サインインの手段を消しました")),
    Event.CODES_MADE: Phrase(_("予備コードの発行"), _("予備コードを作りました")),
    Event.IDENTITY_LINKED: Phrase(_("外部の認証との結びつけ"), _("外部の認証と結びつけました")),
    Event.IDENTITY_REFUSED: Phrase(_("外部の認証でのサインイン"), _("外部の認証でサインインしようとし、断られました")),
    Event.IDENTITY_UNLINKED: Phrase(_("外部の認証との切り離し"), _("外部の認証との結びつきを消しました")),
    Event.PASSWORD_CHANGED: Phrase(_("パスワードの変更"), _("パスワードを変えました")),
    Event.TOKEN_CREATED: Phrase(_("APIトークンの発行"), _("APIトークンを発行しました")),
    Event.TOKEN_REVOKED: Phrase(_("APIトークンの取り消し"), _("APIトークンを取り消しました")),
    Event.TOKEN_REFUSED: Phrase(_("使えないAPIトークン"), _("使えないAPIトークンで呼び出しました")),
}
_PEOPLE = {
    Action.VIEW_PEOPLE: Phrase(_("人の一覧"), _("%(object)sの人を見ました")),
    Action.MANAGE_PEOPLE: Phrase(_("人の管理"), _("%(object)sの人を管理しました")),
    Action.MANAGE_COUNCIL: Phrase(_("協議会の管理"), _("協議会の設定を管理しました")),
    Event.PEOPLE_CREATE: Phrase(_("人の登録"), _("%(object)sを登録しました")),
    Event.PEOPLE_CHANGE: Phrase(_("人の変更"), _("%(object)sの登録内容を変えました")),
    Event.PEOPLE_SUSPEND: Phrase(_("人の停止"), _("%(object)sの利用を止めました")),
    Event.PEOPLE_RESUME: Phrase(_("人の再開"), _("%(object)sの利用を再開しました")),
    Event.PEOPLE_INVITE: Phrase(_("招待"), _("%(object)sを招待しました")),
    Event.PEOPLE_UNINVITE: Phrase(_("招待の取り下げ"), _("%(object)sへの登録の案内を取り下げました")),
    Event.PEOPLE_ENROL: Phrase(_("サインインの手段の登録"), _("サインインの手段を登録しました")),
    Event.PEOPLE_ENROL_REFUSED: Phrase(_("使えない登録の案内"), _("使えない登録の案内を開きました")),
    Event.PEOPLE_RECOVER: Phrase(_("登録のやり直し"), _("%(object)sのサインインの登録をやり直せるようにしました")),
    Event.PEOPLE_LEAVE: Phrase(_("離脱"), _("%(object)sの離脱を記録しました")),
    Event.PEOPLE_TRANSFER: Phrase(_("組織の異動"), _("%(object)sの組織の異動を記録しました")),
    Event.PEOPLE_IDLE: Phrase(_("使われていない登録の停止"), _("使われていない%(object)sの利用を止めました")),
    Event.PROPOSED: Phrase(_("二人制の提案"), _("%(object)sについて提案しました")),
    Event.PROPOSAL_CONFIRMED: Phrase(_("二人制の確認"), _("%(object)sについての提案を確認しました")),
    Event.PROPOSAL_WITHDRAWN: Phrase(_("二人制の提案の取り下げ"), _("提案を取り下げました")),
    Action.DECIDE_PROPOSAL: Phrase(_("提案の確認"), _("提案を見ました")),
    Event.ROLE_GRANT: Phrase(_("役割の付与"), _("%(object)sに役割を与えました")),
    Event.ROLE_REVOKE: Phrase(_("役割の取り消し"), _("%(object)sの役割を取り消しました")),
    Event.TIER_CHANGE: Phrase(_("扱える格付の変更"), _("%(object)sの扱える格付を変えました")),
    Event.ORGANISATION_CREATE: Phrase(_("組織の登録"), _("%(object)sを登録しました")),
    Event.ORGANISATION_CHANGE: Phrase(_("組織の変更"), _("%(object)sの登録内容を変えました")),
    Event.ORGANISATION_SUSPEND: Phrase(_("組織の停止"), _("%(object)sの参加を止めました")),
    Event.ORGANISATION_RESUME: Phrase(_("組織の再開"), _("%(object)sの参加を再開しました")),
    Event.SUBCOMMITTEE_CREATE: Phrase(_("分科会の登録"), _("分科会%(object)sを登録しました")),
    Event.SUBCOMMITTEE_CHANGE: Phrase(_("分科会の変更"), _("分科会%(object)sの登録内容を変えました")),
    Event.SUBCOMMITTEE_SEAT: Phrase(_("分科会への組織の参加"), _("%(object)sを分科会に加えました")),
    Event.SUBCOMMITTEE_UNSEAT: Phrase(_("分科会からの組織の退出"), _("%(object)sを分科会から外しました")),
    Event.SUBCOMMITTEE_JOIN: Phrase(_("分科会への参加"), _("%(object)sを分科会の委員にしました")),
    Event.SUBCOMMITTEE_LEAVE: Phrase(_("分科会からの退出"), _("%(object)sを分科会の委員から外しました")),
    Event.PLEDGE_CREATE: Phrase(_("守秘誓約の版の登録"), _("守秘誓約の新しい版を登録しました")),
    Event.PLEDGE_ACCEPT: Phrase(_("守秘誓約への同意"), _("守秘誓約に同意しました")),
    Event.PERIOD_BEGIN: Phrase(_("協議会の期の始まり"), _("協議会の新しい期を登録しました")),
}
_KEYS = {
    Action.MANAGE_KEYS: Phrase(_("鍵の管理"), _("%(object)sの鍵を管理しました")),
    Action.CONFIRM_KEY: Phrase(_("鍵の確認"), _("%(object)sの鍵を確かめました")),
    Event.KEY_REGISTERED: Phrase(_("鍵の登録"), _("%(object)sの鍵を登録しました")),
    Event.KEY_PROVED: Phrase(_("鍵の所持の証明"), _("%(object)sの鍵を持っていることを示しました")),
    Event.KEY_HOLDER_ADDED: Phrase(_("鍵を持つ人の追加"), _("%(object)sの鍵を持つ人を加えました")),
    Event.KEY_CONFIRMED: Phrase(_("鍵の承認"), _("%(object)sの鍵を承認しました")),
    Event.KEY_REVOKED: Phrase(_("鍵の失効"), _("%(object)sの鍵を失効させました")),
    Event.KEYS_ROTATED: Phrase(_("封の鍵の世代の交代"), _("封の鍵の世代を進めました")),
    Event.KEYS_RETIRED: Phrase(_("古い世代の鍵の破棄"), _("古い世代の封の鍵を壊しました")),
    Event.CONTACT_ADDED: Phrase(_("連絡先の登録"), _("%(object)sの連絡先を登録しました")),
    Event.CONTACT_ENDED: Phrase(_("連絡先の終わり"), _("%(object)sの連絡先を外しました")),
    Event.NOTICE_RHYTHM: Phrase(_("通知の受け取り方"), _("通知の受け取り方を変えました")),
}
_CLEARANCES = {
    Event.CLEARANCE_RECORD: Phrase(_("適性評価の記録"), _("%(object)sの適性評価を記録しました")),
    Event.CLEARANCE_END: Phrase(_("適性評価の終わり"), _("%(object)sの適性評価の終わりを記録しました")),
    Event.CERTIFICATION_RECORD: Phrase(_("適合事業者の認定の記録"), _("%(object)sの適合事業者の認定を記録しました")),
    Event.CERTIFICATION_SUSPEND: Phrase(_("適合事業者の認定の停止"), _("%(object)sの適合事業者の認定を止めました")),
    Event.CERTIFICATION_RESUME: Phrase(_("適合事業者の認定の再開"), _("%(object)sの適合事業者の認定を再開しました")),
    Event.CERTIFICATION_REPORT: Phrase(_("事情変更の報告"), _("%(object)sの事情の変更を報告しました")),
    Event.CERTIFICATION_EXAMINE: Phrase(_("事情変更の審査"), _("%(object)sの事情の変更の報告を審査しました")),
    Event.EDUCATION_RECORD: Phrase(_("教育の記録"), _("%(object)sの教育を記録しました")),
    Event.CONTRACT_RECORD: Phrase(_("契約の記録"), _("%(object)sの契約を記録しました")),
    Event.ROSTER_RECORD: Phrase(_("取扱者名簿への記載"), _("%(object)sを取扱者名簿に載せました")),
    Event.ROSTER_REMOVE: Phrase(_("取扱者名簿からの削除"), _("%(object)sを取扱者名簿から外しました")),
    Event.ROSTER_ACCEPT: Phrase(_("取扱者名簿への受入れ"), _("%(object)sを取扱者として受け入れました")),
    Event.ROSTER_PLEDGE: Phrase(_("取扱者の誓約"), _("取扱者として誓約しました")),
    Event.ROSTER_FOUNDED: Phrase(
        _("見本での取扱者名簿への記載"), _("見本の読み込みで%(object)sを取扱者名簿に載せました")
    ),
    Event.CLEARANCE_UNPROVED: Phrase(
        _("記録のない適性評価"), _("%(object)sの適性評価に、記録の裏づけがないことを見つけました")
    ),
    Event.ROSTER_RECONCILE: Phrase(
        _("取扱者名簿の突き合わせ"), _("%(object)sの取扱者名簿と許可の食い違いを直しました")
    ),
    Event.DESIGNATION_RECORD: Phrase(_("指定の記録"), _("指定%(object)sを記録しました")),
    Event.DESIGNATION_CHANGE: Phrase(_("指定の変更"), _("指定%(object)sの記録を変えました")),
    Event.DESIGNATION_EXTEND: Phrase(_("指定の延長"), _("指定%(object)sの有効期間を延ばしました")),
    Event.DESIGNATION_REVIEW: Phrase(_("指定の見直し"), _("指定%(object)sを見直しました")),
    Event.DESIGNATION_CANCEL: Phrase(_("指定の解除"), _("指定%(object)sを解除しました")),
    Event.DESIGNATION_LAPSE: Phrase(_("指定の満了"), _("指定%(object)sの満了を記載しました")),
    Event.DESIGNATION_TOLD: Phrase(_("指定の変更の通知"), _("指定%(object)sの変更を取扱者に知らせました")),
    Event.DESIGNATION_CONFIRMED: Phrase(_("指定の変更の確認"), _("指定%(object)sの変更を確認しました")),
    Event.DESIGNATION_EXPORT: Phrase(_("指定の件数の書き出し"), _("指定の件数を書き出しました")),
    Event.FIGURES_CLOSED: Phrase(_("年ごとの件数の確定"), _("%(object)sの年ごとの件数を確定しました")),
    Event.CLOCK_TOLD: Phrase(_("期限の知らせ"), _("%(object)sの期限が近いことを知らせました")),
    Action.MANAGE_CLEARANCES: Phrase(_("適性評価と名簿の管理"), _("適性評価と取扱者名簿を見ました")),
    Action.MANAGE_REGISTER: Phrase(_("指定管理簿の管理"), _("指定管理簿を見ました")),
    Action.NOMINATE: Phrase(_("取扱者の推薦"), _("取扱者の推薦の画面を見ました")),
}
_PORTAL = {
    Action.READ_EVENTS: Phrase(_("出来事の閲覧"), _("出来事を見ました")),
    Event.AUDIT_LIST: Phrase(_("出来事の一覧"), _("出来事の一覧を調べました")),
    Event.AUDIT_EXPORT: Phrase(_("記録の持ち出し"), _("記録を書き出しました")),
    Event.AUDIT_VERIFY: Phrase(_("記録の検証"), _("記録を確かめました")),
    Event.AUDIT_PROVE: Phrase(_("記録の証明の受け取り"), _("%(object)sの証明を受け取りました")),
    Event.AUDIT_PULL: Phrase(_("記録のファイルの受け取り"), _("%(object)sのファイルを受け取りました")),
    Event.QUERY_SAVE: Phrase(_("条件の保存"), _("調べる条件を保存しました")),
    Event.QUERY_REMOVE: Phrase(_("条件の削除"), _("保存した条件を消しました")),
    Event.SIGNAL_RAISED: Phrase(_("気がかりな動き"), _("気がかりな動き「%(object)s」を知らせました")),
    Event.SIGNAL_SETTLED: Phrase(_("気がかりな動きの確認"), _("気がかりな動き「%(object)s」を調べ終えました")),
    Event.HEARTBEAT: Phrase(_("動いている印"), _("記録が動いている印を書きました")),
    Event.LOG_REFUSED: Phrase(_("検印の停止"), _("%(object)sに検印できませんでした")),
    Event.WITNESS_REFUSED: Phrase(_("立会いの拒否"), _("%(object)sの立会いの署名を得られませんでした")),
    Action.KEEP_RECORDS: Phrase(_("保存と廃棄の管理"), _("保存と廃棄の状況を見ました")),
    Action.APPROVE_DISPOSAL: Phrase(_("廃棄の判断"), _("廃棄の案を判断しました")),
    Event.HOLD_PLACED: Phrase(_("保全の開始"), _("%(object)sの記録を保全しました")),
    Event.HOLD_LIFTED: Phrase(_("保全の解除"), _("%(object)sの記録の保全を解きました")),
    Event.DISPOSAL_PROPOSED: Phrase(_("廃棄の提案"), _("保存期間を過ぎた詳細の廃棄を提案しました")),
    Event.DISPOSAL_WITHDRAWN: Phrase(_("廃棄の案の取り下げ"), _("廃棄の案を取り下げました")),
    Event.DISPOSAL_APPROVED: Phrase(_("廃棄の承認"), _("廃棄を承認しました")),
    Event.DISPOSAL_DONE: Phrase(_("詳細の廃棄"), _("保存期間を過ぎた詳細を廃棄しました")),
    Action.RUN_REVIEW: Phrase(_("アクセスの見直しの管理"), _("アクセスの見直しの状況を見ました")),
    Event.REVIEW_OPENED: Phrase(_("アクセスの見直しの開始"), _("アクセスの見直しを始めました")),
    Event.REVIEW_ANSWERED: Phrase(_("アクセスの見直しの回答"), _("%(object)sのアクセスの要否を答えました")),
    Event.REVIEW_REMINDED: Phrase(_("アクセスの見直しの再通知"), _("%(object)sにアクセスの見直しの回答を促しました")),
    Event.REVIEW_LAPSED: Phrase(_("回答のないアクセスの終わり"), _("回答のなかった%(object)sのアクセスを終えました")),
    Event.REVIEW_CLOSED: Phrase(_("アクセスの見直しの終わり"), _("アクセスの見直しを終え、報告に署名しました")),
    Event.EMERGENCY_RAISED: Phrase(_("緊急のお知らせの掲示"), _("緊急のお知らせを掲げました")),
    Event.EMERGENCY_ENDED: Phrase(_("緊急のお知らせの終わり"), _("緊急のお知らせを下ろしました")),
    Event.PAGE_SHOWN: Phrase(_("画面を見る"), _("画面を見ました")),
    Event.SETTINGS_CHANGE: Phrase(_("設定の変更"), _("設定を変えました")),
    Event.DEMO_LOAD: Phrase(_("見本の読み込み"), _("見本の協議会を読み込みました")),
    Event.WORLD_LOAD: Phrase(_("世界の読み込み"), _("試験用の世界を読み込みました")),
}
PHRASES: Mapping[str, Phrase] = {**_READING, **_DESK, **_SESSIONS, **_PEOPLE, **_KEYS, **_CLEARANCES, **_PORTAL}

OUTCOMES: Mapping[str, str] = {Outcome.ALLOW: _("許可"), Outcome.DENY: _("拒否")}
# The rules of council/audit/thresholds.py, by name.
RULES: Mapping[str, str] = {
    "bulk_reading": _("短い時間に多くの資料を開いた"),
    "odd_hours": _("夜間か休日に資料を開いたり受け取ったりした"),
    "first_download": _("その分科会の資料を初めて受け取った"),
    "export_spike": _("ふだんより多く受け取ったり書き出したりした"),
    "refusals_in_a_row": _("続けて断られた"),
}
# What each of them counts.
MEASURES: Mapping[str, str] = {
    "bulk_reading": _("短い時間に開いた資料の数"),
    "odd_hours": _("その夜か休日に開いた、または受け取った数"),
    "first_download": _("初めて受け取った数"),
    "export_spike": _("その日に受け取った、または書き出した数"),
    "refusals_in_a_row": _("続けて断られた回数"),
}
# These tell of a failure in themselves: "asked to fail and was refused" would say it twice.
_FAILURES = {
    Event.SIGN_IN_FAILED, Event.TOKEN_REFUSED, Event.IMPORT_REFUSED, Event.PEOPLE_ENROL_REFUSED, Event.IDENTITY_REFUSED,
}  # fmt: skip
# So do these, and their reason is worth a sentence: nobody refused them, the portal held back.
_HELD_BACK = {Event.PACKAGE_WITHHELD, Event.LOG_REFUSED, Event.WITNESS_REFUSED}
# What the portal was asked to do and what came of it instead, by event and reason. Nobody refused that either.
_TURNED_OUT: Mapping[tuple[str, str], str] = {
    (Event.AUDIT_VERIFY, "log_differs"): _("記録を確かめ、検印との食い違いを見つけました"),
    (Event.AUDIT_VERIFY, "not_checked"): _("記録を最後まで確かめられませんでした"),
    (Event.AUDIT_EXPORT, "not_made"): _("証拠一式を作れませんでした"),
}
# A legal hold that names nothing is on everything.
_OF_ALL: Mapping[str, str] = {
    Event.HOLD_PLACED: _("すべての記録を保全しました"),
    Event.HOLD_LIFTED: _("すべての記録の保全を解きました"),
}


def choices() -> list[tuple[str, str]]:
    """Every action and event with its words, in the order of the vocabulary."""
    return [(name, PHRASES[name].asked) for name in VOCABULARY]


def sentence(action: str, *, who: str, about: str, outcome: str, reason: str = "") -> str:
    """One plain sentence in the active language. `about` may be empty; an empty reason is left out."""
    phrase = PHRASES.get(action, Phrase(action, action))
    facts = {"who": who, "about": about, "asked": phrase.asked, "reason": REASONS.get(reason, reason)}
    why = say("理由は「%(reason)s」です。") % facts if reason and outcome != Outcome.ALLOW else ""
    turned_out = _TURNED_OUT.get((action, reason))
    if turned_out or outcome == Outcome.ALLOW or action in _FAILURES | _HELD_BACK:
        words = turned_out or (phrase.done if about else _OF_ALL.get(action, phrase.done))
        done = str(words) % {"object": about or say("資料")}
        return say("%(who)sが、%(done)s。") % {"who": who, "done": done} + (why if action in _HELD_BACK else "")
    if about:
        return say("%(who)sが、%(about)sについて「%(asked)s」を求め、断られました。") % facts + why
    return say("%(who)sが「%(asked)s」を求め、断られました。") % facts + why
