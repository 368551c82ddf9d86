"""One portal for the stories of this folder: real processes, a real worker, no mocks."""

from collections.abc import Iterator

import pytest

from tests.portal import Portal, deployment, serving


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A serving portal with nothing in it."""
    with deployment(tmp_path_factory.mktemp("portal")) as portal, serving(portal):
        yield portal
