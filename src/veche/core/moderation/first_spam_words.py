"""The first list of words that are rarely meant for a city: word or phrase, points.

Small letters; a phrase is found as it stands, whatever stands around it. A city changes the list
(`operations.spam.set_spam_word`).
"""

from __future__ import annotations

WORDS: tuple[tuple[str, int], ...] = (
    ("casino", 3),
    ("betting", 2),
    ("free spins", 3),
    ("payday loan", 3),
    ("earn money online", 3),
    ("passive income", 2),
    ("crypto", 1),
    ("click here", 2),
    ("buy followers", 3),
    ("казино", 3),
    ("ставки на спорт", 3),
    ("промокод", 2),
    ("быстрый займ", 3),
    ("займ без отказа", 3),
    ("заработок в интернете", 3),
    ("пассивный доход", 2),
    ("переходи по ссылке", 3),
    ("переходите по ссылке", 2),
    ("криптовалют", 1),
    ("накрутка подписчиков", 3),
    ("博彩", 3),
    ("赌场", 3),
    ("网贷", 2),
    ("兼职日结", 3),
    ("刷单", 3),
    ("加微信", 2),
    ("点击链接", 3),
    ("代开发票", 3),
    ("优惠码", 2),
)
