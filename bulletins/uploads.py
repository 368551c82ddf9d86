"""Uploads stay in memory: Django's own handler would put what is above 2.5 MB into a temporary file, in the clear."""

from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from bulletins.draft_files import LARGEST_FILE

# Together, for one request; what comes after is counted and thrown away, and such a file is refused as too large.
MOST_TOGETHER = 4 * LARGEST_FILE


class InMemory(FileUploadHandler):
    """Keeps each file in memory, one byte past the largest that is taken; `size` is always the size that was sent."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.together = 0

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keeps what there is room for."""
        room = min(LARGEST_FILE + 1 - self.kept.tell(), MOST_TOGETHER - self.together)
        chunk = raw_data[: max(room, 0)]
        self.kept.write(chunk)
        self.together += len(chunk)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file, perhaps cut short; `size` tells."""
        self.kept.seek(0)
        about = (self.content_type, file_size, self.charset, self.content_type_extra)
        return InMemoryUploadedFile(self.kept, self.field_name, self.file_name, *about)


def whole(upload: UploadedFile) -> bytes:
    """The bytes; nothing of a file that was cut short because the request was too large: it is refused as that."""
    data = upload.read()
    return data if len(data) == upload.size else b""
