"""What the pages share: signing in first, tables, clean input."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpRequest, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.utils.http import urlencode

from veche.city.appeals.operations.refusals import SignInFirst
from veche.core.moderation.limits import network_address
from veche.core.people.once import verified
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


_SECRETS = "letters"
_MOST_SECRETS = 8


def once(request: HttpRequest) -> HttpResponseRedirect:
    """To where a visitor shows an e-mail address for one letter, or signs in, and back."""
    if target := address_of("people:once"):
        back = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{target}?{back}")
    return sign_in(request)


def secret_of(request: HttpRequest, number: str) -> str:
    """The secret this browser holds for a letter; empty when it holds none."""
    held = request.session.get(_SECRETS) if "sessionid" in request.COOKIES else None
    return str(held.get(number, "")) if isinstance(held, dict) else ""


def hold_secret(request: HttpRequest, number: str, secret: str) -> None:
    """Let this browser act as the author of a letter written without an account."""
    held = request.session.get(_SECRETS)
    kept = dict(held) if isinstance(held, dict) else {}
    kept[number] = secret
    request.session[_SECRETS] = dict(list(kept.items())[-_MOST_SECRETS:])


def secret_in(given: str) -> str:
    """The secret that was made with the form; a new one when it was tampered with."""
    fits = len(given) == 32 and all(c.isalnum() or c in "-_" for c in given)
    return given if fits else secrets.token_urlsafe(24)


def sender_of(request: HttpRequest) -> dict[str, str]:
    """Against whose limits the letter of a visitor counts: the address shown, and the network."""
    return {"person": verified(request) or "", "address": network_address(request)}


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
