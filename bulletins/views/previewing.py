"""The look of what is typed: the form as it was sent, rendered as readers will get it, and a way back with every word."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_POST

from bulletins import editor
from bulletins.desk import may_begin
from bulletins.looks import look_at
from bulletins.options import options_for
from bulletins.views.visibility import missing_unless_visible
from council.access.policy import Action
from council.guard import guarded_by

# Said by preview.js, which puts the answer under the field.
FRAGMENT = "X-Fragment"
_EDITORS = {"desk:new", "desk:edit", "desk:revise"}
_NOT_TAKEN_BACK = {"csrfmiddlewaretoken", "preview", "at"}


@guarded_by(POST=Action.DRAFT)
@require_POST
@missing_unless_visible
def preview(request: HttpRequest) -> HttpResponse:
    """One part of the form (preview=3), or all of it. The words are the author's own and nothing is kept: the event names the page."""
    may_begin(request.subject)
    options, sent = options_for(request.subject), request.POST
    wanted = sent.get("preview", "")
    only = int(wanted) if wanted.isdecimal() and len(wanted) < 4 else None
    written = editor.posted(sent, request.FILES, options, number=2 if "change_summary" in sent else 1)
    whole = look_at(written, options, request.user.organisation.name, only=only)
    context = {"whole": whole, "only": only, "screen_tier": whole.tier}
    if FRAGMENT in request.headers:
        return render(request, "bulletins/desk_look.html", context)
    back = {"back_to": _editor_at(sent.get("at", "")), "typed": list(_typed(sent)), "files_lost": bool(request.FILES)}
    return render(request, "bulletins/desk_preview.html", {**context, **back})


def _editor_at(path: str) -> str:
    """The address of the form, when it is one of an editor; a form is never sent anywhere else."""
    try:
        return path if resolve(path).view_name in _EDITORS else reverse("desk:new")
    except Resolver404:
        return reverse("desk:new")


def _typed(sent: QueryDict) -> Iterator[tuple[str, str]]:
    """Every field that goes back into the form."""
    for name, values in sent.lists():
        if name not in _NOT_TAKEN_BACK:
            yield from ((name, value) for value in values)
