"""A page and nothing but a keyboard: Tab, Enter, Space, arrows, letters. Wherever the focus comes it has to be seen.

Also what a strict reviewer says of the page as it stands at that moment (look), at the width and in the language of the window.
"""

import gettext
import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser.council import Council
from tests.browser.looking import Looking

_LOCALE = Path(__file__).resolve().parents[2] / "council" / "locale"
# More presses than any page of the demo council has places to go to.
_PRESSES = 220
# What is wrong with the focus, if anything, and whether it is at `wanted`. What has it must be drawn, in the window, and not wholly
# under something else.
_FOCUS = """(wanted) => {
  const at = document.activeElement;
  if (!at || at === document.body) return ['nowhere', false];
  const name = `${at.tagName.toLowerCase()} ${(at.innerText || at.name || at.id || '').trim().slice(0, 40)}`;
  const boxes = [...at.getClientRects()].filter((box) => box.width && box.height);
  const drawn = getComputedStyle(at);
  if (drawn.outlineStyle === 'none' || parseFloat(drawn.outlineWidth) < 2) return [`no outline: ${name}`, false];
  const hits = (box) => {
    const [left, right] = [Math.max(box.left, 0) + 1, Math.min(box.right, innerWidth) - 1];
    const [top, bottom] = [Math.max(box.top, 0) + 1, Math.min(box.bottom, innerHeight) - 1];
    if (left > right + 1 || top > bottom + 1) return false;
    return [[left, top], [(left + right) / 2, (top + bottom) / 2], [right, bottom]].some(([x, y]) => {
      const there = document.elementFromPoint(x, y);
      return there && (at.contains(there) || there.contains(at));
    });
  };
  return [boxes.some(hits) ? '' : `out of sight: ${name}`, at === wanted];
}"""


class Hands:
    """Somebody's keyboard before a page."""

    def __init__(self, page: Page, council: Council) -> None:
        self.page, self.language, self._words = page, "ja", gettext.NullTranslations()
        self.looking = Looking(page, council.portal.url)

    def say(self, words: str) -> str:
        """Words of the portal, in the language of the window."""
        return self._words.gettext(words)

    def open(self, path: str = "/") -> None:
        """The one thing that is typed into the browser itself: an address to begin at."""
        self.page.goto(path)

    def in_english(self) -> None:
        """The switch in the first line; it keeps the page."""
        kept = self.page.url
        self.follow(self.page.get_by_role("button", name="English"))
        assert self.page.url == kept
        self.language = "en"
        self._words = gettext.translation("django", _LOCALE, ["en"])

    def to(self, wanted: Locator) -> None:
        """Presses Tab until the focus is there; fails where the keyboard cannot come, and where the focus can't be seen on the way.

        From the last place of a page the focus goes to the browser, and from there to the first: it is nowhere in between.
        """
        element = wanted.element_handle()
        for _press in range(_PRESSES):
            self.page.keyboard.press("Tab")
            fault, is_there = self.page.evaluate(_FOCUS, element)
            assert fault in ("", "nowhere"), f"{self.page.url}: {fault}"
            if is_there:
                return
        raise AssertionError(f"{self.page.url}: the keyboard does not reach {wanted}.")

    def press(self, wanted: Locator, *keys: str) -> None:
        """Goes there and presses the keys (Enter when none is named); the focus is not lost by it."""
        self.to(wanted)
        for key in keys or ("Enter",):
            self.page.keyboard.press(key)
        fault, _is_there = self.page.evaluate(_FOCUS, None)
        assert not fault, f"{self.page.url}: {fault}"

    def type(self, wanted: Locator, words: str) -> None:
        self.to(wanted)
        self.page.keyboard.insert_text(words)

    def follow(self, wanted: Locator | None = None, key: str = "Enter") -> None:
        """Follows a link or presses a button that leads to a page, and waits for that page. Without one: presses where the focus is."""
        if wanted:
            self.to(wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def link(self, words: str | re.Pattern) -> Locator:
        """The first link of the page itself with these words."""
        found = self.page.locator("main").get_by_role("link", name=self._named(words))
        return found.locator("visible=true").first

    def button(self, words: str | re.Pattern) -> Locator:
        """The last button of the page with these words: what closes something stands below what it closes."""
        return self.page.get_by_role("button", name=self._named(words)).locator("visible=true").last

    def field(self, words: str) -> Locator:
        return self.page.locator("main").get_by_label(self.say(words)).locator("visible=true").first

    def _named(self, words: str | re.Pattern) -> str | re.Pattern:
        return self.say(words) if isinstance(words, str) else words

    def look(self) -> None:
        """The page as it stands: no barrier, no sideways scrolling, its language said."""
        size = self.page.viewport_size or {}
        self.looking.where = self.page.url
        self.looking._look(size["width"], self.language)
        self.looking._axe(size["width"])
        assert not self.looking.faults, self.looking.faults
        _keep_picture(self.page)


def _keep_picture(page: Page) -> None:
    """Where COUNCIL_PICTURES names a folder: one picture of every station, to be looked at."""
    folder = os.environ.get("COUNCIL_PICTURES")
    if folder:
        taken = len(list(Path(folder).glob("*.png")))
        page.screenshot(path=f"{folder}/{taken:03d}-{page.viewport_size['width']}.png", full_page=True)
