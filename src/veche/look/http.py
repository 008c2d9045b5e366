"""What pages of every module do with a request: sign in first, clean input, the short memory."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import urlencode

from veche.look.context import place as address_of


def sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in page and back."""
    back = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{address_of('people:sign-in')}?{back}")


def cached(request: HttpRequest, response: HttpResponse, seconds: int = 5) -> HttpResponse:
    """Let the router answer other visitors with the same page for some seconds."""
    personal = request.COOKIES or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    if request.method == "GET" and not personal and response.status_code == 200:
        response["X-Veche-Cache"] = str(seconds)
    return response


def sent(request: HttpRequest) -> QueryDict:
    """What was sent, without the one character that PostgreSQL cannot keep."""
    data = request.POST.copy()
    for name, values in list(data.lists()):
        data.setlist(name, [str(value).replace("\x00", "") for value in values])
    return data
