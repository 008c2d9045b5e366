"""Who may come to the desk, and what is said to the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from veche.core.desk.module import SEATS
from veche.core.desk.operations.refusals import NotAtDesk
from veche.core.organisations.middleware import asker

P = ParamSpec("P")


def staff_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Visitors are led to the sign-in page and back, others are told whose page it is; nothing of
    the desk is kept in caches."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        who = asker(request)
        if who.person is None:
            here = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('people:sign-in')}?{here}")
        if who.roles.isdisjoint((*SEATS, "administrator")):
            raise NotAtDesk
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


def after(request: HttpRequest, otherwise: str = "") -> str:
    """Where to go after a step: back to where one came from, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    if (
        wanted.startswith("/")
        and url_has_allowed_host_and_scheme(wanted, None)
        and "\\" not in wanted
        and len(urlsplit(wanted).path) < 200
    ):
        return wanted
    return otherwise or reverse("desk:queue")
