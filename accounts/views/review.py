"""アクセスの見直し: the reviews for those who run and audit them, and each organisation's own people for its administrators."""

from collections import defaultdict
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import review_board as board
from accounts import review_report
from accounts.actions import limits
from accounts.actions import review as verbs
from accounts.models import Organisation, ReviewCampaign, ReviewItem
from accounts.review_campaigns import beyond, by_hand, newest, running, takes_answers, unanswered
from accounts.review_forms import OpenReviewForm
from accounts.review_notices import may_be_reminded
from accounts.views import door
from council.access import facts
from council.access.policy import Action, Reason, decide
from council.guard import guarded_by

PEOPLE_A_PAGE, ORGANISATIONS_A_PAGE = 20, 100
# The report has them all.
MOST_UNDECIDED = 200
_FIELD, _WAS = "item-", "was-"


def _runs(request: HttpRequest) -> bool:
    return bool(decide(request.subject, Action.RUN_REVIEW, facts.Council()))


def _need_look(request: HttpRequest, about: object = "") -> None:
    """Those who run reviews, and auditors."""
    if not decide(request.subject, Action.READ_EVENTS, facts.Ledger(None)):
        door.need(request, Action.RUN_REVIEW, facts.Council(), about)


def _review_for(request: HttpRequest, review_id: UUID) -> ReviewCampaign:
    _need_look(request, review_id)
    found = ReviewCampaign.objects.select_related("opened_by").filter(pk=review_id).first()
    if found is None:
        door.refuse(request, Action.RUN_REVIEW, review_id, Reason.NOT_FOUND)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.RUN_REVIEW, POST=Action.RUN_REVIEW)
@door.refusals_look_missing
def reviews(request: HttpRequest) -> HttpResponse:
    """Every review there was, and the form that begins the next one."""
    form = OpenReviewForm()
    if request.method == "POST":
        door.need(request, Action.RUN_REVIEW, facts.Council())
        form = OpenReviewForm(request.POST)
        if form.is_valid():
            deadline = form.cleaned_data["deadline"]
            made = door.attempt(form, lambda: verbs.open_review(deadline, acting_user=request.user))
            if made:
                messages.success(request, _("アクセスの見直しを始めました。組織管理者に知らせます。"))
                return redirect("accounts:review", made.pk)
    _need_look(request)
    context = {
        "reviews": ReviewCampaign.objects.select_related("opened_by"),
        "running": running(),
        "runs": _runs(request),
        "form": form,
        "operates": limits.operates(request.subject),
    }
    return render(request, "accounts/reviews.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.RUN_REVIEW, POST=Action.RUN_REVIEW)
@door.refusals_look_missing
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """How far one review is, or what came of it; reminding, ending by hand, carrying out what an administrator could not."""
    found = _review_for(request, review_id)
    if request.method != "POST":
        return _review_page(request, found)
    deed = {"remind": _remind, "close": _close, "end": _end_for_them}.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        messages.success(request, deed(request, found))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("accounts:review", found.pk)


def _remind(request: HttpRequest, found: ReviewCampaign) -> str:
    asked = verbs.remind_of_review(found, acting_user=request.user)
    said = ngettext("%(count)d組織に再通知します。", "%(count)d組織に再通知します。", asked)
    return said % {"count": asked}


def _close(request: HttpRequest, found: ReviewCampaign) -> str:
    verbs.close_review(found, acting_user=request.user)
    return _("アクセスの見直しを終え、報告に署名しました。")


def _end_for_them(request: HttpRequest, found: ReviewCampaign) -> str:
    """Ends one right that whoever answered was not allowed to end."""
    asked = {str(item.pk): item for item in beyond(found)}
    item = asked.get(request.POST.get("item", ""))
    if item is None:
        raise ValidationError(_("この項目は、もう終わっています。"))
    person = door.person_for(request, Action.MANAGE_PEOPLE, item.person_id)
    done = verbs.answer_for(found, person, {item.pk: ReviewItem.Answer.END}, acting_user=request.user)
    if not done.written:
        raise ValidationError(_("あなたの権限では終えられません。ほかの運用担当に頼んでください。"))
    return _("終えました。次の操作から使えなくなります。")


def _review_page(request: HttpRequest, found: ReviewCampaign) -> HttpResponse:
    verbs.look_at_review(request.subject, found)
    rows = board.organisations_in(found)
    page = Paginator(rows, ORGANISATIONS_A_PAGE).get_page(request.GET.get("page"))
    reports, undecided = review_report.parts(found), board.undecided(by_hand(found)) if found.closed_at else []
    taking, runs = takes_answers(found), _runs(request)
    context = {
        "review": found,
        "taking": taking,
        "runs": runs,
        "operates": limits.operates(request.subject),
        "rows": page,
        "people": sum(row.people for row in rows),
        "missing": sum(row.missing for row in rows),
        "left": sum(row.left for row in rows),
        "reminds": runs and taking and may_be_reminded(found, timezone.now()),
        "closes": runs and found.closed_at is None and not unanswered(found).exists(),
        "beyond": board.labelled(beyond(found)) if found.closed_at is None else [],
        "by_hand": undecided[:MOST_UNDECIDED],
        "more_by_hand": len(undecided[MOST_UNDECIDED:]),
        "outcomes": board.outcomes_in(found) if found.closed_at else [],
        "reports": range(1, len(reports) + 1),
        "vkey": str(review_report.verifier_of(reports[0])) if reports else "",
        "how_to_check": review_report.HOW_TO_CHECK,
        "file": _file_name(found, 1),
        **_pages(request, page, ORGANISATIONS_A_PAGE),
    }
    return render(request, "accounts/review.html", context)


def _pages(request: HttpRequest, page: object, size: int) -> dict[str, object]:
    """The addresses of the pages before and after, with everything else that was asked for."""

    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
        "size": size,
    }


def _file_name(found: ReviewCampaign, part: int) -> str:
    return f"review-{timezone.localdate(found.opened_at)}-{part}.txt"


@require_safe
@guarded_by(GET=Action.RUN_REVIEW)
def review_report_file(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """A part of the signed report, as a file."""
    found = _review_for(request, review_id)
    parts, asked = review_report.parts(found), request.GET.get("part", "1")
    if asked not in map(str, range(1, len(parts) + 1)):
        raise Http404
    verbs.look_at_review(request.subject, found, int(asked))
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(found, int(asked))}"'}
    return HttpResponse(parts[int(asked) - 1], content_type="text/plain; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.MANAGE_PEOPLE, POST=Action.MANAGE_PEOPLE)
@door.refusals_look_missing
def review_mine(request: HttpRequest) -> HttpResponse:
    """The people of one's own organisation (an operator: of the one chosen) with what they have, in the newest review."""
    organisation = door.organisation_asked(request, Action.MANAGE_PEOPLE)
    found = newest()
    if request.method != "POST":
        return _mine_page(request, organisation, found)
    if found is None:
        raise Http404
    try:
        _say_saved(request, _save(request, organisation, found))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    query = request.GET.urlencode()
    return redirect(f"{reverse('accounts:review_mine')}{'?' if query else ''}{query}")


def _save(request: HttpRequest, organisation: Organisation, found: ReviewCampaign) -> list[verbs.Answered]:
    """Person by person, so that what can't be saved of one holds up no other; ValidationError once no answer is taken any more."""
    items = ReviewItem.objects.select_related("person__organisation").filter(campaign=found, organisation=organisation)
    stays = request.POST.get("keep", "")
    sent = _sent(request.POST)
    people: dict[object, dict[UUID, str]] = defaultdict(dict)
    for item in items.exclude(person=request.subject.person):
        if str(item.person_id) == stays:
            people[item.person][item.pk] = ReviewItem.Answer.KEEP
        elif str(item.pk) in sent:
            people[item.person][item.pk] = sent[str(item.pk)]
    return [verbs.answer_for(found, person, said, acting_user=request.user) for person, said in people.items()]


def _sent(posted: QueryDict) -> dict[str, str]:
    """Item -> answer, where it is another one than the page showed: somebody else may have answered since."""
    return {
        name.removeprefix(_FIELD): answer
        for name, answer in posted.items()
        if name.startswith(_FIELD) and answer != posted.get(_WAS + name.removeprefix(_FIELD), "")
    }


def _say_saved(request: HttpRequest, done: list[verbs.Answered]) -> None:
    people, waiting = sum(bool(each.written) for each in done), sum(each.beyond for each in done)
    if people:
        said = ngettext("%(people)d人分の回答を保存しました。", "%(people)d人分の回答を保存しました。", people)
        messages.success(request, said % {"people": people})
    else:
        messages.info(request, _("変わった回答はありません。"))
    if waiting:
        said = ngettext(
            "%(count)d件は、あなたの権限では終えられないので、運用担当が終えます。",
            "%(count)d件は、あなたの権限では終えられないので、運用担当が終えます。",
            waiting,
        )
        messages.warning(request, said % {"count": waiting})


def _mine_page(request: HttpRequest, organisation: Organisation, found: ReviewCampaign | None) -> HttpResponse:
    context: dict[str, object] = {"organisation": organisation, "review": found, "query": request.GET.urlencode()}
    if found is not None:
        only = "missing" in request.GET
        page = Paginator(board.people_in(found, organisation, missing=only), PEOPLE_A_PAGE).get_page(
            request.GET.get("page")
        )
        others = request.GET.copy()
        others.pop("page", None)
        others.pop("missing", None)
        context |= {
            "taking": takes_answers(found),
            "only": only,
            "rows": board.shown(found, page.object_list, request.subject.person),
            "missing": len(board.people_in(found, organisation, missing=True)),
            "people": len(board.people_in(found, organisation)),
            "all_url": f"?{others.urlencode()}",
            "missing_url": f"?{others.urlencode()}{'&' if others else ''}missing",
            **_pages(request, page, PEOPLE_A_PAGE),
        }
    return render(request, "accounts/review_mine.html", context)
