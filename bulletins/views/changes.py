"""What changed from one revision to the next: for readers within what they get, for the desk as a whole."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bulletins import browse
from bulletins.actions.compare import Compared, inspect_changes, open_changes
from bulletins.change_sight import INLINE, SIDE, comparison_of
from bulletins.options import names_of_subcommittees
from bulletins.views.visibility import missing_unless_visible
from council.access.policy import Action
from council.guard import guarded_by


@guarded_by(GET=Action.READ)
@require_safe
@missing_unless_visible
def reader(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The served revision beside the one before it, each as the reader gets it."""
    compared = open_changes(request.subject, bulletin_id)
    return _page(request, compared, browse.subcommittee_names(request.subject), desk=False)


@guarded_by(GET=Action.INSPECT)
@require_safe
@missing_unless_visible
def desk(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The newest revision beside the served one, as a whole."""
    compared = inspect_changes(request.subject, bulletin_id)
    held = {each for side in (compared.before, compared.after) for each in side.revision.all_subcommittees}
    return _page(request, compared, names_of_subcommittees(sorted(held)), desk=True)


def _page(request: HttpRequest, compared: Compared, names: dict[str, str], *, desk: bool) -> HttpResponse:
    organisation, now = request.user.organisation.name, timezone.now()
    comparison = comparison_of(compared, names, organisation, desk=desk)
    reference = _("%(reference)s 第%(before)d版と第%(after)d版") % {
        "reference": compared.bulletin.reference,
        "before": compared.before.revision.number,
        "after": compared.after.revision.number,
    }
    handling = comparison.handling
    context = {
        "bulletin": compared.bulletin,
        "before": compared.before.revision,
        "after": compared.after.revision,
        "comparison": comparison,
        "view": SIDE if request.GET.get("view") == SIDE else INLINE,
        "desk": desk,
        "screen_tier": comparison.tier,
        "now": now,
        "reference_line": reference,
        "watermark": (
            f"{organisation}　{request.user.name}",
            f"{timezone.localtime(now):%Y-%m-%d %H:%M} JST　{reference}",
        ),
        "print_scope": "　".join(filter(None, (handling.scope, *handling.caveats))),
    }
    return render(request, "bulletins/changes.html", context)
