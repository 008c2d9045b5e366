"""Pages for who is signed in, or holds a role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused

P = ParamSpec("P")


def signed_in(
    role: str, refusal: type[Refused] | None = None
) -> Callable[
    [Callable[Concatenate[HttpRequest, Person, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """Only for somebody signed in who holds ``role``; empty: any."""

    def wrapped(
        view: Callable[Concatenate[HttpRequest, Person, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        @never_cache
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            who = asker(request)
            if who.person is None:
                here = urlencode({"next": request.get_full_path()})
                return redirect(f"{reverse('people:sign-in')}?{here}")
            if refusal is not None and role not in who.roles:
                raise refusal
            return view(request, who.person, *args, **kwargs)

        return guarded

    return wrapped
