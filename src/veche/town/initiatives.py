"""Initiatives of the town: what residents ask of offices themselves. All invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class TownInitiative:
    """One initiative; days are seen from the present, negative in the past."""

    area: str
    office: str
    language: str
    title: str
    text: str
    points: tuple[str, ...]
    written: int
    reached: int | None = None
    """The day on which enough had endorsed it; None: they are still collected."""
    short: int = 0
    """How many endorsements are still missing."""
    answers: tuple[tuple[str, str], ...] = ()
    """What the office answered to each point: `Point.Outcome` and words."""
    answered: int | None = None


INITIATIVES: Final = (
    TownInitiative(
        area="zarechye-d6-n1",
        office="d6-roads",
        language="ru",
        title="Безопасный спуск к реке",
        text="По спуску к набережной зимой не пройти: ступени разбиты, перил нет, воду отвести"
        " некуда. За прошлую зиму здесь упали трое наших соседей.",
        points=(
            "Починить ступени и поставить перила до первого снега.",
            "Отвести воду с дороги, чтобы ступени не покрывались льдом.",
            "Посыпать спуск песком каждое утро, пока лежит снег.",
        ),
        written=-24,
        short=1,
    ),
    TownInitiative(
        area="zarechye-d6",
        office="d6-roads",
        language="ru",
        title="Велодорожка вдоль проспекта без обрывов",
        text="Дорожка трижды обрывается у перекрёстков, и дети выезжают на проезжую часть."
        " Просим соединить её и обозначить переезды.",
        points=(
            "Соединить три отрезка дорожки до начала лета.",
            "Обозначить переезды на перекрёстках краской и светом.",
        ),
        written=-80,
        reached=-41,
    ),
    TownInitiative(
        area="zarechye",
        office="city-transport",
        language="en",
        title="Night buses at weekends",
        text="The last bus leaves at eleven. Nurses, waiters and students walk home for an hour or"
        " pay for a taxi. One line through all six districts would do.",
        points=(
            "Run one night line through all districts on Fridays and Saturdays.",
            "Publish how many people used it, every month.",
        ),
        written=-150,
        reached=-74,
    ),
    TownInitiative(
        area="zarechye-d4",
        office="d4-green",
        language="zh",
        title="河边公园的饮水台和长椅",
        text="河边公园每天有很多老人散步，但没有饮水的地方，长椅也不够。夏天尤其不方便。",
        points=(
            "在两个入口各设一个饮水台。",
            "沿河每隔两百米设一张带靠背的长椅。",
        ),
        written=-130,
        reached=-95,
        answered=-60,
        answers=(
            ("partly", "今年五月前在北入口设一个饮水台；南入口没有水管，要等到管网改造。"),
            ("will", "十二张长椅已经订购，四月底前安装完毕。"),
        ),
    ),
)
