"""Letters about what is no matter: to people of a role, by the pace they chose for its news."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils import translation
from django.utils.html import escape

from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.notices.letters import Words, link, one_line
from veche.core.notices.models import Letter, LetterBody, Reader
from veche.core.notices.operations.letters import _body
from veche.core.notices.operations.telling import make_readers
from veche.core.notices.rules import DIGEST_HOUR, pace
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

KIND = "plain"


@dataclass(frozen=True)
class Plain:
    """What such a letter says, in the active language."""

    subject: str
    lines: Sequence[str]
    path: str
    """The page on this site where it goes on."""


def hour_of(chosen: str, at: dt.datetime) -> dt.datetime:
    """When a letter of a pace goes: at once, or at the next hour of digests of a day or a week.

    >>> at = dt.datetime(2026, 11, 17, 9, tzinfo=dt.UTC)
    >>> hour_of("now", at) == at
    True
    """
    if chosen == "now":
        return at
    local = at.astimezone(city_zone())
    when = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if when < local:
        when += dt.timedelta(days=1)
    if chosen == "weekly":
        when += dt.timedelta(days=-when.weekday() % 7)
    return when


@operation
def write_plain(
    *,
    by: Person | None,
    at: dt.datetime,
    people: Collection[int],
    name: str,
    words: Callable[[], Plain],
    topic: str = "work",
) -> int:
    """Write each of these people one letter; ``words`` makes it in the active language. ``name``
    (at most 40 characters) is what it is about: nobody is written to twice under one. It goes by
    the pace that each has chosen for ``topic``, not in their quiet hours, and can be stopped like
    any other. Returns how many letters were written.
    """
    make_readers(
        "SELECT unnest(%(people)s::bigint[]) AS person_id", {"people": sorted(people), "at": at}
    )
    rows = Reader.objects.filter(person__in=people, mail_stopped_at=None, person__is_active=True)
    rows = rows.filter(person__email__isnull=False).exclude(person__level="unverified")
    told = rows.annotate(spoken=models.F("person__language"))
    bodies: dict[str, LetterBody] = {}
    found: list[Letter] = []
    for reader in told:
        chosen = pace(reader.ways, "mail", topic)
        if chosen == "none":
            continue
        if reader.spoken not in bodies:
            bodies[reader.spoken] = _written(words, reader.spoken)
        found.append(
            Letter(
                reader=reader,
                kind=KIND,
                period=name,
                body=bodies[reader.spoken],
                made_at=at,
                not_before=hour_of(chosen, at),
            )
        )
    before = Letter.objects.filter(kind=KIND, period=name).count()
    Letter.objects.bulk_create(found, ignore_conflicts=True)
    made = Letter.objects.filter(kind=KIND, period=name).count() - before
    record(kind="notices.written", by=by, at=at, subject="notices", public={"letters": made})
    if any(one.not_before <= at for one in found):
        from veche.core.notices.tasks import send_waiting

        send_waiting.defer()
    return made


def _written(words: Callable[[], Plain], language: str) -> LetterBody:
    with translation.override(language):
        said = words()
    subject, address = one_line(said.subject), link(said.path)
    text = "".join(f"{line}\n\n" for line in said.lines) + f"{address}\n"
    html = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f"<title>{escape(subject)}</title></head><body><h1>{escape(subject)}</h1>"
        + "".join(f"<p>{escape(line)}</p>" for line in said.lines)
        + f'<p><a href="{escape(address)}">{escape(address)}</a></p></body></html>'
    )
    return _body(Words(subject, text, html), KIND)
