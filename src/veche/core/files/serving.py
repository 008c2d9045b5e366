"""Answering with a photograph, so that a later redaction reaches every cache.

A photograph's address holds the digest of its content, so a covered one has a new address. No
cache may use its copy without asking (``no-cache`` with an entity tag): asking costs a line, and
the answer for a withdrawn photograph is 410 at once.
"""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from veche.core.files.models import StoredFile
from veche.core.files.queries import path_of, withdrawn
from veche.errors import NotFound, Refused


class Gone(Refused):
    """It was shown here once."""

    code = "photograph-gone"
    status = 410
    sentence = _("This photograph is no longer shown: a part of it was covered.")


def photograph(
    request: HttpRequest, file: StoredFile | None, *, address: str = "", small: bool, public: bool
) -> HttpResponseBase:
    """The bytes of ``file``; ``address`` is what was asked for when there is no such file.

    Raises:
        Gone: it was withdrawn.
        NotFound: there is none.
    """
    if file is None or file.withdrawn_at is not None:
        if file is not None or (address and withdrawn(address)):
            raise Gone
        raise NotFound
    tag = f'"{file.digest[:32]}{"s" if small else ""}"'
    response: HttpResponseBase
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        try:
            data = path_of(file.digest, small=small).open("rb")
        except OSError as error:
            raise NotFound from error
        response = FileResponse(data, content_type="image/jpeg")
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = tag
    response["Cache-Control"] = "public, no-cache" if public else "private, no-store"
    return response
