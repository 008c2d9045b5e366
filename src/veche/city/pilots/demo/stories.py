"""What the cast has to do in the programme now, by the operations themselves."""

from __future__ import annotations

import datetime as dt

from veche.city.pilots.demo.setup import Ground
from veche.city.pilots.models import Application, Booking, Call, Contract
from veche.city.pilots.operations.appeals import raise_appeal
from veche.city.pilots.operations.applications import Draft, begin, save_draft, submit
from veche.city.pilots.operations.booking import hold
from veche.city.pilots.operations.contract_documents import add_document
from veche.city.pilots.operations.photographs import add_photograph
from veche.city.pilots.operations.screening import turn_down
from veche.core.files.documents import clean as clean_document
from veche.core.files.photographs import clean
from veche.core.people.models import Person
from veche.town.photographs import Kind, photograph

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
DRAFT = (
    "Карта, которая говорит",
    "Карта в телефоне для незрячих: называет голосом перекрёстки и ступени впереди.",
)
SENT = (
    "Напоминание о воздухе в классе",
    "Прибор загорается, когда воздух портится, и напоминает учителю открыть окно. Батареи хватает"
    " на полгода, родители видят показания на странице.",
)
AGAIN = (
    "Компас воздуха",
    "Карточка на столе показывает, в какой стороне класса душнее. Ставить ничего не надо.",
)
LOOKS: tuple[tuple[str, Kind, dict[str, str]], ...] = (
    (
        "street",
        "lamp",
        {
            "ru": "Улица вечером: фонарь светит, тротуар пуст. Рисунок.",
            "en": "The street in the evening: a lamp is lit, the pavement is empty. A drawing.",
            "zh": "夜晚的街道：路灯亮着，人行道空着。手绘图。",
        },
    ),
    (
        "park",
        "bench",
        {
            "ru": "Скамья у дорожки, за ней дома. Рисунок.",
            "en": "A bench beside the path, houses behind it. A drawing.",
            "zh": "小路边的长椅，后面是房屋。手绘图。",
        },
    ),
)
"""Kind of place, what is drawn, and what is to be seen: the first site of that kind shows it."""
TEXT = """Договор между департаментом и компанией вымышленного города

1. Компания поставляет то, что было испытано, в количестве и в срок, названные на странице договора.
2. Департамент платит по актам, каждый платёж публикуется.
3. Изменения пишутся с причиной; прежнее остаётся видно.
"""


def load(ground: Ground) -> None:
    """The cast's founder has a draft, an application that is screened and an appeal that waits; the
    agency holds a site for another."""
    people = {one.cast: one for one in Person.objects.filter(cast__in=("founder", "programme"))}
    founder, agent = people["founder"], people["programme"]
    company, product = ground.companies[0], ground.products[0]
    at = ground.at
    rows = Call.objects.select_related("case")
    school = rows.get(case__state="open", standing=False, closes_at__gt=at, wanted=3)
    standing = rows.get(standing=True)

    def write(call: Call, words: tuple[str, str], when: dt.datetime) -> Application:
        made = begin(by=founder, at=when, call=call, company=company, product=product)
        return save_draft(
            by=founder, at=when, application=made,
            draft=Draft(
                title=words[0], text=words[1], readiness=6,
                answers={"cost": "420000", "month": "Через месяц"},
            ),
        )  # fmt: skip

    refused = write(school, AGAIN, at - 12 * DAY)
    refused = submit(by=founder, at=at - 12 * DAY + HOUR, application=refused)
    refused = turn_down(
        by=agent, at=at - 9 * DAY, application=refused, reason="same-again",
        text="Похожее решение этой же компании уже подано.",
    )  # fmt: skip
    raise_appeal(
        by=founder, at=at - 4 * DAY, application=refused,
        text="Это другое изделие: его не надо устанавливать, и ему не нужна сеть."
        " Посмотрите ещё раз.",
    )  # fmt: skip
    write(standing, DRAFT, at - 30 * HOUR)
    submit(by=founder, at=at - 26 * HOUR, application=write(school, SENT, at - 29 * HOUR))
    _held(ground, agent)
    _shown(ground, agent)


def _shown(ground: Ground, agent: Person) -> None:
    """Two sites show how they look, and the newest contract its text."""
    for environment, kind, words in LOOKS:
        site = next((one for one in ground.sites if one.environment == environment), None)
        if site is not None:
            add_photograph(
                by=None, at=ground.at - 60 * DAY, site=site,
                photograph=clean(photograph(kind, mended=True)), words=words,
            )  # fmt: skip
    bought = Contract.objects.filter(application__isnull=False).order_by("-signed_on", "-pk")
    for contract in bought[:1]:
        add_document(
            by=agent, at=ground.at - 2 * DAY, contract=contract,
            document=clean_document(TEXT.encode(), "Договор.txt"), kind="contractText",
            title="Текст договора", public=True,
        )  # fmt: skip


def _held(ground: Ground, agent: Person) -> None:
    """The first application that looks for a site has a place held at the cast's school."""
    looking = Application.objects.filter(case__state="matching").order_by("pk").first()
    if looking is None or Booking.objects.filter(application=looking).exists():
        return
    since = (ground.at + 10 * DAY).replace(hour=8, minute=0, second=0, microsecond=0)
    hold(
        by=agent, at=ground.at - 5 * HOUR, application=looking, site=ground.sites[0],
        window=ground.windows[0], during=(since, since + 45 * DAY),
    )  # fmt: skip
