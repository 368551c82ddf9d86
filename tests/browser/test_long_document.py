"""A real document of 205 KB as a page: its structure is there, its leftovers are not, and it opens."""

import json
import os
from pathlib import Path

import pytest

from tests.browser.council import PEOPLE, Council
from tests.portal import ROOT

# The first test of the folder waits for the demo council as well.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
SHARED = Path(os.environ.get("COUNCIL_REAL_INPUT", ROOT.parent / "shared" / "real-input"))
DOCUMENT = SHARED / "manufacturing-base-report-2026-04.md"
TIMES = "() => { const t = performance.getEntriesByType('navigation')[0]; return [t.responseEnd - t.requestStart, t.loadEventEnd] }"


@pytest.mark.skipif(not DOCUMENT.exists(), reason="The real documents are not on this machine.")
def test_a_long_document_opens_with_its_structure(council: Council, record_property: object) -> None:
    council.portal.manage("import_bulletins", str(DOCUMENT), "--as", PEOPLE["publisher"], "--tier", "1", "--publish")
    with council.page("reader_two") as page:
        page.goto("/bulletins/?q=製造基盤強化")
        page.locator(".record-title a").first.click()
        answer, loaded = page.evaluate(TIMES)
        record_property("milliseconds", json.dumps([answer, loaded]))
        print(f"\n205 KB: answered in {answer:.0f} ms, loaded after {loaded:.0f} ms")
        body = page.locator("article.doc")
        assert all(body.locator(tag).count() for tag in ("table", "h2", "ul > li"))
        text = body.inner_text()
        assert len(text) > 50_000
        assert "**" not in text
        assert "\f" not in text
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
