"""What the style page shows: invented words in three languages, one still moment."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django import forms

from veche.look.plan import Cluster, Feature, Mark, Outline, Plan, Point
from veche.look.states import STATES

NOW = dt.datetime(2026, 11, 27, 10, 32, tzinfo=dt.UTC)
"""The moment the samples speak of."""

COLOURS = (
    "paper",
    "surface",
    "ink",
    "quiet",
    "line",
    "edge",
    "river",
    "copper",
    "good",
    "watch",
    "warn",
    "bad",
    "stale",
    "land",
    "water",
    "c1",
    "c2",
    "c3",
    "c4",
)

BUTTONS = (
    ("en", "Report", "Follow this problem", "Take back"),
    ("ru", "Сообщить", "Следить за проблемой", "Отозвать"),
    ("zh-hans", "上报", "关注此问题", "撤回"),
)


class SampleForm(forms.Form):
    """Every kind of field, filled in so that some of it is wrong."""

    place = forms.CharField(
        label="Where is it? / Где это? / 在哪里？",
        help_text="A street and a house. Улица и дом. 街道和门牌。",
    )
    text = forms.CharField(
        label="What happened? / Что случилось? / 发生了什么？",
        min_length=20,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "min_length": "Write one more sentence. Напишите ещё одно предложение. 请再写一句。"
        },
    )
    theme = forms.ChoiceField(
        label="Theme / Тема / 类别",
        choices=[("", "—"), ("roads", "Дороги"), ("light", "Lighting"), ("yards", "院落")],
        required=False,
    )
    fixed = forms.ChoiceField(
        label="Is it fixed? / Исправлено? / 修好了吗？",
        choices=[("yes", "Yes, accept · Да · 是"), ("no", "No, return · Нет · 否")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one. Выберите одно. 请选择一项。"},
    )
    tell = forms.BooleanField(
        label="Tell me when the office answers · Сообщите об ответе · 答复时通知我", required=False
    )
    closed = forms.CharField(
        label="Not open yet / Ещё закрыто / 尚未开放", disabled=True, required=False
    )


def _step(label: str, state: str, by: str = "", when: str = "", back: str = "") -> dict[str, str]:
    return {"label": label, "state": state, "by": by, "when": when, "back": back}


LINES = (
    (
        "en",
        (
            _step("Reported", "done", "a resident", "Mon 16 Nov"),
            _step("Passed by a moderator", "done", "in 2 hours"),
            _step("In work", "now", "roads office", "by Thu 3 Dec"),
            _step("Checked by the author", "next", "7 days"),
            _step("Closed", "end", "when the author accepts"),
        ),
    ),
    (
        "ru",
        (
            _step("Сообщили", "done", "житель", "пн 16 нояб."),
            _step("Проверил модератор", "done", "за 2 часа"),
            _step("Снова в работе", "now", "дорожная служба", "до чт 3 дек."),
            _step("Проверяет автор", "next", "7 дней", "", "вернули чт 26 нояб."),
            _step("Закрыто", "end", "когда автор примет"),
        ),
    ),
    (
        "zh-hans",
        (
            _step("提出", "done", "居民", "11月16日"),
            _step("审核通过", "done", "用时2小时"),
            _step("部门答复", "done", "道路处", "第6天，共8天"),
            _step("本人核验", "now", "提出人", "12月10日前"),
            _step("办结", "end", "确认之后"),
        ),
    ),
)


def _clock(started: float, due: float, ended: float | None = None) -> dict[str, Any]:
    """A term in days from the sample's moment."""
    return {
        "started": NOW + dt.timedelta(days=started),
        "due": NOW + dt.timedelta(days=due),
        "now": NOW,
        "ended": None if ended is None else NOW + dt.timedelta(days=ended),
    }


CLOCKS = (
    _clock(-3, 5),
    _clock(-7.8, 0.2),
    _clock(-10, -2),
    _clock(-8, -1.5, -3),
    _clock(-9, -3, -1),
)

CENTRE: Point = (50.31, 53.42)


def _spot(x: float, y: float) -> Point:
    """Kilometres east and north of the centre, as degrees."""
    return (
        CENTRE[0] + x / (111.32 * math.cos(math.radians(CENTRE[1]))),
        CENTRE[1] + y / 111.32,
    )


def _ring(*corners: Point) -> tuple[Point, ...]:
    return tuple(_spot(x, y) for x, y in corners)


RIM = _ring(
    (-4, -1),
    (-3.6, 1.2),
    (-2.1, 2.7),
    (0.2, 3.1),
    (2.6, 2.5),
    (4, 0.8),
    (3.7, -1.6),
    (1.9, -2.9),
    (-0.8, -3.0),
    (-3.1, -2.4),
)
WEST = _ring(
    (-4, -1), (-3.6, 1.2), (-2.1, 2.7), (0.2, 3.1), (-0.3, 0.2), (-0.8, -3.0), (-3.1, -2.4)
)
EAST = _ring((0.2, 3.1), (2.6, 2.5), (4, 0.8), (3.7, -1.6), (1.9, -2.9), (-0.8, -3.0), (-0.3, 0.2))


def sample_plan(ratio: str = "4x3") -> Plan:
    """A small invented town with every kind of ground, mark and cluster."""
    river = [_spot(-5 + i * 0.25, 0.9 * math.sin(i / 6.5) - 0.4) for i in range(41)]
    rail = [_spot(-5 + i * 0.5, 1.6 - 0.1 * i + 0.004 * i * i) for i in range(21)]
    streets = [[_spot(x / 2, -2.4), _spot(x / 2 + 0.3, 2.4)] for x in range(-6, 7)]
    streets += [[_spot(-3.4, y / 2), _spot(3.4, y / 2 + 0.4)] for y in range(-4, 5)]
    return Plan(
        bounds=(*_spot(-4.2, -3.2), *_spot(4.2, 3.3)),
        outlines=(
            Outline("", [RIM], "city"),
            Outline("Станционный", [WEST], "district"),
            Outline("河东", [EAST], "district"),
        ),
        features=(
            Feature("park", _ring((-2.8, 1.2), (-1.6, 1.5), (-1.4, 0.8), (-2.6, 0.6))),
            Feature("river", river, "Vishnya"),
            *(Feature("street", street) for street in streets),
            Feature("road", [_spot(-4.5, -1.8), _spot(0, -0.9), _spot(4.5, 1.9)]),
            Feature("road", [_spot(-1.2, -3.5), _spot(0.4, 0), _spot(0.9, 3.5)]),
            Feature("rail", rail),
        ),
        marks=(
            Mark(*_spot(-1.7, -0.8), "1", "late", "#map", "Late"),
            Mark(*_spot(1.2, 1.3), "2", "pin", "#map", "In work"),
            Mark(*_spot(2.5, -0.6), "3", "pin", "#map", "In work"),
            Mark(*_spot(-0.2, -1.7), "", "hot", "#map", "This problem"),
            Mark(*_spot(0.6, 0.3), "", "me", "", "You"),
        ),
        clusters=(
            Cluster(*_spot(-2.6, 0.2), 58, "#map", "58"),
            Cluster(*_spot(1.6, -1.9), 7, "#map", "7"),
        ),
        title="An invented town",
        ratio=ratio,
    )


def samples() -> dict[str, Any]:
    """The context of the style page."""
    wrong = SampleForm(
        {"place": "Station Street, 14", "text": "Пандус", "theme": "light"}, auto_id="wrong_%s"
    )
    return {
        "colours": COLOURS,
        "buttons": BUTTONS,
        "form": SampleForm(initial={"place": "Вокзальная, 14", "fixed": "yes"}, auto_id="good_%s"),
        "wrong": wrong,
        "states": list(STATES),
        "lines": LINES,
        "clocks": CLOCKS,
        "view": sample_plan(),
        "now": NOW,
        "page": {"number": 3, "last": 25},
        "codes": ("en", "ru", "zh-hans"),
        "length": dt.timedelta(hours=2, minutes=35),
        "queue": (
            (CLOCKS[2], "late", "Провал плитки на остановке", "Литейная, 22", "Заводской"),
            (CLOCKS[1], "soon", "Open manhole by the embankment", "fenced at 13:20", "Sloboda"),
            (CLOCKS[0], "work", "车站街路口结冰、坡道破损", "车站街14号旁", "车站区"),
        ),
        "offices": (
            ("Roads", "Дороги", "道路", 418, 0.914),
            ("Lighting", "Освещение", "照明", 126, 0.976),
            ("Waste", "Отходы", "垃圾", 203, 0.882),
        ),
    }
