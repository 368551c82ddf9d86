"""取扱者名簿: who is named, accepted and has signed, by item; and each person's own pages about it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import handler_pledge
from accounts import roster_sight as sight
from accounts.actions import rosters as verbs
from accounts.context import clearing_pages
from accounts.models import Organisation, RosterEntry
from accounts.roster_forms import NominateForm, ProlongForm
from accounts.views import door
from council.access import facts
from council.access.facts import Role
from council.access.policy import Action, Reason, decide
from council.guard import SIGNED_IN, guarded_by


def _home(request: HttpRequest) -> tuple[Organisation, bool]:
    """The reader's organisation, and whether they are an officer there; for who is neither that nor administrator there is no page."""
    home = facts.Organisation(request.subject.organisation)
    officer = bool(decide(request.subject, Action.MANAGE_CLEARANCES, home))
    if not officer:
        door.need(request, Action.NOMINATE, home, request.subject.organisation)
    return Organisation.objects.get(pk=request.subject.organisation), officer


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.NOMINATE, POST=Action.NOMINATE)
@door.refusals_look_missing
def handlers(request: HttpRequest) -> HttpResponse:
    """An officer's rosters by item, or an administrator's own people on them."""
    home, officer = _home(request)
    only_officer = officer and Role.ADMINISTRATOR not in request.subject.roles
    naming = request.method == "POST" and request.POST.get("do") == "nominate"
    oneself = request.subject.person if officer else ""
    form = NominateForm(request.POST if naming else None, home=home, oneself=oneself)
    if naming:
        if form.is_valid() and _nominate(request, form):
            return redirect("accounts:handlers")
    elif request.method == "POST":
        return _decide(request, home, officer)
    today = request.subject.today
    context = {
        "home": home,
        "officer": officer,
        "only_officer": only_officer,
        "rosters": sight.of_agency(home, today, request.subject.person) if officer else sight.of_home(home, today),
        "differing": sight.differing(home) if officer else 0,
        "form": form,
        "sections": clearing_pages(request.subject.roles),
    }
    return render(request, "accounts/handlers.html", context)


def _nominate(request: HttpRequest, form: NominateForm) -> RosterEntry | None:
    said = form.cleaned_data
    days = {"first_day": said["first_day"], "last_day": said["last_day"]}
    made = door.attempt(
        form,
        lambda: verbs.nominate_handler(said["designation"], said["person"], **days, acting_user=request.user),
    )
    if made:
        messages.success(request, _("推薦しました。行政機関が受け入れ、本人が誓約すると、取扱者になります。"))
    return made


def _decide(request: HttpRequest, home: Organisation, officer: bool) -> HttpResponse:
    do = request.POST.get("do", "")
    if do not in ("accept", "prolong", "end"):
        raise Http404
    entry = _entry(request, sight.entries_of_agency(home.pk) if officer else sight.entries_of_home(home.pk))
    try:
        if do == "accept":
            verbs.accept_handler(entry, acting_user=request.user)
            messages.success(request, _("受け入れました。本人が誓約すると、取扱者になります。"))
        elif do == "prolong":
            _prolong(request, entry)
        else:
            verbs.end_handling(entry, acting_user=request.user)
            messages.success(request, _("名簿から外しました。次の操作から、この項目は見られません。"))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("accounts:handlers")


def _prolong(request: HttpRequest, entry: RosterEntry) -> None:
    form = ProlongForm(request.POST)
    if not form.is_valid():
        raise ValidationError(form.errors["last_day"][0])
    verbs.prolong_handling(entry, last_day=form.cleaned_data["last_day"], acting_user=request.user)
    messages.success(request, _("延ばす推薦をしました。行政機関が受け入れ、本人が誓約すると、いまの期間に続きます。"))


def _entry(request: HttpRequest, entries: object) -> RosterEntry:
    """The entry that a button names, among those the reader was shown; otherwise it is not there."""
    found = door.row_numbered(entries, request.POST.get("entry", ""))
    if found is None:
        door.refuse(request, Action.NOMINATE, "", Reason.NOT_FOUND)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=SIGNED_IN, POST=SIGNED_IN)
@door.refusals_look_missing
def handlers_mine(request: HttpRequest) -> HttpResponse:
    """What I am named for; the sentences that wait for my signature, to be read and signed."""
    lines = sight.of_person(request.user, request.subject.today)
    if request.method == "POST":
        return _sign(request, {str(line.entry.pk): line.entry for line in lines})
    context = {
        "to_sign": [(line, handler_pledge.sentence(line.entry)) for line in lines if line.stands == "accepted"],
        "lines": [line for line in lines if line.stands != "accepted"],
        "version": handler_pledge.VERSION,
    }
    return render(request, "accounts/handlers_mine.html", context)


def _sign(request: HttpRequest, mine: dict[str, RosterEntry]) -> HttpResponse:
    entry = mine.get(request.POST.get("entry", ""))
    if entry is None:
        raise Http404
    version = request.POST.get("version", "")[:10]
    try:
        read = int(version) if version.isascii() and version.isdecimal() else 0
        verbs.pledge_handling(entry, read, acting_user=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("誓約しました。この項目の取扱者になりました。"))
    return redirect("accounts:handlers_mine")
