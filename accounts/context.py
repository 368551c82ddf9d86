"""What the frame of every page needs: the portal, the person, the menu. A page that shows no frame asks nothing."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error as DatabaseFailure
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ceiling import until
from accounts.demo_people import demo_people, is_demo
from accounts.emergency_sight import banner
from accounts.models import RoleAssignment, Subcommittee
from accounts.strength import could_reach, reaches_until
from council.access.facts import Role, Subject
from council.access.tiers import Tier
from council.identity_settings import configured
from council.templatetags.portal import tier_label

Shown = TypeVar("Shown")

_RUNS_PEOPLE = {Role.ADMINISTRATOR, Role.CLEARANCE_OFFICER, Role.OPERATOR}
_CONFIRMS_KEYS = {Role.CLEARANCE_OFFICER, Role.OPERATOR}
_KEEPS_CONTACTS = {Role.ADMINISTRATOR, Role.OPERATOR}
_KEY_VIEWS = {"keys", "key_challenge", "key_revoke", "key_confirm", "contacts"}
_CLEARANCE_VIEWS = {
    "clearances", "clearance", "clearance_end", "certifications", "certification", "certification_mine", "handlers",
}  # fmt: skip
_REGISTER_VIEWS = {"register", "register_new", "register_item", "register_figures"}
_ONESELF = {"designation_notices", "handlers_mine", "me", "pledge", "pointers", "proposals"}
# The pages that the list of events leads to.
_EVENT_VIEWS = ("audit-event", "audit-timeline", "audit-quer")
# The menu has no room for more. What is left out then, in this order, is reached from the user menu, from the foot of each page, or from
# the desk.
_MOST_ENTRIES, _SPARED = 6, ("packages:list", "help", "board:runs", "accounts:clearances")
_ZONES = {"closed": gettext_lazy("閉域"), "connected": gettext_lazy("接続系")}


def portal(request: HttpRequest) -> dict:
    """`portal` (no queries), `person`, `menu` and `emergency` (few; nothing for strangers), `demo_people`."""
    return {
        "portal": {
            "council_name": settings.COUNCIL_NAME,
            "contact": settings.COUNCIL_CONTACT,
            "version": settings.VERSION,
            "zone": settings.COUNCIL_ZONE,
            "zone_label": _ZONES[settings.COUNCIL_ZONE],
            "demo": is_demo(),
        },
        "person": SimpleLazyObject(lambda: _or(None, lambda: _person(request))),
        "menu": SimpleLazyObject(lambda: _or([], lambda: _menu(request))),
        "emergency": SimpleLazyObject(lambda: _or(None, lambda: _emergency(request))),
        "demo_people": SimpleLazyObject(lambda: demo_people(request)),
        "identity_providers": SimpleLazyObject(configured),
    }


def _or(nothing: Shown, ask: Callable[[], Shown]) -> Shown:
    """The frame is drawn around error pages too: a database out of reach must not bring down the page that says so."""
    try:
        return ask()
    except (DatabaseFailure, ObjectDoesNotExist):
        return nothing


def _subject(request: HttpRequest) -> Subject | None:
    user = getattr(request, "user", None)
    return request.subject if user is not None and user.is_authenticated else None


def _emergency(request: HttpRequest) -> dict | None:
    """One query for each who is signed in, whoever they are; none for strangers, whose way in costs no query."""
    user = getattr(request, "user", None)
    return banner() if user is not None and user.is_authenticated else None


def roles_label(roles: frozenset[Role]) -> str:
    """組織管理者・承認者, in the order of the list of roles; 閲覧者 goes without saying next to another role."""
    told = roles - {Role.MEMBER} or roles
    return "・".join(str(label) for role, label in RoleAssignment.ROLES.items() if role in told)


def _person(request: HttpRequest) -> dict | None:
    subject = _subject(request)
    if subject is None:
        return None
    auditor = Role.AUDITOR in subject.roles
    named = Subcommittee.objects.filter(pk__in=subject.subcommittees).values_list("name", flat=True)
    return {
        "name": request.user.name,
        "organisation": request.user.organisation.name,
        "roles_label": roles_label(subject.roles),
        "ceiling_label": _("題名と本文は見ない") if auditor else tier_label(subject.ceiling),
        "ceiling_until": None if auditor else until(subject),
        "subcommittees": list(named) if subject.subcommittees else [],
        "packages_url": "" if auditor else _unless_in_the_menu(request, "packages:list"),
        **_session(request, subject),
    }


def _session(request: HttpRequest, subject: Subject) -> dict:
    """How far the person's session reaches of what is of use to them, until when, and whether a passkey would take it further."""
    could = could_reach(subject)
    reach = min(could, subject.session)
    return {
        "session_label": _session_label(subject, reach),
        "session_until": reaches_until(request, reach) if reach > Tier.ONE else None,
        "session_below": reach < could,
    }


def _session_label(subject: Subject, reach: Tier) -> str:
    """An auditor sees no content, whatever the tier."""
    if Role.AUDITOR in subject.roles:
        return _("パスキーで確かめました") if reach > Tier.ONE else _("パスキーでは確かめていません")
    return _("%(reach)sまで") % {"reach": tier_label(reach)}


def _unless_in_the_menu(request: HttpRequest, name: str) -> str:
    """The address of the route, for the user menu; empty where the menu has it."""
    url = _url(name)
    return "" if any(entry["url"] == url for entry in _menu(request)) else url


def key_pages(roles: frozenset[Role]) -> list[dict]:
    """The pages about keys and contacts that these roles open: name of the route, url, label."""
    offered = [
        (Role.ADMINISTRATOR in roles, "accounts:keys", _("自組織の鍵")),
        (roles & _CONFIRMS_KEYS, "accounts:key_confirm", _("鍵の確認")),
        (roles & _KEEPS_CONTACTS, "accounts:contacts", _("連絡先")),
    ]
    return [{"name": name, "url": reverse(name), "label": label} for may, name, label in offered if may]


def clearing_pages(roles: frozenset[Role]) -> list[dict]:
    """The pages about who handles what is designated, that these roles open: name of the route, url, label."""
    officer, administrator = Role.CLEARANCE_OFFICER in roles, Role.ADMINISTRATOR in roles
    offered = [
        (officer, "accounts:clearances", _("適性評価")),
        (officer, "accounts:certifications", _("適合事業者")),
        (administrator and not officer, "accounts:certification_mine", _("自社の認定")),
        (officer or administrator, "accounts:handlers", _("取扱者名簿")),
        (officer, "accounts:register", _("指定管理簿")),
        (officer, "accounts:proposals", _("確認を待つ提案")),
    ]
    return [{"name": name, "url": _url(name), "label": label} for may, name, label in offered if may and _url(name)]


def _menu(request: HttpRequest) -> list[dict]:
    subject = _subject(request)
    if subject is None:
        return []
    roles, where = subject.roles, getattr(request, "resolver_match", None)
    view, keys = where.view_name if where else "", key_pages(roles)
    if Role.AUDITOR in roles:
        return _auditors_menu(view)
    wanted = [
        (True, "home", _("私の机"), "home"),
        (True, "bulletins:list", _("情報一覧"), "bulletins"),
        (True, "packages:list", _("包み"), "packages"),
        (roles & {Role.PUBLISHER, Role.APPROVER}, "desk:list", _("作成・公開"), "desk"),
        (roles & {Role.PUBLISHER, Role.APPROVER}, "board:runs", _("配付状況"), "board"),
        (roles & _RUNS_PEOPLE, "accounts:people", _("名簿・権限"), "accounts"),
        (keys, keys[0]["name"] if keys else "", _("鍵・連絡先") if keys[1:] else _("鍵の確認"), "keys"),
        (Role.CLEARANCE_OFFICER in roles, "accounts:clearances", _("適性評価"), "clearances"),
        (Role.ADMINISTRATOR in roles, "audit-events", _("自社の記録"), "audit-events"),
        (True, "help", _("手引き"), "help"),
    ]
    shown = [row for row in wanted if row[0]]
    entries = [(_url(name), label, section) for _may, name, label, section in _fitting(shown)]
    return [{"url": url, "label": label, "current": _section(view) == mark} for url, label, mark in entries if url]


def _fitting(rows: list[tuple]) -> list[tuple]:
    for spared in _SPARED:
        if len(rows) > _MOST_ENTRIES:
            rows = [row for row in rows if row[1] != spared]
    return rows


def _auditors_menu(view: str) -> list[dict]:
    """Nobody is an auditor and something else, so these pages are all of their work. The help is at the head and the foot of each."""
    wanted = [
        ("audit-desk", _("監査の机"), ("audit-desk",)),
        ("audit-events", _("出来事"), ("audit-event", "audit-timeline", "audit-quer", "audit-signal")),
        ("audit-verifications", _("検証"), ("audit-verification", "audit-offline")),
        ("audit-packs", _("証拠一式"), ("audit-pack",)),
        ("audit-retention", _("保存と廃棄"), ("audit-retention", "audit-hold", "audit-disposal")),
        ("accounts:reviews", _("アクセスの見直し"), ("accounts:review",)),
    ]
    entries = [(_url(name), label, view.startswith(parts)) for name, label, parts in wanted]
    return [{"url": url, "label": label, "current": current} for url, label, current in entries if url]


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _section(view: str) -> str:
    """The section of the menu that the view belongs to; pages about oneself belong to none."""
    app, _colon, name = view.partition(":")
    if app == "accounts" and name in _KEY_VIEWS:
        return "keys"
    if view == "house":
        return "accounts"
    if app == "accounts" and name in _CLEARANCE_VIEWS | _REGISTER_VIEWS:
        return "clearances"
    if app.startswith(_EVENT_VIEWS):
        return "audit-events"
    return "" if app == "accounts" and name in _ONESELF else app
