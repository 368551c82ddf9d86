"""The words of notices, for mails and for the inbox: a duty, a deadline, a reference. No title, no text, of no tier."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts import clock_notices, device_notices, idle
from accounts.designation_notices import Told, What
from accounts.enrolment_notices import address_in
from accounts.enrolment_notices import sentence as of_an_enrolment
from accounts.key_notices import Step
from accounts.log_notices import Report
from accounts.models import Notice
from bulletins import copy_notices, review_days, stopped_plans
from bulletins.mail_marks import Marks
from bulletins.mail_titles import NO_BULLETIN, title_of
from bulletins.notifying import asks_answer
from council.templatetags.portal import jst, jst_date, tier_label

Kind = Notice.Kind
_RULE = "―" * 20
_NO_LOGS = Report()
_NO_MARKS: Marks = {}
_BY_THE_CLOCK = {
    Kind.CLOCK: clock_notices, Kind.IDLE: idle, Kind.REVIEW_DAY: review_days, Kind.COPY: copy_notices, Kind.PLAN: stopped_plans,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in plain text: Japanese, and the same in English below it. The subject is Japanese."""

    subject: str
    body: str


def letter(
    notice: Notice,
    *,
    named: bool,
    mark: str = "",
    digest: Sequence[Notice] = (),
    logs: Report = _NO_LOGS,
    caveats: Marks = _NO_MARKS,
) -> Letter:
    """The mail of a notice; `named` is what telling.may_name() said. `digest` is what a digest lists, `logs` what the weekly notice says.

    `mark` stands in the place of the tier, where what it is about is no longer designated; `caveats` are those of mail_marks.
    `notice.organisation` must be loaded where there is one.
    """
    with override("ja"):
        subject = title_of(notice, named=named, mark=mark, digest=digest, caveats=caveats)
        japanese = _body(notice, named, mark, digest, logs, caveats)
    with override("en"):
        english = _body(notice, named, mark, digest, logs, caveats)
    return Letter(subject, f"{japanese}\n\n{_RULE}\nEnglish\n\n{english}\n")


def reference(notice: Notice) -> str:
    """AL-9D2M 第2版; a key has no revision."""
    if not notice.revision:
        return notice.reference
    return _("%(reference)s 第%(number)d版") % {"reference": notice.reference, "number": notice.revision}


def asked(notice: Notice, *, named: bool) -> str:
    """What the notice asks for or says, in a sentence or two that names the bulletin only where it may be named."""
    if notice.kind == Kind.KEY:
        return _of_a_key(notice) % {"organisation": _organisation(notice)}
    if notice.kind in (Kind.ENROLMENT, Kind.LEAVING):
        return of_an_enrolment(notice)
    if notice.kind == Kind.DESIGNATION:
        return _of_a_designation(notice)
    if notice.kind in device_notices.KINDS:
        return device_notices.sentence(notice)
    if notice.kind in _BY_THE_CLOCK:
        return _BY_THE_CLOCK[notice.kind].sentence(notice)
    if notice.kind == Kind.LOG:
        return _(
            "記録（だれが何をしたか）の、この一週間の検印をお知らせします。控えておけば、記録が書き換えられたときに分かります。"
        )
    if notice.kind == Kind.REVIEW:
        return _of_a_review(notice) % {"organisation": _organisation(notice), "people": notice.level}
    if named:
        return _named(notice) % {"reference": reference(notice), "organisation": _organisation(notice)}
    return _unnamed(notice) % {"organisation": _organisation(notice)}


def _organisation(notice: Notice) -> str:
    return notice.organisation.name if notice.organisation_id else ""


def _named(notice: Notice) -> str:
    due = notice.deadline is not None
    if asks_answer(notice):
        return _(
            "%(reference)sについて、%(organisation)sは確認中です。その後どうだったかを、もう一度回答してください。"
        )
    if notice.kind == Kind.PUBLISHED:
        return (
            _("%(reference)sが公開されました。期限までに開いて、読んだことを確認してください。")
            if due
            else _("%(reference)sが公開されました。")
        )
    if notice.kind == Kind.REMINDER:
        return (
            _("%(reference)sの確認がまだです。開いて、読んだことを確認してください。")
            if due
            else _("%(reference)sがまだ開かれていません。")
        )
    sentences = {
        Kind.ESCALATION: _("%(organisation)sで、%(reference)sについての確認が期限を過ぎています。"),
        Kind.SEARCH: _("公開された%(reference)sが、保存した条件に当てはまります。"),
        Kind.RECALLED: _("%(reference)sは回収されました。手もとの写しを始末し、その結果を回答してください。"),
        Kind.SUPERSEDED: _("%(reference)sは差し替えられました。古い版の写しを始末し、その結果を回答してください。"),
    }  # fmt: skip
    return sentences[notice.kind]


def _unnamed(notice: Notice) -> str:
    """For those who may not be told which bulletin it is."""
    due = notice.deadline is not None
    if asks_answer(notice):
        return _(
            "%(organisation)sで、もう一度回答する日が来た資料があります。見られる人は、ポータルで回答してください。"
        )
    sentences = {
        Kind.PUBLISHED: _("%(organisation)sに新しい資料が公開されました。見られる人は、期限までにポータルで確認してください。")
        if due else _("%(organisation)sに新しい資料が公開されました。見られる人は、ポータルで開いてください。"),
        Kind.REMINDER: _("%(organisation)sで、確認がまだの資料があります。見られる人は、ポータルで開いてください。"),
        Kind.ESCALATION: _("%(organisation)sに、期限を過ぎた務めがあります。見られる人に、ポータルで確認するよう伝えてください。"),
        Kind.RECALLED: _("%(organisation)sに公開された資料が回収されました。見られた人は、ポータルで写しの始末を回答してください。"),
        Kind.SUPERSEDED: _("%(organisation)sに公開された資料が差し替えられました。見られた人は、ポータルで写しの始末を回答してください。"),
    }  # fmt: skip
    return sentences[notice.kind]


def _of_a_key(notice: Notice) -> str:
    """The third word of the key says what happened to it (accounts.key_notices)."""
    sentences = {
        Step.REGISTERED: _("%(organisation)sに新しい受け取り用の鍵が登録されました。覚えがなければ、すぐ事務局に電話してください。"),
        Step.CONFIRMED: _("%(organisation)sの新しい鍵が承認され、まもなく使われ始めます。覚えがなければ、すぐ事務局に電話してください。"),
        Step.REVOKED: _("%(organisation)sの受け取り用の鍵が失効しました。覚えがなければ、すぐ事務局に電話してください。"),
    }  # fmt: skip
    changed = _("%(organisation)sの受け取り用の鍵が変わりました。覚えがなければ、すぐ事務局に電話してください。")
    return sentences.get("".join(notice.key.split(":")[2:3]), changed)


def _of_a_review(notice: Notice) -> str:
    """How many people, and nobody's name (accounts.review_notices)."""
    if notice.organisation_id:
        return ngettext(
            "%(organisation)sで、アクセスが引き続き必要かどうかの回答を%(people)d人分待っています。期限までに答えのないものは、終わります。",
            "%(organisation)sで、アクセスが引き続き必要かどうかの回答を%(people)d人分待っています。期限までに答えのないものは、終わります。",
            notice.level,
        )
    return ngettext(
        "組織の中に答えられる人がいないため、アクセスの見直しの%(people)d人分は運用担当の回答を待っています。期限までに答えのないものは、終わります。",
        "組織の中に答えられる人がいないため、アクセスの見直しの%(people)d人分は運用担当の回答を待っています。期限までに答えのないものは、終わります。",
        notice.level,
    )


def _of_a_designation(notice: Notice) -> str:
    """Its number in the register, what became of it and a day; never what it is about (accounts.designation_notices)."""
    told = Told.of(notice)
    sentences = {
        What.EXTENDED: _("指定（%(number)s）の有効期間が、%(day)sまで延びました。ポータルで確認してください。"),
        What.CANCELLED: _(
            "指定（%(number)s）は%(day)sに解除されました。手もとの写しの表示を「指定解除」に改め、ポータルで確認してください。"
        ),
        What.LAPSED: _(
            "指定（%(number)s）の有効期間は%(day)sに満了しました。手もとの写しの表示を「指定有効期間満了」に改め、ポータルで確認してください。"
        ),
    }  # fmt: skip
    return sentences[told.what] % {"number": notice.reference, "day": jst_date(told.day)}


def path_of(notice: Notice, *, named: bool) -> str:
    """The page to go to, from the root of the portal: the inbox where the notice names nothing, the front for mailboxes.

    Also for keys: a holder is told of them who may not see the page of the keys. And for the logs, of which the inbox says the same.
    """
    if notice.kind == Kind.DESIGNATION:
        return reverse("accounts:designation_notices")
    if notice.kind in device_notices.KINDS:
        return device_notices.path_of(notice)
    if notice.kind in (Kind.ENROLMENT, Kind.LEAVING):
        return address_in(notice)
    if notice.kind in _BY_THE_CLOCK:
        return _BY_THE_CLOCK[notice.kind].path_of(notice)
    if not named or notice.kind in (Kind.KEY, Kind.LOG):
        return reverse("notices" if notice.person_id else "home")
    if notice.kind == Kind.REVIEW:
        return (
            reverse("accounts:review_mine")
            if notice.organisation_id
            else reverse("accounts:review", args=[notice.about])
        )
    if notice.kind in (Kind.RECALLED, Kind.SUPERSEDED):
        return reverse("returns:one", args=[notice.about])
    return reverse("bulletins:detail", args=[notice.about])


def _url(path: str) -> str:
    return urljoin(f"{settings.COUNCIL_URL}/", path)


def _body(notice: Notice, named: bool, mark: str, digest: Sequence[Notice], logs: Report, caveats: Marks) -> str:
    front = _("%(council)sの情報共有ポータルからのお知らせです。") % {"council": settings.COUNCIL_NAME}
    said = _digest(digest, caveats) if notice.kind == Kind.DIGEST else _one(notice, named, mark, caveats)
    return "\n".join([front, "", *said, "", *_logs(logs), *_foot(notice)])


def _logs(logs: Report) -> Iterator[str]:
    for log in logs.logs:
        yield log.title
        yield from (_("　%(label)s：%(value)s") % {"label": label, "value": value} for label, value in log.facts)
        yield ""
    if logs.logs:
        yield from (*logs.advice, "")


def _handling(grade: str, notice: Notice, caveats: Marks) -> str:
    """機密性2情報、複製禁止、転送禁止: the grade and every caveat, none with an author's words."""
    return _("、").join([grade, *(_(each.safe_words) for each in caveats.get(notice.pk, ()))])


def _one(notice: Notice, named: bool, mark: str, caveats: Marks) -> Iterator[str]:
    yield asked(notice, named=named)
    yield ""
    if notice.kind in device_notices.KINDS:
        yield from (
            _("%(label)s：%(value)s") % {"label": label, "value": value}
            for label, value in device_notices.facts(notice)
        )
    if notice.deadline:
        yield _("期限：%(deadline)s（日本時間）") % {"deadline": jst(notice.deadline)}
    if named and notice.reference:
        yield _("番号：%(reference)s") % {"reference": reference(notice)}
    if named and notice.kind not in NO_BULLETIN:
        yield _("取扱い：%(tier)s。くわしい取扱いは、開いたページの上に書いてあります。") % {
            "tier": _handling(mark or tier_label(notice.tier), notice, caveats)
        }
    path = path_of(notice, named=named)
    if path:
        yield _("開くページ：%(url)s") % {"url": _url(path)}
    if notice.kind == Kind.DESIGNATION:
        yield _("サインインできない人は、読んだことを下の問い合わせ先に知らせてください。守秘の義務は続きます。")


def _digest(listed: Sequence[Notice], caveats: Marks) -> Iterator[str]:
    said = ngettext(
        "新しい情報が%(number)d件公開されています。", "新しい情報が%(number)d件公開されています。", len(listed)
    )
    yield said % {"number": len(listed)}
    for each in listed:
        yield ""
        yield "　".join(
            filter(None, (reference(each), _handling(tier_label(each.tier), each, caveats), jst(each.deadline)))
        )
        yield _url(path_of(each, named=True))


def _foot(notice: Notice) -> Iterator[str]:
    if notice.kind not in (Kind.ENROLMENT, Kind.LEAVING):
        yield from _rhythm(notice)
    yield _("問い合わせ：%(contact)s") % {"contact": settings.COUNCIL_CONTACT}
    yield _("このメールは自動で送っています。返信は読まれません。")


def _rhythm(notice: Notice) -> Iterator[str]:
    yield _("このメールには、題名も本文も書いていません。読むにはポータルにサインインしてください。")
    if notice.person_id:
        yield _(
            "通知をそのつど受け取るか、まとめて受け取るかは、次のページで選べます：%(url)s"
        ) % {"url": _url(reverse("accounts:me"))}  # fmt: skip
        yield _(
            "期限のあるもの、速報、注意喚起、回収、鍵の変更、サインインについての知らせは、選び方にかかわらず、そのつど届きます。"
        )
    else:
        yield _("この宛先の変更は、事務局に知らせてください。")
