"""Reading notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from veche.core.cases.models import Case
from veche.core.notices import matters
from veche.core.notices.matters import Theme
from veche.core.notices.models import (
    Following,
    MailServer,
    Notice,
    PushAddress,
    Reader,
    Subscription,
    Wish,
)
from veche.core.notices.words import sentence
from veche.core.organisations.queries import holdings
from veche.core.places.queries import atlas
from veche.look.words import number as written

if TYPE_CHECKING:
    from veche.core.people.models import Person


def follows(person: Person | None, case: Case) -> bool:
    """Whether the person follows the case."""
    if person is None or not person.is_authenticated:
        return False
    return Following.objects.filter(person=person, case=case).exists()


def followers(case: Case) -> int:
    """How many follow the case."""
    return Following.objects.filter(case=case).count()


MOST_UNSEEN = 99


def unseen(person: Person) -> int:
    """How many notices a person has not looked at; a hundred stands for more."""
    # On every page of whoever is signed in: written by hand, the mapper took two milliseconds.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM notices_notice"
            " WHERE person_id = %s AND seen_at IS NULL LIMIT %s) one",
            [person.pk, MOST_UNSEEN + 1],
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Said:
    """A notice in words: what happened, when, and whether its reader has seen it."""

    text: str
    at: dt.datetime
    seen: bool


@dataclass(frozen=True)
class Told:
    """What was said of one matter, the newest first."""

    number: str
    title: str
    """Empty where the matter is not public and not the reader's own."""
    place: str
    url: str
    topic: str
    """One of `rules.TOPICS`: why the reader was told of the newest."""
    steps: list[Said]

    @property
    def new(self) -> int:
        """How many of them the reader has not seen."""
        return sum(not step.seen for step in self.steps)

    @property
    def at(self) -> dt.datetime:
        """The moment of the newest."""
        return self.steps[0].at


PAGE = 40
"""Notices of one page; a matter of which more was said goes on overleaf."""


def told_to(person: Person, page: int = 1, topic: str = "") -> tuple[list[Told], bool]:
    """One page of a person's notices by matter, the newest first, and whether there are more.

    Four queries and some for the modules whose matters they are, however many there are.
    """
    rows = Notice.objects.filter(person=person).select_related("case")
    if topic:
        rows = rows.filter(topic=topic)
    first = (page - 1) * PAGE
    found = list(rows.order_by("-id")[first : first + PAGE + 1])
    known = matters.find({(row.case_id, row.case.procedure) for row in found})
    places = atlas()
    told: dict[int, Told] = {}
    # The latest are taken by their place in the table, which has the index; a reader looks for the
    # newest moment.
    for row in sorted(found[:PAGE], key=lambda row: (row.at, row.pk), reverse=True):
        case, matter = row.case, known.get(row.case_id)
        if case.pk not in told:
            shown = matter is not None and (matter.public or case.author_id == person.pk)
            place = places.by_id.get(case.territory_id)
            told[case.pk] = Told(
                number=case.number,
                title=matter.title if matter is not None and shown else "",
                place=str(place) if place is not None else "",
                url=matters.address(case.procedure, case.number),
                topic=row.topic,
                steps=[],
            )
        said = sentence(row.kind, case.number, row.details)
        told[case.pk].steps.append(Said(said, row.at, row.seen_at is not None))
    return list(told.values()), len(found) > PAGE


def reader_of(person: Person) -> Reader | None:
    """The reader of an account; None for one who was never told anything."""
    return Reader.objects.filter(person=person).select_related("person").first()


def devices(person: Person) -> int:
    """How many browsers of a person are woken."""
    return PushAddress.objects.filter(reader__person=person).count()


@dataclass(frozen=True)
class Subscribed:
    """One subscription in words."""

    pk: int
    words: str
    feed: str
    """Parameters of the feed that says the same to everybody."""


def subscriptions(reader: Reader | None) -> list[Subscribed]:
    """The subscriptions of a reader to areas, streets, circles and themes."""
    if reader is None:
        return []
    themes = matters.themes()
    return [
        Subscribed(row.pk, in_words(row, themes), feed_of(row))
        for row in Subscription.objects.filter(reader=reader)
        .select_related("territory")
        .order_by("id")
    ]


@dataclass(frozen=True)
class Followed:
    """A matter somebody follows."""

    case: int
    number: str
    title: str
    url: str


def matters_of(reader: Reader | None, limit: int = 200) -> list[Followed]:
    """The matters of a reader, newest first."""
    if reader is None:
        return []
    rows = list(
        Following.objects.filter(reader=reader).select_related("case").order_by("-id")[:limit]
    )
    known = matters.find({(row.case_id, row.case.procedure) for row in rows})
    found = []
    for row in rows:
        case = row.case
        matter = known.get(case.pk)
        own = reader.person_id is not None and case.author_id == reader.person_id
        title = matter.title if matter and (matter.public or own) else ""
        found.append(
            Followed(case.pk, case.number, title, matters.address(case.procedure, case.number))
        )
    return found


def in_words(row: Subscription, themes: Sequence[Theme]) -> str:
    """“Potholes: Bridge Street”; what stands behind a subscription in the active language."""
    what = matters.theme_name(row.theme, themes) if row.theme else _("Everything")
    if row.radius is not None:
        where = _("{metres} m around a point on the map").format(metres=written(row.radius))
    elif row.street:
        where = row.street_name or row.street
    elif row.territory is not None:
        where = str(row.territory)
    else:
        where = _("in the whole city")
    return _("{what}: {where}").format(what=what, where=where)


def feed_of(row: Subscription) -> str:
    """The query of the Atom feed of the same choice."""
    from urllib.parse import urlencode

    pairs: dict[str, str] = {}
    if row.radius is not None:
        pairs["circle"] = f"{row.longitude},{row.latitude},{row.radius}"
    elif row.territory is not None:
        pairs["place"] = row.territory.code
    if row.street:
        pairs["street"] = row.street_name or row.street
    if row.theme:
        pairs["theme"] = row.theme
    return urlencode(pairs)


def wish_words(wish: Wish, language: str) -> str:
    """What somebody asked for by e-mail, in the language they asked in."""
    what = wish.what
    with translation.override(language):
        if what.get("case"):
            return _("Matter {number}").format(number=what["case"])
        row = Subscription(
            street=what.get("street") or "",
            street_name=what.get("street") or "",
            longitude=what.get("longitude"),
            latitude=what.get("latitude"),
            radius=what.get("radius"),
            theme=what.get("theme") or "",
        )
        row.territory = atlas().by_id.get(what.get("territory") or 0)
        return in_words(row, matters.themes())


@dataclass(frozen=True)
class Due:
    """Something that is due, for a calendar."""

    number: str
    title: str
    url: str
    at: dt.datetime
    moved_at: dt.datetime
    seq: int
    mine: bool
    """Whether it is the person's own work, not only a matter they follow."""


MOST_DUE = 500


def due_of(person: Person, at: dt.datetime) -> list[Due]:
    """What is due: the open matters a person reported or follows, and those of their offices."""
    held = holdings(person, at)
    offices = [h.organisation_id for h in held if h.role == "officer" and h.organisation_id]
    mine = Q(author=person) | Q(pk__in=Following.objects.filter(person=person).values("case"))
    rows = Case.objects.filter(closed_at__isnull=True, due_at__isnull=False)
    cases = list(
        rows.filter(mine | Q(organisation__in=offices)).order_by("due_at", "id")[:MOST_DUE]
        if offices
        else rows.filter(mine).order_by("due_at", "id")[:MOST_DUE]
    )
    known = matters.find({(case.pk, case.procedure) for case in cases})
    found = []
    for case in cases:
        matter = known.get(case.pk)
        own = case.author_id == person.pk or case.organisation_id in offices
        assert case.due_at is not None
        found.append(
            Due(
                number=case.number,
                title=matter.title if matter and (matter.public or own) else "",
                url=matters.address(case.procedure, case.number),
                at=case.due_at,
                moved_at=case.moved_at or case.opened_at,
                seq=case.seq,
                mine=case.organisation_id in offices,
            )
        )
    return found


def mail_server() -> MailServer | None:
    """Whether the mail server answers; None while no letter was ever sent."""
    return MailServer.objects.filter(pk=1).first()
