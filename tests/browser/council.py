"""The demo council in a portal of its own, met through a real Chromium by people who signed in on its page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.portal import Portal

# Role -> who of the demo council holds it.
PEOPLE = {
    "reader_one": "doi@yunagi.example",
    "reader_two": "kato@suirei.example",
    "reader_three": "kubota@shinonome.example",
    "administrator": "morimoto@suirei.example",
    "publisher": "ishida@kiban-hozen.example",
    "approver": "takahashi@kiban-hozen.example",
    "officer": "okazaki@kiban-hozen.example",
    "operator": "manabe@kyogikai.example",
    "auditor": "ogawa@dokuritsu-kansa.example",
}
STRANGER = "stranger"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 780}


@dataclass
class Council:
    """A serving portal with the demo council, and the browser to meet it with."""

    portal: Portal
    browser: Browser
    sessions: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def password(self) -> str:
        """What `manage.py demo` prints: everybody's password (a second run changes nothing)."""
        return re.search(r"Everybody's password: (\S+)", self.portal.manage("demo").stdout)[1]

    @contextmanager
    def context(self, who: str, **options: Any) -> Iterator[BrowserContext]:
        """A browser window of somebody who is signed in, or of a stranger."""
        if who != STRANGER and who not in self.sessions:
            self.sessions[who] = self._sign_in(PEOPLE[who])
        made = self.browser.new_context(
            base_url=self.portal.url,
            locale="ja-JP",
            storage_state=self.sessions.get(who),
            **{"viewport": WIDE, **options},
        )
        try:
            yield made
        finally:
            made.close()

    @contextmanager
    def page(self, who: str, **options: Any) -> Iterator[Page]:
        with self.context(who, **options) as context:
            yield context.new_page()

    def _sign_in(self, email: str) -> Any:
        with self.page(STRANGER) as page:
            enter(page, email)
            return page.context.storage_state()


def enter(page: Page, email: str) -> None:
    """Chooses somebody on the sign-in page of the demonstration, as if they had shown their passkey, and arrives at home."""
    page.goto("/sign-in/")
    page.locator(f'button[name="person"][value="{email}"]').click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
