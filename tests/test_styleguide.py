"""The style guide shows every component: the folder of components and what the page brings in are compared."""

import re
from pathlib import Path

from django.conf import settings
from django.test import Client

from tests import cast

TEMPLATES = Path(settings.BASE_DIR) / "council" / "templates"
_BRINGS_IN = re.compile(r"""{%\s*(?:include|extends)\s+"([\w/]+\.html)\"""")
# What has no sample of its own, each with its reason.
NO_SAMPLE = {
    "components/form.html": "no more than the errors and the fields, which have theirs",
    "components/key_maker.html": "stands once on a page, with a script that makes keys",
    "components/key_proof.html": "stands once on a page, with a script that opens challenges",
    "components/package_opener.html": "stands once on a page, with a package to open",
}


def _reached(name: str) -> set[str]:
    """The template and everything that it brings in, and what these do."""
    seen, todo = set(), [name]
    while todo:
        now = todo.pop()
        seen.add(now)
        todo += set(_BRINGS_IN.findall((TEMPLATES / now).read_text("utf-8"))) - seen
    return seen


def test_every_component_stands_in_the_style_guide_or_says_why_not() -> None:
    there = {f"components/{path.name}" for path in (TEMPLATES / "components").glob("*.html")}
    assert there - _reached("styleguide.html") == set(NO_SAMPLE)


def test_the_style_guide_opens_with_a_sample_of_the_emergency(db: None, client: Client) -> None:
    page = cast.sign_in(client, cast.person(cast.organisation())).get("/styleguide/").text
    assert page.count('id="emergency-sample"') == 1
    assert 'id="emergency-title"' not in page
    assert 'data-print="forbidden" data-copy="forbidden"' in page
