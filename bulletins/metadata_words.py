"""What was found inside of files, in sentences for authors and approvers."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bulletins.metadata_findings import Finding

_TAKEN_OUT = {
    "author": gettext_noop("作成者などの名前：%(detail)s"),
    "company": gettext_noop("会社名：%(detail)s"),
    "title": gettext_noop("ファイルの題名や説明：%(detail)s"),
    "program": gettext_noop("作成に使ったソフト：%(detail)s"),
    "path": gettext_noop("作成者の端末の中の場所：%(detail)s"),
    "properties": gettext_noop("そのほかの属性：%(detail)s件"),
    "xmp": gettext_noop("文書や画像の属性（XMP）：%(detail)s件"),
    "exif": gettext_noop("撮影の記録（EXIF）：%(detail)s件"),
    "gps": gettext_noop("撮影した場所の位置情報（GPS）"),
    "camera": gettext_noop("撮影した機器：%(detail)s"),
    "taken": gettext_noop("撮影の日時：%(detail)s"),
    "thumbnail": gettext_noop("縮小画像：%(detail)s件"),
    "image_text": gettext_noop("画像に埋め込まれた文字：%(detail)s件"),
    "image_blocks": gettext_noop("画像に埋め込まれたそのほかの記録：%(detail)s件"),
    "trailing": gettext_noop("画像の後ろに付いていたデータ"),
    "history": gettext_noop("以前の版の内容"),
    "embedded_files": gettext_noop("中に入っていた別のファイル：%(detail)s件"),
    "scripts": gettext_noop("開いたときなどに動くもの（スクリプト）：%(detail)s件"),
    "private": gettext_noop("ソフトが残した作業用のデータ：%(detail)s件"),
    "form_data": gettext_noop("入力欄の隠れた値：%(detail)s件"),
    "comments": gettext_noop("コメント：%(detail)s件"),
    "comment_author": gettext_noop("コメントを書いた人の名前：%(detail)s"),
    "change_author": gettext_noop("変更履歴を残した人の名前：%(detail)s"),
    "insertions": gettext_noop(
        "変更履歴の挿入%(detail)s件：本文として残し、だれがいつ入れたかを取り除きました"
    ),
    "deletions": gettext_noop(
        "変更履歴の削除%(detail)s件：消された文を取り除きました。残すつもりの文だったときは、元のファイルで直してから付け直してください"
    ),
    "printer": gettext_noop("印刷の設定（プリンターの名前など）：%(detail)s件"),
}  # fmt: skip
_STAYS = {
    "comments_stay": gettext_noop("ページに付いた注釈が%(detail)s件あります"),
    "hidden_layers": gettext_noop("隠れたレイヤーが%(detail)s件あります"),
    "form_values": gettext_noop("入力欄の値が%(detail)s件あります"),
    "signature": gettext_noop("電子署名が%(detail)s件ありました。書き直したため、署名としては確かめられません"),
    "hidden_sheets": gettext_noop("隠れたシートがあります：%(detail)s"),
    "hidden_rows": gettext_noop("隠れた行が%(detail)s行あります"),
    "hidden_columns": gettext_noop("隠れた列が%(detail)s組あります"),
    "hidden_slides": gettext_noop("隠れたスライドが%(detail)s枚あります"),
    "hidden_text": gettext_noop("隠し文字が%(detail)sか所あります"),
    "notes": gettext_noop("発表者用のノートが%(detail)s枚あります"),
    "outside": gettext_noop("外のファイルを指しています：%(detail)s"),
    "external_data": gettext_noop("別のブックから写した値が%(detail)s件あります"),
    "connections": gettext_noop("外のデータへの接続の設定があります"),
    "embedded_objects": gettext_noop("埋め込まれた別のファイルが%(detail)s件あります。その中身は調べられません"),
    "uninspected_inside": gettext_noop("調べられない画像が%(detail)s件入っています"),
    "uninspected": gettext_noop("この種類のファイルの中身は調べられません"),
}
_REFUSED = {
    "locked": gettext_noop("パスワードなどで保護されたファイルは、中身を調べられないので受け取れません。保護を外してから付けてください。"),
    "macros": gettext_noop("マクロの入ったファイルは受け取れません。マクロのない形式で保存し直してください。"),
    "too_large": gettext_noop("開いたときの大きさが限度を超えるため、調べられません。小さくしてから付けてください。"),
    "broken_pdf": gettext_noop("PDFとして開けません。壊れていないか確かめ、保存し直してから付けてください。"),
    "broken_office": gettext_noop("WordやExcel、PowerPointのファイルとして開けません。保存し直してから付けてください。"),
    "broken_image": gettext_noop("画像として開けません。保存し直してから付けてください。"),
}  # fmt: skip


def refusal(code: str) -> str:
    """Why a file can't be taken, and what to do."""
    return _(_REFUSED[code])


def _sentences(findings: Iterable[Finding], words: dict[str, str]) -> list[str]:
    return [_(words[each.code]) % {"detail": each.detail} for each in findings if each.code in words]


def taken_out(findings: Sequence[Finding]) -> list[str]:
    """What is no longer in the file, a sentence each."""
    return _sentences((each for each in findings if not each.stays), _TAKEN_OUT)


def left(findings: Sequence[Finding]) -> list[str]:
    """What is still in the file and has to be looked at, a sentence each."""
    return _sentences((each for each in findings if each.stays), _STAYS)
