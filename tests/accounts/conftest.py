"""Every test of accounts begins with no sign-in attempts counted against anybody, and with a whole council at hand."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests import cast


@pytest.fixture(autouse=True)
def no_attempts_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world(db: None) -> cast.Council:
    return cast.council()
