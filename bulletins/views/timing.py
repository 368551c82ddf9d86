"""When: a moment at which a revision is published by itself, and the day on which what is published is looked at again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bulletins.actions.publish import schedule as schedule_verb
from bulletins.actions.publish import unschedule as unschedule_verb
from bulletins.actions.review_day import keep as keep_verb
from bulletins.moves_sight import of_schedule
from bulletins.schedule_form import KeepForm, ScheduleForm
from bulletins.views.deeds import LONGEST_NUMBER, UNPROCESSABLE, answer, missing_and_forbidden_alike, readable_or_sent
from bulletins.wording import refusal
from council.access.policy import Action
from council.guard import guarded_by
from council.templatetags.portal import jst, jst_date


@guarded_by(GET=Action.INSPECT, POST=Action.SCHEDULE)
@readable_or_sent
def schedule(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Asks for the moment, shows it in Japan and in UTC with the number of people, and plans it once that was confirmed."""
    with missing_and_forbidden_alike():
        sight = of_schedule(request.subject, bulletin_id)
    if sight["refused"]:
        messages.error(request, refusal(Action.SCHEDULE, sight["refused"]))
        return redirect("desk:work", bulletin_id)
    form = ScheduleForm(request.POST if request.method == "POST" else None)
    understood = request.method == "POST" and form.is_valid()
    if understood and request.POST.get("confirm") == "yes":
        return _plan(request, bulletin_id, form)
    context = {**sight, "form": form, "moment": form.moment() if understood else None}
    faulty = request.method == "POST" and not understood
    return render(request, "bulletins/desk_schedule.html", context, status=UNPROCESSABLE if faulty else 200)


def _plan(request: HttpRequest, bulletin_id: UUID, form: ScheduleForm) -> HttpResponse:
    said, moment = request.POST.get("expected_people", "")[:LONGEST_NUMBER], form.moment()
    people = int(said) if said.isdecimal() else -1
    return answer(
        request, bulletin_id, Action.SCHEDULE,
        lambda: schedule_verb(bulletin_id, moment, expected_people=people, acting_user=request.user),
        _("%(moment)s（日本時間）に公開する予定にしました。") % {"moment": jst(moment)},
    )  # fmt: skip


@guarded_by(POST=Action.PUBLISH)
@require_POST
def unschedule(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """scheduled → approved."""
    return answer(
        request, bulletin_id, Action.PUBLISH,
        lambda: unschedule_verb(bulletin_id, acting_user=request.user), _("公開の予定を取り消しました。"),
    )  # fmt: skip


@guarded_by(POST=Action.REVISE)
@require_POST
def keep(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Leaves what is published as it is, until another day or for good."""
    form = KeepForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("次に見直す日を、年月日で入れてください。"))
        return redirect("desk:work", bulletin_id)
    day, seen = form.cleaned_data["review_on"], form.cleaned_data["seen"]
    done = _("次は%(day)sに見直します。") % {"day": jst_date(day)} if day else _("見直しの日をなくしました。")
    return answer(
        request, bulletin_id, Action.REVISE,
        lambda: keep_verb(bulletin_id, day, seen=seen, acting_user=request.user), done,
    )  # fmt: skip
