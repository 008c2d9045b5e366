"""All files of a counted vote in one."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from veche.city.ballots.packing import OFFERED, packed
from veche.city.ballots.queries.votes import public_vote
from veche.errors import NotFound


class NoFilesYet(NotFound):
    """Files are given out once a vote is counted and they are packed."""

    code = "vote-files-later"
    sentence = _("The files of a vote are given out a few minutes after it is counted.")


@require_safe
def files(request: HttpRequest, number: str) -> HttpResponseBase:
    """All files of a vote as one.

    Raises:
        NoFilesYet: it is not counted, or not packed yet.
    """
    vote = public_vote(number)
    file = packed(vote) if vote.case.state in OFFERED else None
    if file is None:
        raise NoFilesYet
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"{number}.zip")
