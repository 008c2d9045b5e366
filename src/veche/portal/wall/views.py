"""The wall, its rows, and the screens in rooms that show it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.dispatch.models import Screen
from veche.city.dispatch.operations import screens as operations
from veche.city.dispatch.queries import screens as queries
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Invalid
from veche.look.http import cached, sent, sign_in
from veche.portal.wall import words
from veche.portal.wall.forms import ScreenForm
from veche.portal.wall.fragments import PARTS, context, rows_address
from veche.portal.wall.rows import rows as rows_of
from veche.portal.wall.snapshot import take
from veche.portal.wall.walls import (
    DRILL,
    INSIDE,
    PUBLIC,
    NotForTheStaff,
    Wall,
    give_pass,
    insider,
)
from veche.tables import csv_whole

SECONDS = 2
"""How old the public wall may be when its page is opened."""


def _asked(request: HttpRequest) -> Wall:
    """The wall that an address asks for; what is for the staff only if they may.

    Raises:
        NotForTheStaff: drills or the inner wall, and the reader is none of the staff.
    """
    wants_drill = "drill" in request.GET
    if request.GET.get("view") == "public" and not wants_drill:
        return PUBLIC
    inside = insider(asker(request).roles)
    if not inside and (wants_drill or request.GET.get("view") == "inside"):
        raise NotForTheStaff
    if wants_drill:
        return DRILL
    return INSIDE if inside else PUBLIC


def _shown(request: HttpRequest, wall: Wall, screen: Screen | None = None) -> HttpResponse:
    at = clock.now()
    language = get_language() or "en"
    told: dict[str, Any] = context(take(wall, at))
    theme = "light" if request.GET.get("theme") == "light" else "dark"
    other = request.GET.copy()
    other["theme"] = "dark" if theme == "light" else "light"
    if wall.inside:
        live = urlencode({"pass": give_pass(wall, language, screen.pk if screen else 0)})
    else:
        live = urlencode({"language": language})
    told |= {
        "parts": [f"portal/wall/parts/{name}.html" for name in PARTS],
        "theme": theme,
        "other_theme": f"?{other.urlencode()}",
        "live": f"/wall/live?{live}",
        "screen": screen,
        "may_drill": screen is None and wall.inside,
        "may_hang": screen is None and bool(asker(request).city_roles & operations.HANGERS),
    }
    return render(request, "portal/wall/wall.html", told)


@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """The wall: what is public, or for whoever watches or leads the city, what is inside.

    Raises:
        NotForTheStaff: what is asked for is for the staff only.
    """
    inner = "drill" in request.GET or request.GET.get("view", "public") != "public"
    if inner and asker(request).person is None:
        return sign_in(request)
    chosen = _asked(request)
    answer = _shown(request, chosen)
    if chosen.inside:
        answer["Cache-Control"] = "no-store"
        return answer
    return cached(request, answer, SECONDS)


@never_cache
@require_safe
def screen(request: HttpRequest, word: str) -> HttpResponse:
    """The wall on a screen in a room where nobody is signed in; that it looked is written down.

    Raises:
        veche.city.dispatch.queries.screens.UnknownScreen: it was withdrawn, or never was.
    """
    found = queries.screen_of(word)
    operations.look(at=clock.now(), screen=found)
    if not found.inside:
        return _shown(request, PUBLIC, found)
    return _shown(request, DRILL if "drill" in request.GET else INSIDE, found)


@require_safe
def rows(request: HttpRequest, what: str) -> HttpResponse:
    """The rows behind a number.

    Raises:
        NotForTheStaff: they are for the staff only.
        veche.portal.wall.rows.NoSuchNumber: the wall counts no such thing.
    """
    inner = what == "alarms" or "drill" in request.GET
    if inner and asker(request).person is None:
        return sign_in(request)
    chosen = _asked(request)
    if what == "alarms" and not chosen.inside:
        raise NotForTheStaff
    place = atlas().by_code.get(request.GET.get("place", "").replace("\x00", ""))
    shown = take(chosen, clock.now())
    found = rows_of(shown, what, place)
    if request.GET.get("as") == "csv":
        answer = csv_whole(f"wall-{what}", [found.columns, *found.table])
    else:
        query = request.GET.copy()
        query["as"] = "csv"
        told = {
            "found": found,
            "title": words.TITLES[what],
            "place": place,
            "at": shown.at,
            "wall": chosen,
            "csv": f"?{query.urlencode()}",
            "back": reverse("portal:wall") + ("?drill=1" if chosen.drill else ""),
            "whole": rows_address(chosen, what),
        }
        answer = render(request, "portal/wall/rows.html", told)
    return answer if chosen.inside else cached(request, answer, SECONDS)


# Screens in rooms -----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def screens(request: HttpRequest, person: Person) -> HttpResponse:
    """The screens that hang in rooms; a new one is given its address, told once.

    Raises:
        veche.city.dispatch.operations.screens.MayNotHangScreens: they do not lead the whole city.
    """
    at = clock.now()
    if not operations.may_hang(person, at):
        raise operations.MayNotHangScreens
    form = ScreenForm(sent(request) if request.method == "POST" else None)
    told: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            made, word = operations.hang_screen(by=person, at=at, **form.cleaned_data)
            path = reverse("portal:wall-screen", args=[word])
            told = {"made": made, "address": request.build_absolute_uri(path)}
            form = ScreenForm()
        except Invalid as refused:
            form.add_error(refused.field or None, str(refused))
    told |= {"form": form, "screens": queries.screens(), "at": at}
    status = 422 if form.errors else 200
    return render(request, "portal/wall/screens.html", told, status=status)


@require_POST
@signed_in("")
def withdraw(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Take a screen's address away.

    Raises:
        veche.city.dispatch.queries.screens.UnknownScreen: there is no such screen.
        veche.city.dispatch.operations.screens.ScreenEnded: it is withdrawn already.
    """
    found = Screen.objects.filter(pk=pk).first()
    if found is None:
        raise queries.UnknownScreen
    operations.withdraw_screen(by=person, at=clock.now(), screen=found)
    return redirect("portal:wall-screens")
