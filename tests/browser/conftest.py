"""One Chromium and one demo council for the folder. Both end with it: playwright's event loop would be in Django's way later."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.council import Council
from tests.portal import deployment, serving

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A real Chromium of this machine; none is ever downloaded."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("There is no chromium on this machine; the browser tests need one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def council(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    """The demo council, serving."""
    with deployment(tmp_path_factory.mktemp("demo")) as portal:
        met = Council(portal, chromium)
        assert met.password
        with serving(portal):
            yield met
