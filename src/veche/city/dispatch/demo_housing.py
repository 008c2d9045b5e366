"""The housing emergency centre of the demo town: shut-offs, a week of calls, crews on their way."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

from veche.city.dispatch.models import Incident, ShutOff
from veche.city.dispatch.operations import calls, crews, shutoffs
from veche.city.dispatch.procedure import OPEN
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.core.places.models import Territory

if TYPE_CHECKING:
    from veche.core.places.queries import Atlas

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


class Told(NamedTuple):
    """One shut-off: hours are from now, those before it negative."""

    service: str
    office: str
    place: str
    street: int
    """Which street of the place, counted round; -1: all of the place."""
    houses: tuple[str, ...]
    announced: int
    starts: int
    ends: int
    reason: str
    instead: str
    then: str = ""
    """``later`` (told once), ``restored`` or ``called-off``."""


OFF: Final = (
    Told("hot-water", "heat-network", "zarechye-d2-n1", -1, (), -200, -40, 60,
         "Испытание теплосети перед зимой.", "Душевые открыты в бане на Садовой."),
    Told("cold-water", "water-utility", "zarechye-d6-n1", 1, ("1", "3", "5", "7", "9"), -5, -5, 4,
         "Прорвало трубу во дворе, бригада меняет участок.", "Цистерна с водой у дома 5."),
    Told("power", "power-network", "zarechye-d3-n2", 2, ("2", "4", "6", "8"), -30, -26, -2,
         "Сгорел кабель, ищем место обрыва.", "Зарядить телефон можно в школе рядом.", "later"),
    Told("heating", "heat-network", "zarechye-d4-n3", 0, ("11", "13", "15"), -9, -9, 6,
         "Течь на вводе в дом 13.", "Обогреватели выдаёт домоуправление."),
    Told("gas", "gas-network", "zarechye-d5-n1", 3, ("10", "12", "14а"), -70, 46, 52,
         "Замена крана на вводе.", "Не включайте плиту до прихода мастера."),
    Told("cold-water", "water-utility", "zarechye-d1-n2", 4, (), -48, 20, 28,
         "Промывка сети.", "Наберите воду заранее; первые минуты она будет мутной."),
    Told("power", "power-network", "zarechye-d6-n3", 1, ("21", "23"), -50, 30, 34,
         "Перенос опоры.", "", "called-off"),
    Told("hot-water", "heat-network", "zarechye-d1-n1", 2, ("3", "5"), -90, -60, -40,
         "Замена задвижки.", "", "restored"),
    Told("lift", "city-housing", "zarechye-d6-n2", 0, ("17",), -34, -34, -20,
         "Вышла из строя лебёдка.", "Соседям на верхних этажах помогает дежурный.", "restored"),
)  # fmt: skip
CREWS: Final = (
    ("water-utility", "Аварийная-1", "насос, сварка"),
    ("water-utility", "Аварийная-2", "насос, экскаватор"),
    ("heat-network", "Тепловая-1", "сварка, арматура"),
    ("heat-network", "Тепловая-2", "течеискатель"),
    ("power-network", "Электро-1", "вышка, кабельный прибор"),
    ("power-network", "Электро-2", "передвижной генератор"),
    ("gas-network", "Газовая-04", "газоанализатор"),
    ("city-housing", "Лифтовая", "механик, ключи от машинных"),
)
CALLED: Final = (
    ("known", "Когда дадут горячую воду? Обещали вчера."),
    ("known", "Нет света вторые сутки, у мамы прибор для дыхания."),
    ("advice", "Течёт кран на кухне, как перекрыть?"),
    ("added", "Я тоже это вижу, вода уже на дороге."),
    ("known", "Батареи холодные, дома ребёнок."),
    ("passed", "Соседи шумят после одиннадцати."),
    ("advice", "Выбило пробки, боюсь включать."),
)


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Tell the shut-offs, add the crews and send two, take a week of calls."""
    from veche.core.places.queries import atlas

    del town
    places = atlas()
    officers = {
        one.organisation.code: one
        for one in Holding.objects.filter(role="officer", until__isnull=True)
        .exclude(organisation=None)
        .select_related("organisation", "person")
        .order_by("-id")
        if one.organisation is not None
    }
    off = [made for told in OFF if (made := _tell(told, officers, places, at)) is not None]
    _crews(officers, at)
    count = _calls(off, places, at)
    report(f"shut-offs: {len(off)}, calls: {count}")


def _tell(
    told: Told, officers: dict[str, Holding], places: Atlas, at: dt.datetime
) -> ShutOff | None:
    from veche.city.dispatch.queries.housing import point_of
    from veche.town.streets import house

    place, held = places.by_code.get(told.place), officers.get(told.office)
    if place is None or held is None or held.organisation is None:
        return None
    street = "" if told.street < 0 else house(told.place, told.street, 0.2).text.rpartition(",")[0]
    when = at + told.announced * HOUR
    starts = when if told.starts <= told.announced else at + told.starts * HOUR
    made = shutoffs.announce(
        by=held.person,
        at=when,
        service=told.service,
        organisation=held.organisation,
        territory=place,
        starts_at=starts,
        ends_at=at + told.ends * HOUR,
        reason=told.reason,
        street=street,
        houses=told.houses,
        instead=told.instead,
        point=point_of(street, place),
    )
    if starts > when and starts < at and told.then != "called-off":
        made = shutoffs.begin_shut_off(by=None, at=starts, case=made.case)
    match told.then:
        case "later":
            shutoffs.prolong(
                by=held.person, at=at - 3 * HOUR, shut_off=made, ends_at=at + 5 * HOUR,
                reason="Нашли второй обрыв, кабель уже везут.",
            )  # fmt: skip
        case "restored":
            shutoffs.restore(
                by=held.person, at=at + (told.ends - 1) * HOUR, shut_off=made, text="Готово."
            )
        case "called-off":
            shutoffs.call_off(
                by=held.person, at=at - 6 * HOUR, shut_off=made,
                text="Работы перенесены: опору заменят без отключения.",
            )  # fmt: skip
    return made


def _crews(officers: dict[str, Holding], at: dt.datetime) -> None:
    watch = Person.objects.filter(cast="watch").first()
    made = []
    for office, name, skills in CREWS:
        held = officers.get(office)
        if held is not None and held.organisation is not None:
            made.append(
                crews.add_crew(
                    by=None, at=at - 90 * DAY, organisation=held.organisation, name=name,
                    skills=skills,
                )
            )  # fmt: skip
    open_ones = Incident.real.filter(case__state__in=OPEN)
    if watch is None or not made:
        return
    for n, incident in enumerate(open_ones.order_by("-reported_at")[:2]):
        sent = max(at - 40 * dt.timedelta(minutes=1), incident.reported_at)
        trip = crews.send_crew(by=watch, at=sent, crew=made[3 * n % len(made)], incident=incident)
        if n:
            crews.arrive(by=watch, at=at - 9 * dt.timedelta(minutes=1), trip=trip)


def _calls(off: Sequence[ShutOff], places: Atlas, at: dt.datetime) -> int:
    """Three calls a day for a week, most of them about what is known."""
    from veche.town.streets import address_at

    watch = Person.objects.filter(cast="watch").first()
    homes = [one for one in places.by_id.values() if one.kind == Territory.Kind.NEIGHBOURHOOD]
    homes = [one for one in homes if not one.imported]
    incident = Incident.real.filter(case__state__in=OPEN).order_by("reported_at").first()
    if watch is None or not homes or not off:
        return 0
    draw = random.Random("calls")
    for n in range(21):
        outcome, said = CALLED[n % len(CALLED)]
        if outcome == "added" and incident is None:
            outcome = "advice"
        place = draw.choice(homes)
        calls.take_call(
            by=watch,
            at=at - (21 - n) * 8 * HOUR + draw.randrange(300) * dt.timedelta(minutes=1),
            outcome=outcome,
            territory=place,
            incident=incident if outcome == "added" else None,
            shut_off=off[n % len(off)] if outcome == "known" else None,
            address=address_at(draw, place.code).text,
            said=said,
            telephone=f"8 900 555-0{n % 10}-{n:02d}" if n % 3 == 0 else "",
            ring_back=n % 3 == 0,
        )
    return 21
