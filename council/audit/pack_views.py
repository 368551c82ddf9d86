"""証拠一式: what a pack would hold, the making of one, and its file. For auditors; each may take what another asked for."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from council.access.policy import Action
from council.audit import pack_file, packs
from council.audit.desk_views import SCREEN_TIER
from council.audit.filters import EventFilter
from council.audit.models import EvidencePack
from council.audit.parties import people_named
from council.audit.reading import auditor_of, events_for, refuse
from council.audit.status import unfinished
from council.guard import guarded_by


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def listing(request: HttpRequest) -> HttpResponse:
    """The packs of every auditor, newest first."""
    auditor_of(request.subject)
    now, rows = timezone.now(), packs.last()
    names = people_named(each.asked_by for each in rows)
    shown = [
        {
            "pack": each,
            "who": names.get(str(each.asked_by), ""),
            "filter": _words(each),
            "there": packs.is_there(each, now),
        }
        for each in rows
    ]
    return _page(request, "audit/packs.html", {"rows": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@guarded_by(GET=Action.READ_EVENTS, POST=Action.READ_EVENTS)
def new(request: HttpRequest) -> HttpResponse:
    """What a pack of the filter in the address would hold, and how to narrow it; POST asks for it."""
    reader = auditor_of(request.subject)
    asked = EventFilter(request.GET, queryset=events_for(reader))
    logs = "logs" in (request.POST if request.method == "POST" else request.GET)
    plan = packs.plan_of(asked.qs, logs=logs) if asked.is_valid() else None
    query = {name: value for name in asked.form.fields if (value := request.GET.get(name, ""))}
    if request.method == "POST" and plan and not plan.too_many and not plan.empty:
        return redirect("audit-pack", packs.ask_for(query, plan, subject=reader.subject).pk)
    context = {
        "form": asked.form, "plan": plan, "logs": logs, "back": f"?{urlencode(query)}" if query else "",
        "most": f"{packs.MOST:,}", "most_proofs": f"{pack_file.MOST_PROOFS:,}", "days": packs.KEPT.days,
        "refused": request.method == "POST",
    }  # fmt: skip
    return _page(request, "audit/pack_new.html", context)


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def one(request: HttpRequest, pack_id: UUID) -> HttpResponse:
    """How far a pack is, or its file."""
    return _page(request, "audit/pack.html", _of_one(request, pack_id))


@require_safe
@guarded_by(GET=Action.READ_EVENTS)
def progress(request: HttpRequest, pack_id: UUID) -> HttpResponse:
    """The moving part of the same page."""
    return render(request, "audit/pack_live.html", _of_one(request, pack_id))


@require_http_methods(["GET"])
@guarded_by(GET=Action.READ_EVENTS)
def file(request: HttpRequest, pack_id: UUID) -> StreamingHttpResponse:
    """The ZIP, decrypted while it is sent."""
    reader, pack = auditor_of(request.subject), packs.one(pack_id)
    if pack is None or not packs.is_there(pack, timezone.now()):
        refuse(reader, request.path)
    try:
        content = packs.take(pack, subject=reader.subject)
    except LookupError:
        refuse(reader, request.path)
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=f"{pack.pk}.zip"),
        "Content-Length": str(pack.size),
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(content, content_type="application/zip", headers=headers)


def _of_one(request: HttpRequest, pack_id: UUID) -> dict:
    reader, pack, now = auditor_of(request.subject), packs.one(pack_id), timezone.now()
    if pack is None:
        refuse(reader, request.path)
    return {
        "task": pack, "live": pack.state in unfinished(), "there": packs.is_there(pack, now), "now": now, "filter": _words(pack),
        "who": people_named([pack.asked_by]).get(str(pack.asked_by), ""), "count": f"{pack.events:,}", "size": f"{pack.size:,}",
        "logs": bool(pack.query.get("logs")), "proofs": pack.events <= pack_file.MOST_PROOFS,
    }  # fmt: skip


def _words(pack: EvidencePack) -> str:
    """The filter of a pack with the labels of its fields: いつから 2026-11-01、操作 資料を開く."""
    form = EventFilter(pack.query.get("filter", {})).form
    told = []
    for name, value in pack.query.get("filter", {}).items():
        field = form.fields.get(name)
        choices = dict(getattr(field, "choices", ()))
        told.append(f"{field.label if field else name} {choices.get(value, value)}")
    return _("、").join(told) or _("すべての出来事")


def _page(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    return render(request, template, {**context, "screen_tier": SCREEN_TIER})
