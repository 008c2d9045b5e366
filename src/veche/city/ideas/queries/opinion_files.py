"""A conversation as files that others can read and count again: the form is that of Polis.

A statement that nobody has read yet is in none of them; of a rejected one the votes are, not the
words. Moments are days, so that no vote can be told by when it was cast; nobody is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.models import Statement
from veche.city.ideas.opinion.limits import FEWEST
from veche.core.cases.terms import city_zone
from veche.errors import NotFound

if TYPE_CHECKING:
    from veche.city.ideas.models import OpinionMap
    from veche.city.ideas.queries.opinion import Talked

NAMES = ("comments", "votes", "participants-votes", "summary")
_BATCH = 2_000
Rows = Iterator[Sequence[object]]


class FilesLater(NotFound):
    """Files of very few people would tell who said what."""

    code = "opinion-files-later"
    sentence = _("The files are given out when {fewest} people have taken part.")


def given_out(kept: OpinionMap | None) -> bool:
    """Whether enough have taken part for the files to be given out."""
    return kept is not None and bool(kept.body) and kept.body["participants"] >= FEWEST


def rows(name: str, talked: Talked, kept: OpinionMap | None, page: str) -> Rows:
    """The rows of one file, the names of its columns first; ``page``: the address of the map.

    Raises:
        NotFound: there is no file of this name.
        FilesLater: too few have taken part.
    """
    if name not in NAMES:
        raise NotFound
    if kept is None or not given_out(kept):
        raise FilesLater(fewest=FEWEST)
    if name == "comments":
        return _comments(kept.pk)
    if name == "votes":
        return _votes(kept.pk)
    if name == "participants-votes":
        return _participants(kept)
    return _summary(talked, kept, page)


def _day(at: dt.datetime) -> tuple[int, str]:
    """The noon of the city's day: in milliseconds, and to be read."""
    zone = city_zone()
    noon = dt.datetime.combine(at.astimezone(zone).date(), dt.time(12), zone)
    return int(noon.timestamp() * 1000), noon.date().isoformat()


def _all(matter: int) -> list[Statement]:
    found = Statement.objects.filter(matter=matter).exclude(standing="waiting")
    return list(found.order_by("number"))


def _comments(matter: int) -> Rows:
    yield (
        "timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated",
        "is-meta", "comment-body",
    )  # fmt: skip
    for one in _all(matter):
        shown = one.standing == "shown"
        yield (
            *_day(one.at), one.number, "", one.agrees, one.disagrees, 1 if shown else -1,
            "true" if one.meta else "false", one.text if shown else "",
        )  # fmt: skip


def _read(statement: str, matter: int) -> Iterator[tuple[object, ...]]:
    """Rows of a statement, some thousand at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, [matter])
        while part := cursor.fetchmany(_BATCH):
            yield from part


_VOTES = """
SELECT v.at, s.number, v.participant, v.value
FROM ideas_statement s JOIN ideas_statementvote v ON v.statement_id = s.id
WHERE s.matter_id = %s AND s.standing <> 'waiting' ORDER BY s.number, v.participant
"""


def _votes(matter: int) -> Rows:
    yield "timestamp", "datetime", "comment-id", "voter-id", "vote"
    days: dict[dt.date, tuple[int, str]] = {}
    zone = city_zone()
    for at, number, participant, value in _read(_VOTES, matter):
        assert isinstance(at, dt.datetime)
        day = at.astimezone(zone).date()
        if day not in days:
            days[day] = _day(at)
        yield (*days[day], number, participant, value)


_PEOPLE = """
SELECT v.participant, array_agg(s.number), array_agg(v.value),
    count(*) FILTER (WHERE v.value = 1), count(*) FILTER (WHERE v.value = -1)
FROM ideas_statementvote v JOIN ideas_statement s ON s.id = v.statement_id
WHERE s.matter_id = %s AND s.standing <> 'waiting'
GROUP BY v.participant ORDER BY v.participant
"""


def _participants(kept: OpinionMap) -> Rows:
    numbers = [one.number for one in _all(kept.pk)]
    place = {number: index for index, number in enumerate(numbers)}
    groups = [group["id"] for group in kept.body["groups"]]
    yield (
        "participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree", *numbers
    )  # fmt: skip
    for participant, seen, values, agree, disagree in _read(_PEOPLE, kept.pk):
        assert isinstance(seen, list) and isinstance(values, list)
        cells: list[object] = [""] * len(numbers)
        for number, value in zip(seen, values, strict=True):
            cells[place[number]] = value
        mine = kept.body["mine"].get(str(participant))
        group = groups[mine[2]] if mine and mine[2] >= 0 else ""
        yield participant, group, "", len(seen), agree, disagree, *cells


def _summary(talked: Talked, kept: OpinionMap, page: str) -> Rows:
    body = kept.body
    yield "topic", talked.title
    yield "url", page
    yield "voters", body["participants"]
    yield "voters-in-conv", body["grouped"]
    yield "comments", len(_all(kept.pk))
    yield "groups", len(body["groups"])
    yield "votes", body["votes"]
    yield "computed", kept.at.isoformat(timespec="seconds") if kept.at else ""
    yield "command", "veche ideas opinion-map FOLDER --json"
