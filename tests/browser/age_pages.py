"""Pages with the age components, served on loopback under the portal's own CSP; what is asked of the server is kept."""

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from csp.utils import build_policy
from django.contrib.staticfiles import finders
from django.template import Context, Engine
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, expect

from council.sealing.age_keys import Identity
from council.sealing.manifest import file_names
from tests.browser.looking import Looking
from tests.sealing import packages
from tests.sealing.packages import Made

FRAME = """{% load static %}<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>age</title>
<link rel="icon" href="{% static "icon.svg" %}">
{% if styled %}{% include "components/stylesheets.html" %}{% endif %}</head><body>{% include "components/sprite.html" %}
<main class="wrap page"><h1>age</h1>{{ inside }}</main></body></html>"""
# What a browser keeps for a page that one comes back to.
STORES = "() => [{...localStorage}, {...sessionStorage}, document.cookie]"
FORM = '<form method="post" action="/registered">{}<button class="button">送る</button></form>'

HTML = "text/html; charset=utf-8"
DONE = '<!doctype html><title>登録した</title><link rel="icon" href="/static/icon.svg">'


@dataclass
class Site:
    """A server: what lies at which path, and every request as it came over the wire."""

    address: str = ""
    pages: dict[str, tuple[str, bytes]] = field(default_factory=lambda: {"/": (HTML, DONE.encode())})
    asked: list[tuple[str, bytes]] = field(default_factory=list)

    def component(self, path: str, name: str, *, form: bool = False, styled: bool = False, **context: object) -> str:
        """Puts a component on a page of its own, with the portal's style sheets where looks matter; the page's address."""
        inside = render_to_string(f"components/{name}.html", context)
        inside = FORM.format(inside) if form else inside
        template = Engine.get_default().from_string(FRAME.replace("{{ inside }}", "{{ inside|safe }}"))
        self.pages[path] = (HTML, template.render(Context({"inside": inside, "styled": styled})).encode())
        return self.address + path

    def opener(self, made: Made, **context: object) -> str:
        """Puts the files of a package and a page that opens them on the server (without a proof an empty one); its address."""
        names = file_names(made.id)
        parts = (made.manifest, made.signature, made.header + made.payload, made.proof or b"")
        urls = [f"/packages/{name}" for name in (names.manifest, names.signature, names.age, names.proof)]
        self.pages.update({url: ("application/octet-stream", part) for url, part in zip(urls, parts, strict=True)})
        given = {
            "package": made.id,
            "organisation": packages.ORGANISATION,
            "vkey": str(packages.SIGNER.verifier),
            **dict(zip(("manifest_url", "signature_url", "age_url", "proof_url"), urls, strict=True)),
        }
        return self.component("/open", "package_opener", **{**given, **context})

    def posted(self) -> list[str]:
        """The bodies of the forms that were sent."""
        return [body.decode() for line, body in self.asked if line.startswith("POST")]

    def wire(self) -> bytes:
        """Everything that came over the wire."""
        return b"\n".join(part for line, body in self.asked for part in (line.encode(), body))


@contextmanager
def watched(chromium: Browser, served: Site) -> Iterator[Page]:
    """A page in a browser that knows nothing yet. Its console stays silent, and nothing is asked of another host."""
    served.asked.clear()
    context = chromium.new_context(locale="ja-JP", base_url=served.address)
    looking = Looking(context.new_page(), served.address)
    try:
        yield looking.page
    finally:
        context.close()
    # What the page saves comes from itself.
    faults = [fault for fault in looking.faults if "asked blob:" not in fault]
    assert not faults, faults


def identity_file(*identities: Identity, comments: str = "") -> dict:
    text = comments + "".join(each.text() + "\n" for each in identities)
    return {"name": "key.txt", "mimeType": "text/plain", "buffer": text.encode()}


def open_in(page: Page, address: str, file: dict | Path) -> None:
    """Goes to the page, names the identity and waits for the end."""
    page.goto(address)
    page.locator("[data-identity]").set_input_files(file)
    page.get_by_role("button", name="開く", exact=True).click()
    expect(page.locator("[data-package]")).to_have_attribute("aria-busy", "false")


def assert_refused(page: Page, code: str) -> None:
    """One sentence says why; nothing of the package stands on the page, and the identity is forgotten."""
    words = page.locator(f'template[data-error="{code}"]').evaluate("each => each.content.textContent.trim()")
    assert page.locator("[data-failure]").inner_text().strip() == words != ""
    assert page.locator("[data-opened]").is_hidden()
    assert page.locator("[data-text] *, [data-files] *").count() == 0
    assert "変電所" not in page.content()
    assert page.locator("[data-identity]").evaluate("each => each.files.length") == 0


@contextmanager
def site() -> Iterator[Site]:
    served = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(served: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802 - the name http.server calls
            self._keep(b"")
            found = served.pages.get(urlsplit(self.path).path) or _static(self.path)
            self._answer(*found) if found else self._answer("text/plain", b"", 404)

        def do_POST(self) -> None:  # noqa: N802
            self._keep(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(HTML, DONE.encode())

        def _keep(self, body: bytes) -> None:
            served.asked.append((f"{self.requestline}\n{self.headers}", body))

        def _answer(self, kind: str, body: bytes, status: int = 200) -> None:
            self.send_response(status)
            kept = "max-age=600" if self.path.startswith("/static/") else "no-store"
            headers = {"Content-Type": kind, "Content-Length": len(body), "Cache-Control": kept}
            for name, value in {**headers, "Content-Security-Policy": build_policy()}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Says nothing."""

    return Handler


def _static(path: str) -> tuple[str, bytes] | None:
    plain = urlsplit(path).path
    found = finders.find(plain.removeprefix("/static/")) if plain.startswith("/static/") else None
    return (mimetypes.guess_type(plain)[0] or "text/plain", Path(found).read_bytes()) if found else None
