"""Uploads never touch the disk in the clear, and what is too large is counted without being kept."""

from io import BytesIO

from django.http.multipartparser import MultiPartParser
from django.test import RequestFactory

from bulletins.draft_files import LARGEST_FILE
from bulletins.uploads import MOST_TOGETHER, InMemory


def uploaded(*sizes: int) -> list:
    """The files of a request with so many bytes each."""
    files = {f"file-{number}": BytesIO(b"x" * size) for number, size in enumerate(sizes)}
    for number, each in enumerate(files.values()):
        each.name = f"{number}.bin"
    request = RequestFactory().post("/", files)
    found = MultiPartParser(request.META, request, [InMemory(request)]).parse()[1]
    return [found[name] for name in files]


def test_a_large_file_stays_in_memory():
    (file,) = uploaded(5_000_000)
    assert (len(file.read()), file.size, hasattr(file, "temporary_file_path")) == (5_000_000, 5_000_000, False)


def test_of_a_file_that_is_too_large_no_more_is_kept_than_tells_it_apart():
    (file,) = uploaded(LARGEST_FILE + 1000)
    assert (len(file.read()), file.size) == (LARGEST_FILE + 1, LARGEST_FILE + 1000)


def test_a_request_can_not_fill_the_memory_with_many_files():
    files = uploaded(*[LARGEST_FILE] * 5)
    assert sum(len(file.read()) for file in files) == MOST_TOGETHER
    assert [file.size for file in files] == [LARGEST_FILE] * 5
