"""Who asks, and what they may do with a matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import Case
from veche.core.cases.operations import NoRoleForMove
from veche.core.moderation.access import judge_of, moderator_of
from veche.core.moderation.models import Decision
from veche.core.moderation.queries import case_of
from veche.core.moderation.written import Written, written_of
from veche.core.organisations.middleware import Asker, asker
from veche.errors import Refused

P = ParamSpec("P")


@dataclass(frozen=True)
class Standing:
    """What whoever asks is to a matter."""

    case: Case
    written: Written
    who: Asker
    moderator: bool
    author: bool


def carried_out(
    request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any]], object], done: str
) -> tuple[bool, int, str]:
    """Do what a form was sent for: ``act`` is given what was typed.

    Returns whether it was done (then ``done`` is said on the next page), else the status of the
    page that comes back and the sentence of a refusal.
    """
    if not form.is_valid():
        return False, 422, ""
    try:
        act(form.cleaned_data)
    except Refused as fault:
        return False, fault.status, str(fault)
    messages.success(request, done)
    return True, 200, ""


class SignInFirst(Exception):
    """A visitor asks for what only known people may see."""


def standing(
    request: HttpRequest, number: str, *, author: bool = False, judge: bool = False
) -> Standing:
    """The matter, for its moderators and, when ``author``, for whoever wrote it; when ``judge``,
    also for whoever decides on an objection that came up to them.

    Raises:
        SignInFirst: a visitor who is not its author.
        NoRoleForMove: somebody else.
        NotFound: there is no such matter.
    """
    case = case_of(number)
    who, written = asker(request), written_of(case)
    moderator = moderator_of(who.holdings, case) is not None
    own = author and written.is_author(request, case)
    above = judge and judge_of(who.holdings, case, climbed=True) is not None
    if above and not Decision.objects.filter(case=case, climbed_at__isnull=False).exists():
        above = False
    if not moderator and not own and not above:
        if who.person is None:
            raise SignInFirst
        raise NoRoleForMove(role=_("a moderator of this territory"))
    return Standing(case, written, who, moderator, own)


def guarded(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Visitors are led to the sign-in page and back; nothing is kept in caches."""

    @wraps(view)
    def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except SignInFirst:
            back = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('people:sign-in')}?{back}")
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return run
