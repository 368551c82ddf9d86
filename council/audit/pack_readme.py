"""The README of an evidence pack: how to check it without the portal, in Japanese and in English. Whoever reads it may have no portal."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from council.audit import offline

_JAPANESE = """\
証拠一式 {pack}
{council}（{url}）
作成 {made}　出来事 {events}件

このファイルは、官民協議会の情報共有ポータルの「出来事」の記録と、それが改変されていないことの証明です。
資料の題名と本文は入っていません。資料は番号だけで示されています。

■ 中身
events.csv      出来事の一覧（表計算用、UTF-8）。時刻は日本時間（+09:00）とUTCの両方があります
events.json     同じ一覧（プログラム用）
{proofs_ja}
{logs_ja}
vkeys           検印の鍵（記録ごとに2本）。witnesses は立会人の鍵
verify.py       確かめるプログラム。Python 3.11以上とcryptographyだけで動き、通信しません
MANIFEST.json   ここにある全部のファイルの検査値（SHA-256）

■ 確かめ方
1. 受け取ったZIPファイルの検査値（SHA-256）を、ポータルの画面の値と比べます。
     sha256sum {pack}.zip
2. 広げて、中のファイルがMANIFEST.jsonのとおりかを確かめます。
3. 鍵（vkeysとwitnesses）を、ポータルではない経路（電話、以前の控え、立会人）で確かめます。
   読み合わせる数字は、鍵の1行のSHA-256の最初の32桁です。
{keys}4. {check_ja}
5. ポータルのある機械では、同じことを次の命令でも確かめられます。
     python -m council.audit.verify logs --vkeys vkeys
6. ほかの作者の道具でも確かめられます。形はC2SPのtlog-proof、tlog-checkpoint、tlog-tilesと、RFC 6962です。
   （Go言語のgolang.org/x/mod/sumdb/note と tlog、npmの@transmute/rfc9162 など）

■ 一覧と記録の関係
events.csvとevents.jsonの文・氏名・組織名は、作成したときに付けた説明です。証明されているのは、leaf
（id、time、actor、org、action、object、revision、tier、outcome、reason、policy、request、detail、v）だけです。
actorは人を表す符号で、detailは詳しい内容の検査値です。保存期間を過ぎた詳細は廃棄され、氏名が空になります。
"""
_ENGLISH = """\
Evidence pack {pack}
{council} ({url})
Made {made}, {events} events

These are events from the audit log of the council's portal, with what proves that they were not changed.
Titles and bodies of documents are not in here; documents appear by their reference alone.

Contents
events.csv      the events for spreadsheets (UTF-8); times in Japan (+09:00) and in UTC
events.json     the same for programs
{proofs_en}
{logs_en}
vkeys           the verifier keys of the logs (two each); witnesses: those of the witnesses
verify.py       the checker: one file, needs Python 3.11 and cryptography, talks to nobody
MANIFEST.json   SHA-256 of every file in here

How to check
1. Compare the SHA-256 of the ZIP with the one on the portal's page.
     sha256sum {pack}.zip
2. Unpack it and compare its files with MANIFEST.json.
3. Compare the keys (vkeys, witnesses) over another way than the portal (telephone, an older copy, the
   witnesses). The digits to read out are the first 32 of the SHA-256 of the key's line.
{keys}4. {check_en}
5. Where the portal is installed, the same is checked by
     python -m council.audit.verify logs --vkeys vkeys
6. Tools of other authors do too: the formats are C2SP tlog-proof, tlog-checkpoint, tlog-tiles, and RFC 6962
   (golang.org/x/mod/sumdb/note and tlog, npm @transmute/rfc9162, and others).

What the lists say and what is proved
Sentences and names in events.csv and events.json were put to the events when this pack was made. Proved is the
leaf alone (id, time, actor, org, action, object, revision, tier, outcome, reason, policy, request, detail, v).
`actor` stands for a person, `detail` is a digest of the particulars; those are destroyed when their retention
ends, and the name is empty then.
"""
_PROOFS = (
    "proofs/         出来事ごとの証明（<出来事のid>.tlog-proof）。まだ検印のない出来事のものはありません",
    "proofs/         a proof for each event (<event id>.tlog-proof); none for an event that no checkpoint covers yet",
)
_NO_PROOFS = (
    "（出来事が多いので、1件ごとの証明はありません。logsフォルダーの記録全体が証明になります）",
    "(There are too many events for a proof each; the whole logs in logs/ prove them.)",
)
_LOGS = (
    "logs/           記録の全体（検印と、木の各部分）",
    "logs/           the whole logs: checkpoints and tiles",
)
_NO_LOGS = ("（記録の全体は入っていません）", "(The whole logs are not in this pack.)")
_CHECK_LOGS = (
    "記録の全体を確かめます。終わりの値が0なら完全、1なら食い違いがあり、2なら確かめられませんでした。\n"
    "     python verify.py logs --vkeys vkeys",
    "Check the whole logs: exit code 0 whole, 1 broken, 2 could not be checked.\n     python verify.py logs --vkeys vkeys",
)
_CHECK_PROOFS = (
    "記録の全体が入っていないので、proofsの証明を1つずつ、C2SPのtlog-proofを読む道具で確かめます。\n"
    "   記録の全体も確かめるには、「記録全体を入れる」を選んで作り直してください。そのときの命令は次のとおりです。\n"
    "     python verify.py logs --vkeys vkeys",
    "The whole logs are not in here: check the proofs one by one with a tool for C2SP tlog-proof.\n"
    "   To check the whole logs too, ask for a pack with them; then the command is\n     python verify.py logs --vkeys vkeys",
)


def readme(pack: str, *, made: datetime, events: int, proofs: bool, logs: bool) -> bytes:
    """The text for one pack: what is in it and how to check just that; KeyringUnavailable without keys."""
    facts = {
        "pack": pack, "council": settings.COUNCIL_NAME, "url": settings.COUNCIL_URL, "events": f"{events:,}",
        "made": timezone.localtime(made).isoformat(timespec="seconds"), "keys": _keys(),
    }  # fmt: skip
    told = {"proofs": _PROOFS if proofs else _NO_PROOFS, "logs": _LOGS if logs else _NO_LOGS}
    told["check"] = _CHECK_LOGS if logs else _CHECK_PROOFS
    for name, (japanese, english) in told.items():
        facts |= {f"{name}_ja": japanese, f"{name}_en": english}
    rule = "=" * 78
    return f"{_JAPANESE}\n{rule}\n\n{_ENGLISH}".format(**facts).encode()


def _keys() -> str:
    keys = [*offline.log_keys_shown(), *offline.second_keys(), *offline.witness_keys()]
    return "".join(f"     {key.spoken}  {key.vkey.partition('+')[0]}\n" for key in keys)
