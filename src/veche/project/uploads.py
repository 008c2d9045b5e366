"""A file that is too large is left out; what was typed beside it is kept."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest


class TooLargeHandler(FileUploadHandler):
    """Skip a single file past ``settings.LARGEST_FILE`` bytes and go on with the form.

    The request is marked: ``too_large(request)`` names the fields whose file was left out.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._seen = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A new file begins: count from nothing."""
        super().new_file(*args, **kwargs)
        self._seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count; past the limit, skip the rest of this file.

        Raises:
            SkipFile: the file is larger than allowed.
        """
        self._seen += len(raw_data)
        if self._seen > settings.LARGEST_FILE:
            if self.request is not None:
                left_out = self.request.META.setdefault("veche.too_large", [])
                if self.field_name not in left_out:
                    left_out.append(self.field_name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """The handlers after this one keep the file."""
        return None


def too_large(request: HttpRequest) -> list[str]:
    """Names of the fields whose file was left out because it is too large."""
    request.POST  # noqa: B018 - reading the form is what fills the mark
    found: list[str] = request.META.get("veche.too_large", [])
    return found
