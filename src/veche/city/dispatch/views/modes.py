"""The mode of the city: one big sentence, what to do, since when, until when; what there was."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from veche import clock
from veche.city.dispatch import pictures_modes as pictures
from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.models import CityMode, ModeAct, ModeRule
from veche.city.dispatch.operations import modes as operations
from veche.city.dispatch.queries import command
from veche.city.dispatch.queries import modes as queries
from veche.city.dispatch.words_modes import ACTS, ROLES
from veche.core.cases.terms import city_zone
from veche.core.notices.feeds import EARLY, Atom
from veche.core.organisations.middleware import asker
from veche.core.organisations.roles import role_word
from veche.core.places.queries import atlas
from veche.languages import here
from veche.look.http import cached
from veche.tables import csv_whole
from veche.texts import readable

SETTERS = frozenset({"dispatcher", "mayor", "commander"})
"""Roles of which some enter modes; of which place is asked of each."""
SHOWN = dt.timedelta(days=90)
"""So far back the picture goes; the table of the open data has all."""
FEED = 50


def _history(at: dt.datetime, *, drill: bool = False) -> list[dict[str, Any]]:
    return [
        {
            "mode": one,
            "until": queries.end_of(one, at),
            "lasted": queries.end_of(one, at) - one.since,
            "now": (one.ended_at is None or one.ended_at > at) and one.until > at,
            "acts": sorted(one.acts.all(), key=lambda act: (act.at, act.pk)),
        }
        for one in queries.history(at - SHOWN, at, drill=drill)
    ]


@require_safe
def mode(request: HttpRequest) -> HttpResponse:
    """In which mode the city is, what everybody is advised, and what modes there were."""
    at, who = clock.now(), asker(request)
    found, words = queries.now(at), queries.levels()
    history = _history(at)
    since = (at - SHOWN).astimezone(city_zone())
    staff = bool(who.roles - {"volunteer"})
    context = {
        "at": at,
        "modes": [
            (one, one.age(at), _may(request, one, at)) for one in found
        ],
        "usual": words.get(rules.USUAL),
        "levels": [
            (level, [line for line in here(level.advice).splitlines() if line.strip()],
             [role_word(role) for role in level.told])
            for level in words.values()
        ],
        "tiers": list(ModeRule.objects.select_related("kind").order_by("level", "-tier", "pk")),
        "history": history,
        "lanes": pictures.lanes(
            [
                (str(row["mode"].territory), row["mode"].level, row["mode"].since, row["until"])
                for row in sorted(history, key=lambda row: row["mode"].territory.kind != "city")
            ],
            since,
            at.astimezone(city_zone()),
        ),
        "marks": pictures.marks(since, at.astimezone(city_zone())),
        "days": SHOWN.days,
        "enters": bool(who.roles & SETTERS),
        "staff": staff,
        "drills": _history(at, drill=True) if staff else [],
        "commander": command.commander(at),
    }  # fmt: skip
    return cached(request, render(request, "dispatch/modes/mode.html", context))


def _may(request: HttpRequest, one: queries.Mode, at: dt.datetime) -> bool:
    """Whether who asks extends and ends this mode."""
    who = asker(request)
    if not who.roles & SETTERS or one.territory is None:
        return False
    return operations.may_set(who.person, at, one.territory, one.level)


HEAD = ("mode", "place", "level", "since", "until", "ended", "acts", "reason", "as")


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """Every mode there was as a table; of drills none."""
    at = clock.now()
    rows: list[tuple[object, ...]] = [HEAD]
    for one in queries.history(EARLY, at):
        acts = sorted(one.acts.all(), key=lambda act: (act.at, act.pk))
        first = acts[0] if acts else None
        rows.append(
            (
                one.pk,
                one.territory.code,
                one.level,
                one.since.isoformat(timespec="seconds"),
                one.until.isoformat(timespec="seconds"),
                one.ended_at.isoformat(timespec="seconds") if one.ended_at else "",
                " ".join(act.kind for act in acts),
                first.reason if first else "",
                first.role if first else "",
            )
        )
    return cached(request, csv_whole("city-modes", rows))


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The feed of modes: what was entered, extended and ended, the newest first."""
    found = queries.acts(FEED)
    newest = max((one.at for one in found), default=EARLY)
    page = request.build_absolute_uri(reverse("dispatch:mode"))
    made = Atom(
        title=_("Modes of the city"),
        link=page,
        name="city-modes",
        updated=newest,
        own=request.build_absolute_uri(reverse("dispatch:mode-feed")),
    )
    words = queries.levels()
    for act in found:
        made.add_item(
            title=readable(_title(act, words)),
            link=page,
            description=readable(f"{act.reason} ({ROLES.get(act.role, act.role)})".strip()),
            unique_id=f"tag:{settings.MAIL_HOST},{act.at.date()}:mode-act-{act.pk}",
            pubdate=act.at,
            updateddate=act.at,
            author_name=here(settings.TOWN_NAMES) or settings.MAIL_HOST,
        )
    answer = HttpResponse(
        made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )
    answer["Last-Modified"] = newest.astimezone(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return cached(request, answer, 30)


def _title(act: ModeAct, words: dict[int, Any]) -> str:
    row: CityMode = act.mode
    name = here(words[row.level].names) if row.level in words else str(row.level)
    return _("{place}, mode {level} ({name}): {act}").format(
        place=row.territory, level=row.level, name=name, act=ACTS.get(act.kind, act.kind)
    )


def places() -> list[Any]:
    """The city and its districts."""
    known = atlas()
    city = known.home()
    return [city, *known.children(city)] if city else []
