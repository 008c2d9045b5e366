"""Points of the demo town: four rewards, and the ledger of a resident."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from types import ModuleType

from django.db.models import Q

from veche.city.ballots.queries.took_part import took_part
from veche.city.points.models import Account
from veche.city.points.operations.past import write_past
from veche.city.points.operations.settings import set_reward
from veche.city.points.operations.spending import get_reward, redeem
from veche.core.cases.models import CaseEvent
from veche.core.people.models import Person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SINCE = 120 * DAY

REWARDS: tuple[tuple[str, int, int | None, dict[str, str], dict[str, str]], ...] = (
    (
        "postcards", 20, None,
        {
            "en": "A set of postcards of Zarechye",
            "ru": "Набор открыток Заречья",
            "zh": "河湾明信片一套",
        },
        {
            "en": "Eight drawings of the old town by pupils. Given out at every counter.",
            "ru": "Восемь рисунков старого города, сделанных школьниками. Выдают в любом окне.",
            "zh": "学生绘制的八幅老城图画。各窗口均可领取。",
        },
    ),
    (
        "bus-tickets", 40, 300,
        {"en": "Two bus tickets", "ru": "Два билета на автобус", "zh": "公交车票两张"},
        {
            "en": "For any line of the city, for a year. Given out at every counter.",
            "ru": "На любой маршрут города, в течение года. Выдают в любом окне.",
            "zh": "市内任意线路，一年内有效。各窗口均可领取。",
        },
    ),
    (
        "planetarium", 80, 60,
        {"en": "A ticket for the planetarium", "ru": "Билет в планетарий", "zh": "天文馆门票一张"},
        {
            "en": "For one visit on any day. Given out at every counter.",
            "ru": "На одно посещение в любой день. Выдают в любом окне.",
            "zh": "任选一天参观一次。各窗口均可领取。",
        },
    ),
    (
        "tree", 150, 12,
        {
            "en": "A lime tree planted in your district",
            "ru": "Липа, посаженная в вашем районе",
            "zh": "在您所在的区种一棵椴树",
        },
        {
            "en": "The green office plants it in autumn, and you may come along.",
            "ru": "Служба озеленения посадит её осенью, можно прийти и помочь.",
            "zh": "园林部门将在秋季种植，您也可以来参加。",
        },
    ),
)  # fmt: skip
"""Code, cost, how many there are, names, texts."""


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Offer the rewards; give the cast's resident what their past earned; spend some of it."""
    for code, cost, stock, names, texts in REWARDS:
        set_reward(
            by=None, at=at - SINCE, code=code, new=True, names=names, texts=texts, cost=cost,
            stock=stock, until=None, active=True,
        )  # fmt: skip
    people = {one.cast: one for one in Person.objects.filter(cast__in=("resident", "clerk"))}
    resident, clerk = people["resident"], people["clerk"]
    count = write_past(
        by=None, at=at, person=resident, since=at - SINCE, acts=_acts(resident, at - SINCE, at)
    )
    gift = REWARDS[0]
    if Account.objects.get(person=resident).balance >= gift[1]:
        got = get_reward(by=resident, at=at - 2 * HOUR, reward=gift[0], submission=uuid.uuid4())
        redeem(by=clerk, at=at - HOUR, code=got.code)
    report(f"rewards for points: {len(REWARDS)}, entries of one resident: {count}")


def _acts(
    person: Person, since: dt.datetime, until: dt.datetime
) -> list[tuple[dt.datetime, str, str]]:  # fmt: skip
    """What a person did that gives points, read from the town's own past."""
    wanted = {
        ("problem", "confirm"): "problem",
        ("idea", "accept"): "idea",
        ("idea", "pass"): "idea",
        ("initiative", "accept"): "initiative",
        ("initiative", "pass"): "initiative",
    }
    moves = Q()
    for procedure, move in wanted:
        moves |= Q(case__procedure=procedure, move=move)
    steps = CaseEvent.objects.filter(moves, case__author=person, at__range=(since, until))
    rows = steps.values_list("at", "case__procedure", "move", "case__number")
    found = [(at, wanted[kind, move], f"{kind}:{number}") for at, kind, move, number in rows]
    announced = CaseEvent.objects.filter(
        case__procedure="vote", move="announce", at__range=(since, until)
    ).values_list("at", "case__number")
    mine = Person.objects.filter(pk=person.pk)
    return found + [
        (at, "vote", f"vote:{number}") for at, number in announced if took_part(number, mine)
    ]
