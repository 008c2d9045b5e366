"""Who a page of notices is for: the person signed in, or whoever holds a reader's link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from veche.core.notices import links
from veche.core.notices.models import Reader
from veche.errors import NotAllowed


def token_of(request: HttpRequest) -> str:
    """The token of the link, from the address or the form."""
    return (request.POST.get("token") or request.GET.get("token") or "")[:300]


def linked(request: HttpRequest) -> Reader | None:
    """The reader whose link was followed."""
    token = token_of(request)
    return links.reader_by(token) if token else None


def sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in page and back.

    Raises:
        NotAllowed: there is no such page.
    """
    try:
        target = reverse("people:sign-in")
    except NoReverseMatch:
        raise NotAllowed from None
    return HttpResponseRedirect(f"{target}?{urlencode({'next': request.get_full_path()[:400]})}")
