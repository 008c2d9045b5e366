"""Atom feeds (RFC 4287) of what everybody may read."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from veche.core.cases.models import Case
from veche.core.cases.queries import history, procedure_of
from veche.core.notices import matters
from veche.core.notices.matters import Choice, Matter
from veche.core.notices.rules import LARGEST_RADIUS, street_of
from veche.core.places.queries import atlas
from veche.languages import here
from veche.texts import readable

MOST = 50
EARLY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Atom(Atom1Feed):
    """Django's feed under a name of its own that no language changes, and changed when what it
    holds was changed, not when somebody asked for it (RFC 4287, 4.2.6 and 4.2.15)."""

    def __init__(self, *, title: str, link: str, name: str, updated: dt.datetime, own: str) -> None:
        super().__init__(
            title=readable(title),
            link=link,
            description=None,
            language=(get_language() or "en").replace("hans", "Hans"),
            feed_url=own,
            feed_guid=f"tag:{settings.MAIL_HOST},{EARLY.year}:{name}",
            author_name=here(settings.TOWN_NAMES) or settings.MAIL_HOST,
        )
        self._updated = updated

    def latest_post_date(self) -> dt.datetime:
        """The moment of the newest change."""
        return self._updated


@dataclass(frozen=True)
class Feed:
    """A feed as it is sent."""

    text: str
    updated: dt.datetime


def build(query: Mapping[str, str], absolute: Callable[[str], str]) -> Feed | None:
    """The feed that an address asks for; None for a matter that nobody may read."""
    number = query.get("case", "")
    if number:
        return _of_matter(number, absolute)
    choice, title, kept = _choice(query)
    rows = matters.newest(choice, MOST)
    moments = [matter.moved_at or matter.at or EARLY for matter in rows]
    name = f"feed?{urlencode(kept)}" if kept else "feed"
    made = Atom(
        title=title,
        link=absolute(reverse("notices:subscribe")),
        name=name,
        updated=max(moments, default=EARLY),
        own=_own(kept, absolute),
    )
    for matter, at in zip(rows, moments, strict=True):
        _add(made, matter, readable(matter.title), readable(matter.text), at, absolute)
    return Feed(made.writeString("utf-8"), made.latest_post_date())


def _own(kept: Mapping[str, str], absolute: Callable[[str], str]) -> str:
    """The address of a feed itself, whole: a reader program subscribes to what stands there."""
    return absolute(reverse("notices:feed") + (f"?{urlencode(kept)}" if kept else ""))


def _add(
    made: Atom,
    matter: Matter,
    title: str,
    text: str,
    at: dt.datetime,
    absolute: Callable[[str], str],
    mark: str = "",
) -> None:
    link = absolute(matters.address(matter.procedure, matter.number))
    made.add_item(
        title=title,
        link=link,
        description=text,
        unique_id=f"tag:{settings.MAIL_HOST},{(matter.at or at).date()}:{matter.number}{mark}",
        pubdate=matter.at if not mark else at,
        updateddate=at,
        author_name=here(settings.TOWN_NAMES) or settings.MAIL_HOST,
    )


def _of_matter(number: str, absolute: Callable[[str], str]) -> Feed | None:
    """The steps of one matter."""
    case = Case.objects.filter(number=number).first() if "\x00" not in number else None
    matter = matters.find([(case.pk, case.procedure)]).get(case.pk) if case else None
    if case is None or matter is None or not matter.public:
        return None
    page = absolute(matters.address(case.procedure, number))
    moves = {move.name: move.title for move in procedure_of(case).moves}
    steps, shown = history(case), matters.instead(case)
    made = Atom(
        title=f"{number}: {matter.title}",
        link=page,
        name=number,
        updated=steps[-1].at if steps else case.opened_at,
        own=_own({"case": number}, absolute),
    )
    for step in reversed(steps):
        title = f"{number}: {moves.get(step.move, step.move)}"
        said = str(step.public.get("text", "")) if isinstance(step.public, dict) else ""
        said = shown.get(step.seq, said)  # parts of it were hidden
        _add(made, matter, readable(title), readable(said), step.at, absolute, f"/{step.seq}")
    return Feed(made.writeString("utf-8"), made.latest_post_date())


def _choice(query: Mapping[str, str]) -> tuple[Choice, str, dict[str, str]]:
    """The choice of an address, its name, and those of its parameters that narrow it; what is not
    understood does not."""
    places = atlas()
    home = places.home()
    narrow = places.by_code.get(query.get("place", ""))
    place = narrow or home
    theme = query.get("theme", "")
    known = matters.themes()
    theme = theme if any(one.code == theme for one in known) else ""
    street = " ".join(query.get("street", "").replace("\x00", " ").split())[:120]
    circle = _circle(query.get("circle", ""))
    where = str(place) if place else ""
    if circle:
        where = _("{metres} m around a point on the map").format(metres=circle[2])
    elif street:
        where = street
    what = matters.theme_name(theme, known) if theme else _("Everything")
    choice = Choice(
        territories=tuple(places.inside(place)) if place and not circle else (),
        theme=theme,
        street=street_of(street),
        circle=circle,
    )
    kept = {
        "circle": "{},{},{}".format(*circle) if circle else "",
        "place": narrow.code if narrow and not circle else "",
        "street": street,
        "theme": theme,
    }
    title = _("{what}: {where}").format(what=what, where=where)
    return choice, title, {name: value for name, value in kept.items() if value}


def _circle(text: str) -> tuple[float, float, int] | None:
    """Longitude, latitude, metres; None for anything that is no circle on the earth."""
    parts = text.split(",")
    if len(parts) != 3 or len(text) > 60:
        return None
    try:
        longitude, latitude, radius = (float(part) for part in parts)
    except ValueError:
        return None
    if not all(map(math.isfinite, (longitude, latitude, radius))):
        return None
    fits = -180 <= longitude <= 180 and -90 <= latitude <= 90 and 0 < radius <= LARGEST_RADIUS
    return (longitude, latitude, int(radius)) if fits else None
