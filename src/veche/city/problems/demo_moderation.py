"""The demo town's moderation: findings, a covered photograph, objections decided, waiting and
come up, one sender."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from veche.city.problems import operations
from veche.city.problems.models import Category, Problem
from veche.core.cases.models import CaseFile
from veche.core.files.photographs import Photograph, Rectangle
from veche.core.moderation import operations as moderation
from veche.core.moderation import queries
from veche.core.moderation.personal_data import find
from veche.core.people.models import Person
from veche.core.places.queries import atlas

HOUR = dt.timedelta(hours=1)


def moderate(at: dt.datetime, drawn: Callable[[], Sequence[Photograph]]) -> None:
    """Tell the stories; ``drawn`` makes the drawing that stands for a photograph."""
    moderation.take_up_past(by=None, at=at)
    people = {p.cast: p for p in Person.objects.filter(cast__isnull=False)}
    first, second = people["moderator"], people["second-moderator"]
    resident, other = people["resident"], people["other-resident"]

    # Waiting for a moderator: what tells private persons is marked.
    _report(
        "findings",
        "dark-yard",
        by=other,
        at=at - 3 * HOUR,
        text="Во дворе второй день не горит фонарь. Звоните мне: +7 917 000-12-34,"
        " Рашид Маратович, кв. 15.",
    )
    # Published, then a number was hidden in the words and a plate covered in the picture.
    plate = _report(
        "plate",
        "parking",
        by=resident,
        at=at - 50 * HOUR,
        text="Машина А123ВС163 третий день стоит на газоне у подъезда.",
        photographs=drawn(),
    )
    operations.accept(by=first, at=at - 49 * HOUR, case=plate.case)
    moderation.hide_words(
        by=first, at=at - 48 * HOUR, case=plate.case, field="text", findings=find(plate.text)
    )
    # Its author objects to that: it waits for the other moderator.
    (hidden,) = [one for one in queries.decisions(plate.case) if one.kind == "redact"]
    moderation.object_to_hiding(
        by=resident,
        at=at - 20 * HOUR,
        decision=hidden.pk,
        text="Номер виден каждому, кто проходит мимо: без него машину не найти.",
    )
    file = CaseFile.objects.select_related("file").filter(case=plate.case).first()
    if file is not None:
        moderation.cover_photograph(
            by=first,
            at=at - 48 * HOUR,
            case=plate.case,
            file=file.file,
            rectangles=[Rectangle(38, 62, 24, 12)],
        )
    # Rejected, objected to, overturned by another moderator.
    wrong = _objected(
        ("overturned", "bench", "Скамейка у остановки сломана, сидеть нельзя."),
        by=resident,
        at=at - 100 * HOUR,
        rejected=(first, at - 98 * HOUR, "unclear", "Не указано, какая остановка."),
        objects=(at - 90 * HOUR, "Точка на карте стоит ровно на остановке, она там одна."),
    )
    moderation.judge(
        by=second,
        at=at - 70 * HOUR,
        case=wrong.case,
        overturn=True,
        text="Точка на карте верна: место понятно и без названия.",
    )
    # Rejected and objected to: waits for the other moderator.
    _objected(
        ("objected", "dump", "Соседский киоск торгует без вывески, разберитесь."),
        by=other,
        at=at - 30 * HOUR,
        rejected=(first, at - 28 * HOUR, "not-city", "Торговлю проверяет не город."),
        objects=(at - 5 * HOUR, "Киоск стоит на городской земле, значит, это дело города."),
    )
    # Objected to, and no second moderator decided in time: with the control department.
    late = _objected(
        ("climbed", "dead-tree", "Ветка старого тополя нависла над детской площадкой."),
        by=resident,
        at=at - 245 * HOUR,
        rejected=(first, at - 244 * HOUR, "unclear", "Не видно, какой это двор."),
        objects=(at - 240 * HOUR, "Площадка во дворе одна, точка стоит на ней."),
    )
    late.case.refresh_from_db()
    if late.case.due_at is not None and late.case.due_at < at - HOUR:
        moderation.climb_appeal(by=None, at=late.case.due_at + HOUR / 60, case=late.case)
    # One sender, the same words three times from one network.
    for n in range(3):
        _report(
            f"spam-{n}",
            "bins",
            by=None,
            at=at - 2 * HOUR + n * HOUR / 30,
            text=f"Натяжные потолки дёшево и быстро, звоните прямо сейчас! Акция {n + 1}.",
            sender={"person": "demo", "address": "192.0.2.77"},
        )


def _report(
    key: str, category: str, *, by: Person | None, at: dt.datetime, text: str, **more: Any
) -> Problem:
    places = atlas()
    place = places.by_code["zarechye-d6-n1"]
    west, south, east, north = place.bounds
    shift = (sum(key.encode()) % 7 - 3) / 40
    lon = (west + east) / 2 + (east - west) * shift
    lat = (south + north) / 2 + (north - south) * shift
    return operations.report(
        by=by,
        at=at,
        submission=uuid.uuid5(uuid.NAMESPACE_URL, f"moderation:{key}"),
        category=category,
        answers=_answers(category),
        text=text,
        longitude=lon,
        latitude=lat,
        **more,
    )


def _objected(
    what: tuple[str, str, str],
    *,
    by: Person,
    at: dt.datetime,
    rejected: tuple[Person, dt.datetime, str, str],
    objects: tuple[dt.datetime, str],
) -> Problem:
    """Reported (key, category, words), rejected (by whom, when, why, in words), objected to."""
    key, category, text = what
    moderator, then, reason, why = rejected
    made = _report(key, category, by=by, at=at, text=text)
    operations.reject(by=moderator, at=then, case=made.case, reason=reason, text=why)
    moderation.appeal(by=by, at=objects[0], case=made.case, text=objects[1])
    return made


def _answers(code: str) -> dict[str, str]:
    """Something for every question that must be answered."""
    given = {}
    for question in Category.objects.get(code=code).questions:
        if question.get("required"):
            choices = [choice["code"] for choice in question.get("choices", ())] or ["yes"]
            given[question["code"]] = "1" if question["kind"] == "number" else choices[0]
    return given
