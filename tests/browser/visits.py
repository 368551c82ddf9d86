"""Which page is looked at as whom. A route that answers GET with a page and stands neither here nor among the exempt fails a test."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page

from council.guard import policies_of
from tests.browser.council import PEOPLE, STRANGER

READERS = ("reader_one", "reader_two", "reader_three", "publisher")
DESK = ("publisher", "approver")
RUNS_PEOPLE = ("administrator", "officer", "operator")
BULLETIN = 'main a[href^="/bulletins/"][lang]'
# A flash whose fourth part is a file.
_ATTACHED = f'{BULLETIN}:has-text("生産設備の更新ソフトに改ざんのおそれ")'
# The one bulletin of the demo that was corrected, and the one draft of its publisher that was never handed in.
_CORRECTED, _BEGUN = ':has-text("電源用半導体の模倣品")', ':has-text("年度内に始まる備蓄支援")'
PACKAGE = "main tbody th a"
MEMBER = 'section[aria-labelledby="found-h"] a'
DRAFT = 'section[aria-labelledby="stage-1"] a[href^="/desk/"]'
IN_REVIEW = 'section[aria-labelledby="stage-2"] a[href^="/desk/"]'
APPROVED = 'section[aria-labelledby="stage-3"] a[href^="/desk/"]'
PUBLISHED = 'section[aria-labelledby="stage-4"] a[href^="/desk/"]'
ENDED = 'section[aria-labelledby="stage-5"] a[href^="/desk/"]'


@dataclass(frozen=True)
class Visit:
    """A page as somebody: an address, or what the first link that `link` selects on `start` leads to, with `then` after it.

    `onward` selects a link on that page in its turn, and its page is the one that is looked at.
    """

    route: str
    who: Sequence[str]
    path: str = ""
    start: str = ""
    link: str = ""
    then: str = ""
    onward: str = ""
    status: int = 200

    def address(self, page: Page) -> str:
        if self.path:
            return self.path
        first = self._first(page, self.start, self.link) + self.then
        return self._first(page, first, self.onward) if self.onward else first

    @staticmethod
    def _first(page: Page, start: str, link: str) -> str:
        page.goto(start)
        found = page.locator(link)
        assert found.count(), f"{start} has no {link}"
        return found.first.get_attribute("href") or ""


NOWHERE = "/bulletins/00000000-0000-4000-8000-000000000000/"
VISITS = [
    Visit("home", tuple(PEOPLE), "/"),
    Visit("bulletins:list", READERS, "/bulletins/"),
    Visit("bulletins:list", ("reader_two",), "/bulletins/?q=zzzz&kind=flash"),
    Visit("bulletins:list", ("reader_two",), "/bulletins/?kind=nothing-like-it"),
    Visit("bulletins:list", ("reader_two",), "/bulletins/?q=の"),
    Visit("bulletins:searches", ("reader_two",), "/bulletins/searches/"),
    Visit("bulletins:detail", READERS, start="/bulletins/", link=BULLETIN),
    Visit("bulletins:detail", ("reader_three",), start="/bulletins/?tier=3", link=BULLETIN),
    Visit("bulletins:detail", ("reader_two",), start="/bulletins/?tier=2", link=BULLETIN),
    Visit("bulletins:detail", tuple(PEOPLE), NOWHERE, status=404),
    Visit("bulletins:copy", ("reader_two",), start="/bulletins/?tier=2", link=BULLETIN, then="copy/"),
    Visit(
        "bulletins:pages",
        ("reader_two",),
        start="/bulletins/?kind=flash",
        link=_ATTACHED,
        then="parts/4/pages/",
    ),
    Visit(
        "bulletins:changes",
        ("reader_two",),
        start="/bulletins/?kind=alert",
        link=BULLETIN + _CORRECTED,
        then="changes/",
    ),
    Visit("dues", READERS, "/deadlines/"),
    Visit("dues", ("reader_two",), "/deadlines/?view=month"),
    Visit("copies", ("reader_two",), "/me/copies/"),
    Visit("own-history", ("reader_two",), "/me/history/"),
    Visit("packages:list", ("reader_two", "administrator", "operator"), "/packages/"),
    Visit("packages:detail", ("reader_two",), start="/packages/", link=PACKAGE),
    Visit("desk:list", DESK, "/desk/"),
    Visit("desk:new", ("publisher",), "/desk/new/"),
    Visit("desk:work", ("publisher",), start="/desk/", link=DRAFT),
    Visit("desk:work", ("approver",), start="/desk/", link=IN_REVIEW, then="?as=1"),
    Visit("desk:work", ("publisher",), start="/desk/", link=PUBLISHED),
    Visit("desk:edit", ("publisher",), start="/desk/", link=DRAFT, then="edit/"),
    Visit("desk:revise", ("publisher",), start="/desk/", link=PUBLISHED, then="revise/"),
    Visit("desk:view-as-whom", ("publisher",), start="/desk/", link=DRAFT, then="as/?name=株式会社"),
    Visit("desk:what-if", ("publisher",), start="/desk/", link=DRAFT, then="what-if/"),
    Visit("desk:view-as", ("publisher",), start="/desk/", link=PUBLISHED, then="as/?name=翠嶺", onward=MEMBER),
    Visit("desk:schedule", ("publisher",), start="/desk/", link=APPROVED, then="schedule/"),
    Visit("desk:supersede", ("publisher",), start="/desk/", link=PUBLISHED, then="supersede/"),
    Visit("desk:changes", ("publisher",), start="/desk/", link=PUBLISHED + _CORRECTED, then="changes/?view=side"),
    Visit("desk:dispose", ("publisher",), start="/desk/", link=ENDED, then="dispose/"),
    Visit("desk:discard", ("publisher",), start="/desk/", link=DRAFT + _BEGUN, then="discard/"),
    Visit("desk:recall", ("publisher",), start="/desk/", link=PUBLISHED, then="recall/"),
    Visit("notices", ("reader_two", "publisher", "auditor"), "/notices/"),
    Visit("returns:list", ("reader_three", "officer"), "/returns/"),
    Visit("returns:one", ("reader_three",), start="/returns/", link='main a[href^="/returns/"]'),
    Visit("board:runs", DESK, "/board/"),
    Visit("board:one", DESK, start="/board/", link=".runs a"),
    Visit("board:one", ("publisher",), start="/board/", link=".runs a", then="&state=waiting&sort=-told"),
    Visit("audit-events", ("auditor", "administrator"), "/audit/events/"),
    Visit("audit-events", ("auditor",), "/audit/events/?action=received&outcome=allow"),
    Visit("audit-timeline", ("auditor", "administrator"), "/audit/timelines/?of=田"),
    Visit(
        "audit-timeline-person",
        ("auditor", "administrator"),
        start="/audit/events/",
        link='main a[href^="/audit/people/"]',
    ),
    Visit(
        "audit-timeline-bulletin",
        ("auditor", "administrator"),
        start="/audit/events/",
        link='main a[href^="/audit/bulletins/"]',
    ),
    Visit("audit-signals", ("auditor",), "/audit/signals/"),
    Visit("audit-desk", ("auditor",), "/audit/"),
    Visit("audit-verifications", ("auditor",), "/audit/verifications/"),
    Visit("audit-offline", ("auditor",), "/audit/offline/"),
    Visit("audit-packs", ("auditor",), "/audit/packs/"),
    Visit("audit-pack-new", ("auditor",), "/audit/packs/new/?outcome=deny"),
    Visit("audit-pack-new", ("auditor",), "/audit/packs/new/?since=yesterday"),
    Visit("audit-retention", ("auditor", "operator"), "/audit/retention/"),
    Visit("accounts:people", RUNS_PEOPLE, "/people/"),
    Visit("accounts:person", RUNS_PEOPLE, start="/people/", link='main tbody a[href^="/people/"]'),
    Visit("accounts:person_add", ("administrator", "operator"), "/people/add/"),
    Visit("accounts:organisation", ("administrator",), start="/people/", link='main a[href^="/organisations/"]'),
    Visit("accounts:organisation", ("operator",), start="/organisations/", link="main tbody th a"),
    Visit("accounts:organisations", ("operator",), "/organisations/"),
    Visit("accounts:organisation_add", ("operator",), "/organisations/add/"),
    Visit("accounts:subcommittees", ("operator",), "/subcommittees/"),
    Visit("accounts:keys", ("administrator",), "/keys/"),
    Visit("accounts:key_confirm", ("officer", "operator"), "/keys/confirm/"),
    Visit("accounts:clearances", ("officer",), "/clearances/"),
    Visit("accounts:clearances", ("officer",), "/clearances/?q=株式会社"),
    Visit("accounts:clearance", ("officer",), start="/clearances/?q=株式会社", link='main a[href^="/clearances/"]'),
    Visit(
        "accounts:clearance_end",
        ("officer",),
        start="/clearances/",
        link='section[aria-labelledby="held-h"] tbody th a',
        then="end/",
    ),
    Visit("accounts:register", ("officer",), "/register/"),
    Visit("accounts:register_new", ("officer",), "/register/new/"),
    Visit("accounts:register_item", ("officer",), start="/register/", link="main tbody th a"),
    Visit("accounts:register_figures", ("officer",), "/register/figures/"),
    Visit("accounts:designation_notices", ("reader_three",), "/designations/notices/"),
    Visit("accounts:certifications", ("officer",), "/certifications/"),
    Visit("accounts:certification", ("officer",), start="/certifications/", link="main tbody th a"),
    Visit("accounts:certification_mine", ("administrator",), "/certifications/mine/"),
    Visit("accounts:handlers", ("officer", "administrator"), "/handlers/"),
    Visit("accounts:handlers_mine", ("reader_two", "reader_three"), "/handlers/mine/"),
    Visit("accounts:proposals", ("officer", "administrator", "operator"), "/proposals/"),
    Visit("accounts:contacts", ("administrator", "operator"), "/contacts/"),
    Visit("accounts:reviews", ("officer", "operator", "auditor"), "/reviews/"),
    Visit("accounts:review_mine", ("administrator", "operator"), "/reviews/mine/"),
    Visit("accounts:me", ("reader_two", "reader_three", "auditor"), "/me/"),
    Visit("accounts:identities", ("reader_two",), "/me/identities/"),
    Visit("accounts:sessions", ("reader_two", "auditor"), "/me/sessions/"),
    Visit("accounts:factors", ("reader_two", "auditor"), "/me/factors/"),
    Visit("accounts:factor_passkey", ("reader_two",), "/me/factors/passkey/"),
    Visit("accounts:factor_app", ("reader_two",), "/me/factors/app/"),
    Visit("accounts:step_up", ("reader_two",), "/sign-in/confirm/"),
    Visit("house", ("administrator",), "/people/access/"),
    Visit("accounts:clock", ("officer", "administrator", "operator"), "/clock/"),
    Visit("accounts:pledges", ("operator",), "/pledges/"),
    Visit("accounts:emergencies", ("operator",), "/emergencies/"),
    Visit("accounts:pointers", ("reader_three", "reader_two"), "/pointers/"),
    Visit("accounts:pledge", ("reader_two",), "/pledge/"),
    Visit("account_change_password", ("reader_two",), "/sign-in/password/"),
    Visit("account_logout", ("reader_two",), "/sign-in/out/"),
    Visit("styleguide", ("reader_two",), "/styleguide/"),
    Visit("account_login", (STRANGER,), "/sign-in/"),
    Visit("account_login", (STRANGER,), "/desk/"),
    Visit("account_signup", (STRANGER,), "/sign-in/sign-up/"),
    Visit("accounts:enrol", (STRANGER,), "/enrol/spent/", status=404),
    Visit("help", (STRANGER, "reader_two"), "/help/"),
    Visit("accessibility", (STRANGER,), "/accessibility/"),
    Visit("terms", (STRANGER,), "/terms/"),
]
# Route -> why no browser looks at it.
EXEMPT = {
    "identity_callback": "where an identity provider sends the browser to, and leads on",
    "mfa_login_webauthn": "what the script of the sign-in page asks for",
    "mfa_authenticate": "of somebody whose password was right, looked at in test_sign_in.py",
    "accounts:factor_codes": "of somebody who has just used a passkey, looked at in test_sign_in.py",
    "accounts:factor_remove": "of somebody who has just used a passkey, looked at in test_sign_in.py",
    "due-feed": "a file for programs, never shown",
    "bulletins:page": "a picture inside bulletins:pages",
    "bulletins:file": "a file to be saved, never shown",
    "desk:file": "a file to be saved, never shown",
    "bulletins:figure": "a picture inside a page",
    "desk:figure": "a picture inside a page",
    "board:export": "a file to be saved, never shown",
    "board:runs-progress": "a piece of the page, for its script",
    "board:progress": "a piece of the page, for its script",
    "packages:folder": "files to be saved, never shown",
    "audit-proof": "a file to be saved, never shown",
    "audit-pack": "of a pack that test_audit_desk.py makes, and looked at there",
    "audit-pack-file": "a file to be saved, never shown",
    "audit-pack-progress": "a piece of the page, for its script",
    "audit-verification": "of a check that test_audit_desk.py starts, and looked at there",
    "audit-verification-progress": "a piece of the page, for its script",
    "audit-signal": "of a signal that test_audit_events.py raises, and looked at there",
    "accounts:key_challenge": "a file to be saved, never shown",
    "accounts:key_revoke": "of a key that test_key_journey.py registers, and looked at there",
    "accounts:review": "of a review that test_review.py begins, and looked at there",
    "accounts:register_figures_file": "a file to be saved, never shown",
    "accounts:review_report": "a file to be saved, never shown",
    "account_set_password": "everybody has a password, so it only leads to the page for changing it",
    "livez": "one word for machines",
    "readyz": "one word for machines",
}


def page_routes(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Names of the routes that answer GET, those of the API aside."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from page_routes(pattern.url_patterns, prefix + inside)
        elif "GET" in policies_of(pattern.callback) and not prefix.startswith("api:"):
            yield prefix + (pattern.name or str(pattern.pattern))


def routes_of_pages() -> set[str]:
    return set(page_routes(get_resolver("council.urls").url_patterns))
