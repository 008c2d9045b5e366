"""What came with a letter: photographs are shown, documents are handed out to be saved."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.appeals.access import WORDS, is_author, reads_documents, seen_by
from veche.city.appeals.models import Appeal, Enclosure
from veche.city.appeals.procedure import PUBLIC
from veche.city.appeals.views.common import secret_of
from veche.core.files.documents import ENDINGS, document_path
from veche.core.files.serving import Gone
from veche.core.files.serving import photograph as answer_photograph
from veche.core.moderation.queries import pictures
from veche.core.organisations.middleware import asker
from veche.core.people.operations import note_look
from veche.errors import NotFound

ACCEPT = ",".join(["image/jpeg", "image/png", "image/webp", *ENDINGS.values()])


def enclosed(appeal: Appeal, *, open_: bool) -> dict[str, Any]:
    """What the page of a letter says of its files; ``open_``: whoever asks may open documents."""
    return {
        "photographs": pictures(appeal.case),
        "documents": list(Enclosure.objects.filter(case=appeal.case).order_by("id")),
        "open_documents": open_,
    }


@require_safe
def photograph(request: HttpRequest, number: str, address: str, size: str) -> HttpResponseBase:
    """A photograph of a letter, for whoever may read its words.

    Raises:
        NotFound: there is none, or it is not for whoever asks.
        veche.core.files.serving.Gone: a part of it was covered, or the letter is hidden.
    """
    who = asker(request)
    appeal, how = seen_by(number, who.person, who.holdings, secret_of(request, number))
    if how != WORDS:
        raise Gone if appeal.case.hidden_at is not None else NotFound
    case = appeal.case
    file = next((one for one in pictures(case) if one.address == address), None)
    public = appeal.public and case.state in PUBLIC and case.hidden_at is None
    return answer_photograph(request, file, address=address, small=size == "small", public=public)


@never_cache
@require_safe
def document(request: HttpRequest, number: str, enclosure: int) -> HttpResponseBase:
    """A document of a letter, to be saved: for its author, its office and a moderator.

    It is never shown inside a page, whatever it holds.

    Raises:
        NotFound: there is none, or it is not for whoever asks.
    """
    who, secret = asker(request), secret_of(request, number)
    appeal, _how = seen_by(number, who.person, who.holdings, secret)
    if not reads_documents(appeal, who.person, who.holdings, secret):
        raise NotFound
    paper = Enclosure.objects.filter(case=appeal.case, pk=enclosure).first()
    if paper is None:
        raise NotFound
    author = appeal.case.author_id
    if author and who.person is not None and not is_author(appeal, who.person):
        note_look(
            by=who.person, at=clock.now(), person_id=author, what="letter", case_number=number
        )
    try:
        data = document_path(paper.digest).open("rb")
    except OSError as error:
        raise NotFound from error
    response = FileResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(paper.name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
