"""What the pages share: signing in first, tables, clean input."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpRequest, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.utils.http import urlencode

from veche.city.appeals.operations.refusals import SignInFirst
from veche.look.context import place as address_of


def sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in page and back.

    Raises:
        SignInFirst: there is no such page.
    """
    if target := address_of("people:sign-in"):
        back = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{target}?{back}")
    raise SignInFirst


def sent(request: HttpRequest) -> QueryDict:
    """What was sent, without the one character that PostgreSQL cannot keep."""
    data = request.POST.copy()
    for name, values in list(data.lists()):
        data.setlist(name, [str(value).replace("\x00", "") for value in values])
    return data


class _Echo:
    """A file that gives back what is written to it: one line of the table."""

    def write(self, text: str) -> str:
        return text


def _harmless(cell: object) -> object:
    """A cell that no table program takes for a formula; numbers stay numbers."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return cell


def table(name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Rows as a CSV file that table programs open as it is meant."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff"
        for row in rows:
            yield writer.writerow([_harmless(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
