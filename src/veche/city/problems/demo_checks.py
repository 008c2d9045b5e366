"""The demo town's checks: volunteers and what they found, marks of authors, a joined group."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import F

from veche.city.problems import operations
from veche.city.problems.models import CheckTask, Problem
from veche.core.cases.models import CaseEvent
from veche.core.organisations.models import Holding
from veche.core.organisations.operations import appoint_many
from veche.core.people.models import Person
from veche.core.places.models import Territory

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
IN_A_DISTRICT = 6
RATED = 90
_GOOD = ("fixed-well", "fast", "clear-words", "kind-people")
_BAD = ("half-fixed", "slow", "unclear-words")
_UNDONE = (
    "Была там сегодня: всё как на снимке «до», следов работы нет.",
    "Прошёл мимо вечером. Не сделано, ограждения тоже нет.",
)
_SAME = (
    ("resident", "У остановки «Рынок» яма во всю полосу, автобус её объезжает по встречной."),
    ("other-resident", "Яма на дороге у остановки «Рынок», вчера пробил колесо."),
    ("pupil", "Большая яма около остановки «Рынок», на велосипеде не проехать."),
)


def check(at: dt.datetime) -> None:
    """Tell it: what came back in a year, then the last days of volunteers and authors."""
    operations.find_recurrences(by=None, at=at, since=at - 400 * DAY, until=at)
    _volunteers(at)
    operations.ask_volunteers(by=None, at=at - 5 * DAY)
    _look(at)
    operations.ask_volunteers(by=None, at=at - 20 * HOUR)
    _rate(at)
    _join(at)


def _volunteers(at: dt.datetime) -> None:
    """Some residents of every district go and look; one of the cast among them."""
    from veche.town.people import residents

    since = at - 200 * DAY
    places = {t.code: t for t in Territory.objects.filter(imported=False)}
    chosen: dict[str, list[str]] = {}
    for one in residents():
        district = one.neighbourhood.rpartition("-")[0]
        if len(chosen.setdefault(district, [])) < IN_A_DISTRICT:
            chosen[district].append(one.email)
    emails = [email for row in chosen.values() for email in row]
    people = {p.email: p for p in Person.objects.filter(email__in=emails)}
    appoint_many(
        by=None,
        at=since,
        holdings=[
            Holding(person=people[email], role="volunteer", territory=places[district])
            for district, row in chosen.items()
            for email in row
            if email in people
        ],
    )


def _look(at: dt.datetime) -> None:
    """Most have looked; the cast's volunteer has places left to go to."""
    tasks = CheckTask.objects.filter(ended_at__isnull=True).select_related("round", "volunteer")
    reopened: set[int] = set()
    for n, task in enumerate(tasks.order_by("id")):
        task.refresh_from_db()
        if task.ended_at is not None or task.volunteer.cast or task.round_id % 7 == 3:
            continue
        said, text = "done", ""
        if task.round_id in reopened or (len(reopened) < 2 and task.round_id % 5 == 0):
            reopened.add(task.round_id)
            said, text = "undone", _UNDONE[n % 2]
        elif n % 17 == 5:
            said, text = "not_found", "Адрес неточный: такого двора я не нашла."
        operations.answer_check(
            by=task.volunteer,
            at=at - 3 * DAY + n * dt.timedelta(minutes=7),
            task=task,
            said=said,
            text=text,
        )


def _rate(at: dt.datetime) -> None:
    """Authors who decided in the last weeks say how it went."""
    decided = CaseEvent.objects.filter(
        move="confirm", actor__isnull=False, at__gt=at - 25 * DAY, at__lt=at - DAY
    ).filter(seq=F("case__seq"), case__state="confirmed")
    decided = decided.select_related("case", "actor")
    for n, event in enumerate(decided.order_by("-id")[:RATED]):
        score = (5, 4, 5, 3, 4, 5, 2, 4)[n % 8]
        answers = [_GOOD[n % 4]] if score > 3 else [_BAD[n % 3]]
        operations.rate(
            by=event.actor,
            at=event.at + HOUR,
            case=event.case,
            score=score,
            answers=answers,
            text="Сделали, но пришлось ждать." if score == 3 else "",
            text_public=n % 2 == 0,
        )


def _join(at: dt.datetime) -> None:
    """Three people report one hole; the officer joins them, neighbours say “mine too”."""
    people = {p.cast: p for p in Person.objects.filter(cast__isnull=False)}
    near = Problem.objects.filter(
        case__organisation__code="d6-roads", case__theme="pothole"
    ).order_by("-case_id")
    here = near.first()
    if here is None:
        return
    made: list[Problem] = []
    for n, (who, text) in enumerate(_SAME):
        when = at - 2 * DAY + n * HOUR
        one = operations.report(
            by=people[who],
            at=when,
            submission=uuid.uuid5(uuid.NAMESPACE_URL, f"checks:{who}"),
            category="pothole",
            text=text,
            longitude=here.longitude + n * 0.0001,
            latitude=here.latitude,
            address=here.address,
            answers=here.answers,
        )
        operations.accept(by=people["moderator"], at=when + HOUR, case=one.case)
        made.append(one)
    for n, person in enumerate(Person.objects.filter(cast__isnull=True).order_by("-id")[:9]):
        operations.mine_too(by=person, at=at - DAY, case=made[n % 3].case)
    officer = people["officer"]
    for one in made[1:]:
        operations.merge(by=officer, at=at - 20 * HOUR, case=one.case, parent=made[0].case)
