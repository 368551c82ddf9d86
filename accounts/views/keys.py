"""鍵: an organisation's own keys for its administrators, and the confirmations of clearance officers and operators."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import key_board
from accounts.actions import keys as verbs
from accounts.actions import limits
from accounts.context import key_pages
from accounts.forms import AnswerForm, CompareForm, HolderForm, KeyForm, RevokeForm
from accounts.key_challenge import MOST_ANSWERS
from accounts.models import Organisation, RecipientKey
from accounts.views import door
from council.access import facts
from council.access.policy import Action, Reason, decide
from council.guard import guarded_by
from council.package_signing import vkey

_NOBODY = UUID(int=0)
Asked = Callable[[UUID], tuple[Action, facts.Resource]]


def _key_for(request: HttpRequest, named: str, asked: Asked) -> RecipientKey:
    """The key, for somebody who may do this to the keys of its organisation; otherwise it is not there."""
    try:
        wanted = UUID(named)
    except ValueError:
        door.refuse(request, asked(_NOBODY)[0], "", Reason.NOT_FOUND)
    found = RecipientKey.objects.select_related("organisation").filter(pk=wanted).first()
    if found is None:
        door.refuse(request, asked(wanted)[0], wanted, Reason.NOT_FOUND)
    door.need(request, *asked(found.organisation_id), about=found.organisation_id)
    return found


def _manages(organisation: UUID) -> tuple[Action, facts.Resource]:
    return Action.MANAGE_KEYS, facts.Organisation(str(organisation))


def _confirms(organisation: UUID) -> tuple[Action, facts.Resource]:
    return Action.CONFIRM_KEY, facts.Organisation(str(organisation))


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_KEYS, POST=Action.MANAGE_KEYS)
@door.refusals_look_missing
def keys(request: HttpRequest) -> HttpResponse:
    """The keys of one's own organisation: the one in use, the one that waits with its next step, and a form for another."""
    organisation = door.own_organisation(request, Action.MANAGE_KEYS)
    if request.method != "POST":
        return _page(request, organisation)
    deed = _DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    return deed(request, organisation)


def _page(
    request: HttpRequest,
    organisation: Organisation,
    *,
    register: KeyForm | None = None,
    answer: AnswerForm | None = None,
    holder: HolderForm | None = None,
) -> HttpResponse:
    board = key_board.board_of(organisation.pk, timezone.now())
    context = {
        "organisation": organisation,
        "board": board,
        "register": register or KeyForm(organisation=organisation),
        "answer": answer or AnswerForm(),
        "holder_forms": [(one, _holder_form(one, holder)) for one in (board.waiting, board.in_use) if one],
        "sections": key_pages(request.subject.roles),
        "vkey": vkey(),
    }
    return render(request, "accounts/keys.html", context)


def _holder_form(one: key_board.Shown, sent: HolderForm | None) -> HolderForm:
    return sent if sent and sent.key.pk == one.key.pk else HolderForm(key=one.key)


def _register(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    form = KeyForm(request.POST, organisation=organisation)
    if form.is_valid():
        chosen = [person.pk for person in form.cleaned_data["holders"]]
        text = form.cleaned_data["recipient"]
        made = door.attempt(form, lambda: verbs.register_key(organisation, text, chosen, acting_user=request.user))
        if made:
            messages.success(request, _("鍵を登録しました。続けて、識別鍵を持っていることを示してください。"))
            return redirect("accounts:keys")
    return _page(request, organisation, register=form)


def _prove(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    key, form = _key_for(request, request.POST.get("key", ""), _manages), AnswerForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data["answer"]
        proved = door.attempt(form, lambda: verbs.prove_key(key, said, acting_user=request.user))
        if proved:
            messages.success(
                request, _("識別鍵を持っていることを確かめました。次は、別の2人が電話で指紋を確認します。")
            )
            return redirect("accounts:keys")
        if proved is False:
            _say_wrong(request, form, RecipientKey.objects.get(pk=key.pk))
    return _page(request, organisation, answer=form)


def _say_wrong(request: HttpRequest, form: AnswerForm, key: RecipientKey) -> None:
    left = MOST_ANSWERS - key.failed_answers
    if left <= 0:
        messages.error(request, _("答えが10回違ったので、この登録を終わりにしました。登録からやり直してください。"))
        return
    words = ngettext("答えが違います。あと%(left)d回試せます。", "答えが違います。あと%(left)d回試せます。", left)
    form.add_error("answer", words % {"left": left})


def _hold(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    key = _key_for(request, request.POST.get("key", ""), _manages)
    form = HolderForm(request.POST, key=key)
    if form.is_valid():
        person = form.cleaned_data["holders"]
        if door.attempt(form, lambda: verbs.add_holder(key, person, acting_user=request.user)):
            messages.success(request, _("識別鍵を持つ人を加えました。"))
            return redirect("accounts:keys")
    return _page(request, organisation, holder=form)


_DEEDS: dict[str, Callable[[HttpRequest, Organisation], HttpResponse]] = {
    "register": _register,
    "prove": _prove,
    "hold": _hold,
}


@require_safe
@guarded_by(GET=Action.MANAGE_KEYS)
def key_challenge(request: HttpRequest) -> HttpResponse:
    """The challenge of the key that waits for its proof, as a file for `age -d`."""
    waiting = key_board.board_of(door.own_organisation(request, Action.MANAGE_KEYS).pk, timezone.now()).waiting
    if waiting is None or not waiting.key.challenge:
        raise Http404
    headers = {"Content-Disposition": 'attachment; filename="challenge.age"'}
    return HttpResponse(waiting.key.challenge, content_type="application/octet-stream", headers=headers)


# The operator comes here for the key of any organisation, as the operator of the council.
@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_KEYS, POST=Action.MANAGE_KEYS)
@door.refusals_look_missing
def key_revoke(request: HttpRequest) -> HttpResponse:
    """Asks once more before a key is revoked, and why."""
    key = _key_for(request, request.GET.get("key", ""), lambda of: limits.asked_for_revoking(request.subject, of))
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        why = form.cleaned_data["why"]
        if door.attempt(form, lambda: verbs.revoke_key(key, why, acting_user=request.user)):
            messages.success(request, _("鍵を失効させました。この鍵に封をすることは、もうありません。"))
            return redirect(_back(request, key))
    one, following = key_board.shown(key, timezone.now())
    context = {"one": one, "following": following, "form": form, "back": _back(request, key)}
    return render(request, "accounts/key_revoke.html", context)


def _back(request: HttpRequest, key: RecipientKey) -> str:
    return "accounts:keys" if decide(request.subject, *_manages(key.organisation_id)) else "accounts:key_confirm"


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.CONFIRM_KEY, POST=Action.CONFIRM_KEY)
@door.refusals_look_missing
def key_confirm(request: HttpRequest) -> HttpResponse:
    """The proved keys that two people have to compare by telephone, and for the operator every key that is not revoked."""
    door.need(request, *_confirms(UUID(request.subject.organisation)))
    if request.method != "POST":
        return _confirm_page(request)
    key = _key_for(request, request.POST.get("key", ""), _confirms)
    form = CompareForm(request.POST, prefix=str(key.pk))
    if not form.is_valid():
        return _confirm_page(request, form)
    try:
        confirmed = verbs.confirm_key(key, acting_user=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("accounts:key_confirm")
    last = _("2人の確認がそろいました。待ち時間のあと、この鍵を使い始めます。")
    messages.success(request, last if confirmed.usable_from else _("確認しました。もう1人の確認を待ちます。"))
    return redirect("accounts:key_confirm")


def _confirm_page(request: HttpRequest, sent: CompareForm | None = None) -> HttpResponse:
    operates = limits.operates(request.subject)
    context = {
        "rows": [_row(request, one, sent) for one in key_board.to_confirm()],
        "operates": operates,
        "open_keys": key_board.open_keys(timezone.now()) if operates else [],
        "sections": key_pages(request.subject.roles),
    }
    return render(request, "accounts/key_confirm.html", context)


def _row(request: HttpRequest, one: key_board.ToConfirm, sent: CompareForm | None) -> dict[str, object]:
    key = one.shown.key
    form = sent if sent and sent.prefix == str(key.pk) else CompareForm(prefix=str(key.pk))
    return {"one": one.shown, "calls": one.calls, "form": form, "against": limits.why_not_confirm(request.subject, key)}
