"""Looks at one page the way a strict reviewer would, and says what is wrong with it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.council import NARROW, WIDE

WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"runOnly": WCAG_22_AA, "resultTypes": ["violations"]}


class Looking:
    """A page under observation: what its console says and what it asks of other hosts is kept as faults."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home, self.faults = page, home, []
        self.where, self.expected = "", 200
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._fault(f"script: {error}"))
        page.on("request", self._watch)

    def _fault(self, words: str) -> None:
        self.faults.append(f"{self.where}: {words}")

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium reports the status of the page itself, and asks for this icon, which no page names, at a moment of its own; every
        # other complaint (CSP, script, lost file) counts.
        where = message.location.get("url", "").removeprefix(self.home)
        own = (self.expected >= 400 and where == self.where) or where == "/favicon.ico"
        if message.type in ("error", "warning") and not own:
            self._fault(f"console: {message.text} {where}")

    def _watch(self, request: object) -> None:
        if not request.url.startswith((self.home, "data:")):
            self._fault(f"asked {request.url}")

    def visit(self, address: str, *, status: int = 200, language: str = "ja", axe_at: tuple = (WIDE, NARROW)) -> None:
        """Opens an address and looks at it at both widths."""
        self.where, self.expected = address, status
        answer = self.page.goto(address)
        if answer is None or answer.status != status:
            self._fault(f"status {answer and answer.status}")
        for width in (WIDE, NARROW):
            self.page.set_viewport_size(width)
            self._look(width["width"], language)
            if width in axe_at:
                self._axe(width["width"])
        self.page.set_viewport_size(WIDE)

    def _look(self, width: int, language: str) -> None:
        found = self.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.lang,"
            " document.querySelectorAll('h1').length, document.title]"
        )
        if found[0] > width:
            self._fault(f"{found[0]} wide at {width}")
        if found[1] != language or found[2] != 1 or not found[3]:
            self._fault(f"lang {found[1]}, {found[2]} h1, title {found[3]!r}")

    def _axe(self, width: int) -> None:
        for violation in Axe().run(self.page, options=RULES).response["violations"]:
            nodes = [node["target"] for node in violation["nodes"][:3]]
            self._fault(f"axe at {width}: {violation['id']} {nodes}")
