"""An identity provider in a process of its own (tests/foreign/oidc.mjs), and a browser's way through it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client

FOREIGN = Path(__file__).parent / "foreign"
CLIENT, SECRET = "portal", "himitsu+no kotoba%"
needs_provider = pytest.mark.skipif(
    shutil.which("node") is None or not (FOREIGN / "node_modules/oidc-provider").is_dir(),
    reason="npm's oidc-provider is not installed: npm install in tests/foreign",
)


@dataclass(frozen=True)
class Provider:
    """A provider that answers at its issuer; `entry` is what COUNCIL_IDENTITY says of it."""

    issuer: str
    entry: dict

    @property
    def id(self) -> str:
        return self.entry["id"]

    def next_is(self, name: str, fault: str = "") -> None:
        """Who signs in next there, and what goes wrong."""
        origin = urlsplit(self.issuer)._replace(path="").geturl()
        requests.get(f"{origin}/as/{name}?{urlencode({'fault': fault})}", timeout=10).raise_for_status()

    def answer_to(self, address: str, browser: requests.Session | None = None) -> str:
        """Where the provider sends the browser back to: path and query at the portal. A browser that was there before is known there."""
        with browser or requests.Session() as browser:
            for _ in range(8):
                answer = browser.get(address, allow_redirects=False, timeout=10)
                assert answer.status_code in {302, 303}, (answer.status_code, answer.text)
                address = requests.compat.urljoin(address, answer.headers["Location"])
                if "/callback/" in address:
                    parts = urlsplit(address)
                    return f"{parts.path}?{parts.query}"
        raise AssertionError("the provider never came back")

    def sign_out(self, address: str, browser: requests.Session) -> str:
        """Says yes to the provider's question whether to sign out there; where it sends the browser then."""
        page = browser.get(address, timeout=10)
        assert page.status_code == 200, page.text
        form = re.search(r'action="([^"]+)".*?name="xsrf" value="([^"]+)"', page.text, re.S)
        done = browser.post(form[1], {"xsrf": form[2], "logout": "yes"}, allow_redirects=False, timeout=10)
        return done.headers["Location"]

    def begin(self, client: Client, following: str = "") -> str:
        """Where the portal sends the browser."""
        sent = client.post(f"/sign-in/identity/{self.id}/", {"next": following} if following else {})
        assert sent.status_code == 302, sent.content.decode()
        return sent["Location"]

    def sign_in(self, client: Client, name: str, fault: str = "", following: str = "") -> HttpResponse:
        """The whole way there and back."""
        self.next_is(name, fault)
        return client.get(self.answer_to(self.begin(client, following)))


@contextmanager
def provider(accounts: dict[str, dict], url: str, *, path: str = "", **entry: object) -> Iterator[Provider]:
    """Runs one with these accounts (name, which is the subject, and claims) for the portal at the URL."""
    entry = {"kind": "gbizid", "label": "GビズID", "client_id": CLIENT, "client_secret": SECRET, **entry}
    entry.setdefault("id", entry["kind"])
    scopes = [each for each in entry.get("scopes", ["profile", "user", "email"]) if each != "openid"]
    told = {
        "client_id": CLIENT, "client_secret": SECRET, "accounts": accounts, "path": path, "scopes": scopes,
        "redirect_uri": f"{url}/sign-in/identity/{entry['id']}/callback/", "after_leaving": f"{url}/sign-in/",
    }  # fmt: skip
    with subprocess.Popen(
        ["node", FOREIGN / "oidc.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            process.stdin.write(json.dumps(told) + "\n")
            process.stdin.flush()
            issuer = process.stdout.readline().strip()
            assert issuer.startswith("http"), "the provider did not start"
            yield Provider(issuer, {**entry, "issuer": issuer})
        finally:
            process.terminate()
