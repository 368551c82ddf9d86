"""Pages that belong to no app: health, help, the words about the site, errors. None of them shows content."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext_lazy
from django.views.decorators.http import require_GET, require_POST, require_safe
from drf_spectacular.views import SpectacularAPIView

from council.api import Declared, kinds_of_problems, problem_response
from council.audit.context import current
from council.going_on import page_at
from council.guard import OPEN, SIGNED_IN, guarded_by
from council.keys import keyring
from council.sealing.errors import SealingError

# The statement of accessibility: its day, when its gaps were found, and what the tests of this portal look at. No person has looked yet.
_STATED_ON, _GAPS_FOUND_ON = date(2026, 11, 22), date(2026, 11, 21)
_BY_AXE = gettext_lazy("点検済み（axe-core）")
_CHECKED = [
    ("1.1.1", gettext_lazy("非テキストコンテンツ"), _BY_AXE),
    ("1.3.1", gettext_lazy("情報及び関係性"), _BY_AXE),
    ("1.4.3", gettext_lazy("コントラスト（最低限レベル）"), _BY_AXE),
    ("1.4.10", gettext_lazy("リフロー（WCAG 2.2）"), gettext_lazy("点検済み（幅360ピクセルで、ページが横に動かない）")),
    ("2.1.1", gettext_lazy("キーボード"), gettext_lazy("点検済み（主な仕事をキーボードだけで行う試験）")),
    ("2.4.1", gettext_lazy("ブロックスキップ"), _BY_AXE),
    ("2.4.2", gettext_lazy("ページタイトル"), _BY_AXE),
    ("2.4.4", gettext_lazy("リンクの目的（コンテキスト内）"), _BY_AXE),
    ("2.5.8", gettext_lazy("ターゲットのサイズ（WCAG 2.2）"), _BY_AXE),
    ("3.1.1", gettext_lazy("ページの言語"), _BY_AXE),
    ("3.1.2", gettext_lazy("一部分の言語"), _BY_AXE),
    ("3.3.2", gettext_lazy("ラベル又は説明"), _BY_AXE),
    ("4.1.2", gettext_lazy("名前、役割及び値"), _BY_AXE),
]


@login_not_required
@require_safe
@guarded_by(GET=OPEN)
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@guarded_by(GET=OPEN)
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database and keyring can be reached, 503 otherwise; never which of them."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM accounts_user LIMIT 1")
        keyring().current_epoch()
    except (DatabaseError, SealingError, OSError):
        return HttpResponse("unavailable", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@guarded_by(GET=OPEN)
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/help.html", {"problems": kinds_of_problems()})


@login_not_required
@require_safe
@guarded_by(GET=OPEN)
def accessibility(request: HttpRequest) -> HttpResponse:
    context = {"written_on": _STATED_ON, "found_on": _GAPS_FOUND_ON, "checked": _CHECKED}
    return render(request, "pages/accessibility.html", context)


@login_not_required
@require_safe
@guarded_by(GET=OPEN)
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/terms.html")


@require_GET
@guarded_by(GET=SIGNED_IN)
def styleguide(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide.html")


@login_not_required
@require_POST
@guarded_by(POST=OPEN)
def set_language(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen language in a cookie and goes back to the page it was chosen on."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = "/"
    response = HttpResponseRedirect(page_at(target))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=31_536_000,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    return response


@guarded_by(GET=SIGNED_IN)
class SchemaView(SpectacularAPIView):
    """The OpenAPI 3.1 description of this API, for whoever is signed in."""

    permission_classes = [Declared]


def _error(request: HttpRequest, code: int, page: str = "", **context: object) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(request, code)
    return render(request, page or f"{code}.html", context, status=code)


def _known_by_number() -> dict[str, object]:
    return {"request_id": current().id, "contact": settings.COUNCIL_CONTACT}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400, **_known_by_number())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 403, **_known_by_number())


def not_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token of this portal. Why it had none is nobody's business but the log's of the process."""
    return _error(request, 403, "403_csrf.html", **_known_by_number())


def too_often(request: HttpRequest) -> HttpResponse:
    """What the sign-in library answers whoever tried too often; the same words whether an account is there or not."""
    return _error(request, 429, **_known_by_number())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The one page for missing and forbidden: the same bytes whatever was asked for, so no number and no address on it."""
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(request, 500, **_known_by_number())
