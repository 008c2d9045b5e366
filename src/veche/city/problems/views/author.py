"""What the author and the followers of a problem do on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.problems import operations
from veche.city.problems.access import is_author
from veche.city.problems.forms import ReturnForm, SeenForm
from veche.city.problems.models import Problem
from veche.city.problems.queries import mine as own
from veche.city.problems.views.common import pictures, problem_for, secret_of
from veche.city.problems.views.matter import page
from veche.core.notices import operations as notices
from veche.core.notices.queries import told_to
from veche.core.organisations.middleware import asker
from veche.errors import NotAllowed, Refused
from veche.look.context import place as address_of

Act = Callable[[HttpRequest, str], HttpResponse]


class OnlyTheAuthor(NotAllowed):
    """Somebody else wants to check or take back a problem."""

    code = "only-the-author"
    sentence = _("Only the author of the problem may do this.")


def _back(number: str, anchor: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("problems:matter", args=[number]) + anchor)


def _author_of(request: HttpRequest, number: str) -> tuple[Problem, Any]:
    """The problem, and the author as operations want it: None for an anonymous one.

    Raises:
        NotFound, OnlyTheAuthor: not theirs.
    """
    problem = problem_for(request, number)
    who = asker(request).person
    if not is_author(problem, who, secret_of(request, number)):
        raise OnlyTheAuthor
    return problem, who if problem.case.author_id is not None else None


def _seen(form: SeenForm | ReturnForm) -> int | None:
    """The number of steps the author saw; a broken number is no number."""
    value = form.cleaned_data.get("seen") if hasattr(form, "cleaned_data") else None
    return value if isinstance(value, int) else None


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """The author says that it is done."""
    if request.method != "POST":
        return _back(number)
    problem, who = _author_of(request, number)
    form = SeenForm(request.POST)
    form.is_valid()
    try:
        operations.confirm(
            by=who,
            at=clock.now(),
            case=problem.case,
            text=str(form.cleaned_data.get("text", "")).replace("\x00", ""),
            seen=_seen(form),
        )
    except Refused as refusal:
        return page(
            request, problem_for(request, number), refusal=str(refusal), status=refusal.status
        )
    messages.success(request, gettext("You confirmed that it is done. Thank you for looking."))
    return _back(number)


@never_cache
@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, number: str) -> HttpResponse:
    """The author says what is not done; the office works again."""
    if request.method != "POST":
        return _back(number, "#return")
    problem, who = _author_of(request, number)
    data = request.POST.copy()
    data["text"] = data.get("text", "").replace("\x00", "")
    form = ReturnForm(data, request.FILES)
    good, faults = pictures(request, request.FILES.getlist("photographs"))
    valid = form.is_valid()
    for _status, sentence in faults:
        form.add_error("photographs", sentence)
    if not valid or faults:
        status = faults[-1][0] if faults else 422
        return page(request, problem, returning=form, status=status)
    try:
        operations.send_back(
            by=who,
            at=clock.now(),
            case=problem.case,
            text=form.cleaned_data["text"],
            photographs=good,
            seen=_seen(form),
        )
    except Refused as refusal:
        return page(
            request,
            problem_for(request, number),
            returning=form,
            refusal=str(refusal),
            status=refusal.status,
        )
    messages.success(request, gettext("You returned the answer. The office works again."))
    return _back(number)


@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The author takes the problem back, after having been asked once more."""
    problem, who = _author_of(request, number)
    if request.method != "POST":
        return render(request, "problems/withdraw.html", {"problem": problem, "case": problem.case})
    form = SeenForm(request.POST)
    form.is_valid()
    try:
        operations.withdraw(by=who, at=clock.now(), case=problem.case, seen=_seen(form))
    except Refused as refusal:
        return page(
            request, problem_for(request, number), refusal=str(refusal), status=refusal.status
        )
    messages.success(request, gettext("You took the problem back."))
    return _back(number)


def _sign_in(request: HttpRequest, back: str) -> HttpResponse:
    """To the sign-in page and back; a plain refusal where there is none."""
    if target := address_of("people:sign-in"):
        return HttpResponseRedirect(f"{target}?{urlencode({'next': back})}")
    raise NotAllowed


def _following(request: HttpRequest, number: str, act: Callable[..., None]) -> HttpResponse:
    back = reverse("problems:matter", args=[number])
    person = asker(request).person
    if person is None:
        return _sign_in(request, back)
    if request.method == "POST":
        problem = problem_for(request, number)
        act(by=person, at=clock.now(), case=problem.case)
    return HttpResponseRedirect(back)


@never_cache
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Be told about a problem."""
    return _following(request, number, notices.follow)


@never_cache
@require_http_methods(["GET", "POST"])
def unfollow(request: HttpRequest, number: str) -> HttpResponse:
    """No longer be told about a problem."""
    return _following(request, number, notices.unfollow)


SAID = 10
"""Matters of which this page says what was said of them last."""


@never_cache
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """My problems, those I follow, and what was said to me; sent, it marks all as seen."""
    person = asker(request).person
    if person is None:
        return _sign_in(request, reverse("problems:mine"))
    if request.method == "POST":
        notices.mark_seen(by=person, at=clock.now())
        return HttpResponseRedirect(reverse("problems:mine"))
    at = clock.now()
    context = {
        "reported": own.reported_by(person),
        "followed": own.followed_by(person),
        "told": told_to(person)[0][:SAID],
        "now": at,
    }
    return render(request, "problems/mine.html", context)
