"""What the demo city asks for: themes with what solves them, scouts' finds, support, a draft."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from veche.city.pilots.access.companies import programme
from veche.city.pilots.models import Call, Company, FormVersion, Support, Target, Technology
from veche.city.pilots.operations.calls import CallGiven, draft_call
from veche.city.pilots.operations.scouting import ScoutedGiven, scout
from veche.city.pilots.operations.settings import set_demand_theme
from veche.city.pilots.operations.support import SupportGiven, give_support
from veche.city.pilots.queries.demand import demand, themes
from veche.core.people.models import Person

DAY = dt.timedelta(days=1)
THEMES: dict[str, tuple[str, str, str, str]] = {
    # theme: technologies | targets | spheres of the pulse | words of ideas
    "roads": (
        "vision materials sensing",
        "3.6 11.2",
        "transport",
        "дорог тротуар переход road 道路",
    ),
    "yards": ("robotics waste assistive", "11.6 11.7", "homes", "двор площадк yard 院"),
    "lighting": ("energy sensing", "7.3 11.7", "energy", "фонар освещен light 路灯"),
    "waste": ("waste robotics", "12.5 12.3", "", "мусор контейнер отход waste 垃圾"),
    "water": ("water sensing", "6.3 6.4", "water", "вода воды труб протеч water 水管"),
    "transport": ("mobility vision", "11.2 3.6", "flows", "автобус остановк транспорт bus 公交"),
    "green": ("sensing data", "11.6", "environment", "дерев парк сквер tree 公园"),
    "safety": ("assistive vision", "10.2 11.7", "safety", "пандус незряч безопасн ramp 无障碍"),
}
SCOUTED = (
    ("Плитка, которая тает сама", "Tiksi Materials", "Выставка «Город зимой», Казань", "materials"),
    ("Браслет для незрячих", "Lichtung GmbH", "https://example.org/bracelet", "assistive"),
    ("Счётчик протечек без врезки", "Нижний поток", "Статья в «Вестнике водников»", "water"),
)
SUPPORT = (
    ("expertise", "Разбор заявки с экспертом по доступной среде", None),
    ("press", "Рассказ об испытании в городской газете", None),
    ("subsidy", "Субсидия на опытный образец", Decimal(750_000)),
    ("contact", "Знакомство с городской поликлиникой", None),
)


def load(*, at: dt.datetime) -> None:
    """Say what belongs to each theme, and what scouts and officers did in the last weeks."""
    technologies = {one.code: one for one in Technology.objects.all()}
    targets = {one.code: one for one in Target.objects.all()}
    known = {code for code, _name in themes()}
    for theme, (solves, serves, spheres, words) in THEMES.items():
        if theme in known:
            set_demand_theme(
                by=None,
                at=at,
                theme=theme,
                technologies=[technologies[one] for one in solves.split() if one in technologies],
                targets=[targets[one] for one in serves.split() if one in targets],
                spheres=spheres.split(),
                words=words.split(),
            )
    agent = Person.objects.filter(cast="programme").first()
    if agent is not None:
        for number, (name, maker, where, technology) in enumerate(SCOUTED, 1):
            scout(
                by=agent,
                at=at - number * 9 * DAY,
                found=ScoutedGiven(name, maker, where, technologies=[technologies[technology]]
                                   if technology in technologies else ()),
            )  # fmt: skip
    for company in Company.objects.select_related("organisation").order_by("pk")[:1]:
        for number, (kind, words, amount) in enumerate(SUPPORT, 1):
            day = at - number * 20 * DAY
            given = SupportGiven(Support.Kind(kind).value, words, day.date(), amount)
            give_support(by=None, at=day, company=company, given=given, submission=uuid.uuid4())
    _draft(at)


def _draft(at: dt.datetime) -> None:
    """A call that waits for the agency, from the row of lighting that is most wanted."""
    row = next((one for one in demand(at=at) if one.counted.theme == "lighting"), None)
    earlier = (
        Call.objects.filter(standing=False)
        .select_related("case", "department")
        .order_by("-pk")
        .first()
    )
    department = earlier.department if earlier is not None else None
    form = FormVersion.objects.order_by("pk").first()
    if row is None or department is None or form is None:
        return
    draft_call(
        by=None,
        at=at - DAY,
        programme=programme(),
        given=CallGiven(
            titles={
                "ru": "Свет во дворах без новых проводов",
                "en": "Light in yards without new wires",
                "zh": "无需新线的庭院照明",
            },
            tasks={
                "ru": "Зимой во дворах темно с пяти вечера, а прокладывать кабель дорого и долго."
                " Нужны светильники, которые горят всю ночь в мороз и которые чинят за день.",
                "en": "In winter yards are dark from five, and laying cables is dear and slow. We"
                " need lamps that shine all night in frost and are mended within a day.",
                "zh": "冬季院落五点天黑，敷设电缆费时费钱。"
                "需要严寒中整夜照明、一天内可修复的灯具。",
            },
            form=form,
            department=department,
            closes_at=at + 45 * DAY,
            wanted=3,
            technologies=list(Technology.objects.filter(code__in=("energy", "sensing"))),
            targets=list(Target.objects.filter(code__in=("7.3", "11.7"))),
            evidence=[row.key],
        ),
        criteria_of=earlier,
    )
