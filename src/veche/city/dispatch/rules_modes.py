"""Rules of modes and of command that no city changes; what it may change are rows of tables."""

from __future__ import annotations

import datetime as dt

USUAL = 1
"""The level in force wherever no other was entered."""
LEVELS = (1, 2, 3, 4, 5)
GRAVE = 4
"""From this level on only the mayor, or whoever commands for the mayor, enters and leaves."""
SHOWN_TO_ALL = 2
"""From this level on every page says it."""

LONGEST_MODE = dt.timedelta(days=30)
LONGEST_COMMAND = dt.timedelta(days=30)
"""For longer than this nothing is written at once: it takes another act, with its reason."""
SHORTEST_REASON, LONGEST_REASON = 5, 500
"""Letters of a reason: everybody reads it."""

MODES, TIERS, ORDERS, SECONDING = "modes", "tiers", "orders", "seconding"
POWERS = (MODES, TIERS, ORDERS, SECONDING)
"""What a commander may be given: to enter the gravest modes; to take up and hand down every
incident; to order an office so that it cannot send it back; to second people."""

SECONDED_AS = ("dispatcher", "officer", "head", "controller", "operator")
"""Roles somebody can be seconded as: none that names others."""
AT_A_PLACE = frozenset({"dispatcher", "controller", "operator"})
"""Those of them that are held over a place; the others in an office."""

# What a new city begins with; from then on it is the city's own.
NAMES: dict[int, dict[str, str]] = {
    1: {"en": "Usual", "ru": "Обычный", "zh": "平常"},
    2: {"en": "Risk", "ru": "Есть риск", "zh": "有风险"},
    3: {"en": "Impacts under way", "ru": "Последствия уже есть", "zh": "已受影响"},
    4: {"en": "Many severe impacts", "ru": "Много тяжёлых последствий", "zh": "多处严重受灾"},
    5: {"en": "Beyond the city's strength", "ru": "Сверх сил города", "zh": "超出全市应对能力"},
}
ADVICE: dict[int, dict[str, str]] = {
    1: {"en": "", "ru": "", "zh": ""},
    2: {
        "en": "Look at the forecast before you set out.\n"
        "Tie down what the wind could take from balconies and yards.\n"
        "Charge your telephone.",
        "ru": "Посмотрите прогноз, прежде чем выходить.\n"
        "Закрепите то, что ветер может унести с балкона и со двора.\n"
        "Зарядите телефон.",
        "zh": "出门前请看天气预报。\n请固定好阳台和院子里可能被风吹走的东西。\n请给手机充好电。",
    },
    3: {
        "en": "Put off every trip that can wait.\n"
        "Keep away from water, trees and wires.\n"
        "Look after neighbours who are old, ill or alone.",
        "ru": "Отложите поездки, которые могут подождать.\n"
        "Держитесь подальше от воды, деревьев и проводов.\n"
        "Присмотрите за соседями, которые стары, больны или одни.",
        "zh": "可以不出门的请推迟出行。\n请远离水边、树木和电线。\n请照看年老、生病或独居的邻居。",
    },
    4: {
        "en": "Stay where you are if it is safe there.\n"
        "Leave the roads to ambulances and crews.\n"
        "Use the telephone only when it matters.\n"
        "Follow what the city's messages say.",
        "ru": "Оставайтесь там, где вы есть, если там безопасно.\n"
        "Оставьте дороги скорой помощи и бригадам.\n"
        "Звоните только тогда, когда это важно.\n"
        "Делайте то, что говорят оповещения города.",
        "zh": "所在地点安全的，请不要离开。\n请把道路让给救护车和抢修队。\n"
        "没有要紧的事请不要打电话。\n请按全市公众预警的要求去做。",
    },
    5: {
        "en": "Go to a safe place now, or stay in one.\n"
        "Help will take longer than usual: help each other.\n"
        "Have water, warm clothes and medicine for two days at hand.\n"
        "Follow what the city's messages say.",
        "ru": "Сейчас же идите в безопасное место или оставайтесь в нём.\n"
        "Помощь придёт позже обычного: помогайте друг другу.\n"
        "Держите под рукой воду, тёплую одежду и лекарства на два дня.\n"
        "Делайте то, что говорят оповещения города.",
        "zh": "请立即前往安全的地方，或留在安全的地方。\n"
        "救援会比平时来得慢：请互相帮助。\n请备好两天的饮水、保暖衣物和药品。\n"
        "请按全市公众预警的要求去做。",
    },
}
FACTORS: dict[int, str] = {1: "1", 2: "0.75", 3: "1", 4: "1.5", 5: "2"}
TOLD: dict[int, tuple[str, ...]] = {
    1: (),
    2: ("dispatcher",),
    3: ("dispatcher", "operator", "mayor"),
    4: ("dispatcher", "operator", "controller", "head", "mayor"),
    5: ("dispatcher", "operator", "controller", "head", "mayor"),
}
LEAST_TIERS: tuple[tuple[int, int | None, int], ...] = ((3, 4, 3), (4, 3, 3), (4, None, 2))
"""Level, how grave at least (None: all), and the tier that leads from then on."""


def power_over_modes(level: int) -> bool:
    """Whether a level needs the mayor or the commander."""
    return level >= GRAVE
