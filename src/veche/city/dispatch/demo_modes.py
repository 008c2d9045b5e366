"""Modes of the demo town: a year of them, one that lasts, and a command in spring that is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType
from typing import Final

from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.operations import command, modes, seconding
from veche.city.dispatch.operations.modes_past import PastMode, write_past
from veche.core.organisations.models import Holding
from veche.core.people.models import Person
from veche.core.places.queries import atlas

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)

PAST: Final = (
    (7, 0, 2, 9, 8, "Ожидается гололёд, дороги посыпают с четырёх утра.", "Дороги посыпаны."),
    (16, 4, 2, 12, 12, "Порывы ветра до 20 м/с к вечеру.", ""),
    (33, 2, 3, 10, 7, "Прорыв на теплотрассе, без тепла 40 домов.", "Тепло пошло во все дома."),
    (47, 0, 2, 24, 20, "Первый сильный снег, автобусы опаздывают.", "Главные улицы расчищены."),
    (68, 6, 2, 8, 8, "Туман на реке, переправа стоит.", ""),
    (84, 1, 2, 6, 5, "Ливень, вода на трёх перекрёстках.", "Вода ушла."),
    (118, 0, 2, 72, 72, "Жара выше 35 градусов три дня подряд.", ""),
    (131, 3, 3, 14, 11, "Горит склад, дым идёт на жилые дома.", "Пожар потушен, воздух чистый."),
    (160, 5, 2, 10, 6, "Шквал повалил деревья, две улицы закрыты.", "Улицы открыты."),
    (206, 4, 3, 48, 40, "Река поднялась до отметки 8,1 м.", "Вода пошла на убыль."),
    (211, 0, 4, 72, 61, "Паводок: подтоплены пять улиц, эвакуируют дом престарелых.",
     "Люди дома, насосы справляются."),
    (268, 0, 3, 24, 17, "Ледяной дождь, обрывы проводов по всему городу.", "Свет есть везде."),
    (290, 2, 2, 20, 20, "Мороз ниже 30 градусов, проверяем котельные.", ""),
    (326, 0, 2, 12, 9, "Метель, видимость 200 метров.", "Метель кончилась."),
)  # fmt: skip
"""Days ago; place (0 the city, else the number of a district); level; hours it was to last; hours
it lasted; why it was entered; why it was ended (empty: by its term)."""
NOW: Final = (3, 2, 26, 22, "Нет света в части района, лифты стоят; ремонт идёт второй день.")
"""District, level, hours ago, hours from now, why: a mode that was left on is seen by its age."""
FLOOD: Final = 211


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Write the past, enter the one that lasts, and let a command in spring run its course."""
    places, people = atlas(), {one.cast: one for one in Person.objects.exclude(cast=None)}
    city, watch, mayor = places.home(), people.get("watch"), people.get("mayor")
    if city is None or watch is None:
        return
    around = [city, *places.children(city)]
    rows = []
    for days, where, level, hours, lasted, why, ended in PAST:
        since = at - days * DAY
        grave = rules.power_over_modes(level) and mayor is not None
        rows.append(
            PastMode(
                territory=around[where % len(around)],
                level=level,
                since=since,
                until=since + hours * HOUR,
                ended_at=since + lasted * HOUR,
                by=mayor if grave else watch,
                role="mayor" if grave else "dispatcher",
                reason=why,
                end_reason=ended,
            )
        )
    count = write_past(by=None, at=at, modes=rows)
    where, level, ago, ahead, why = NOW
    modes.enter_mode(
        by=watch, at=at - ago * HOUR, territory=around[where % len(around)], level=level,
        reason=why, until=at + ahead * HOUR,
    )  # fmt: skip
    if mayor is not None:
        _spring(mayor, watch, at)
    report(f"modes: {count + 1}")


def _spring(mayor: Person, watch: Person, at: dt.datetime) -> None:
    """In the flood of spring the city's dispatcher commanded for four days, with people lent."""
    begun = at - FLOOD * DAY + 2 * HOUR
    made = command.name_commander(
        by=mayor, at=begun, person=watch, powers=rules.POWERS, until=begun + 3 * DAY,
        reason="Паводок: решения нужны за минуты, мэр на дамбе у насосов.",
    )  # fmt: skip
    lent = Holding.objects.filter(role="officer", until__isnull=True, organisation__isnull=False)
    one = lent.select_related("person", "organisation").order_by("organisation__code", "pk").first()
    city = atlas().home()
    if one is not None and one.organisation is not None and city is not None:
        seconding.second(
            by=watch, at=begun + HOUR, person=one.person, origin=one.organisation,
            role="dispatcher", territory=atlas().children(city)[0], until=begun + 2 * DAY,
            reason="Ночная смена диспетчеров района на время паводка.",
        )  # fmt: skip
    command.extend_command(
        by=mayor, at=begun + 2 * DAY, command=made.pk, until=begun + 4 * DAY,
        reason="Вода стоит ещё день.",
    )  # fmt: skip
    command.sweep(at=begun + 5 * DAY)
