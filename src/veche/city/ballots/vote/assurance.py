"""What each level of a vote guarantees, and what it does not, in three languages.

The same sentences stand beside the button, on the receipt, and with what is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from veche.city.ballots.vote.config import AUDITED, LEVELS, OPEN_POLL

_TOLD: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    OPEN_POLL: {
        "en": (
            "Open poll",
            "Everybody on the roll has one vote. Your name is not published; the answers are"
            " published in sums, small places together. By your code you can see that yours is"
            " counted.",
            "People who run the city's computers could read single answers or add some, and it"
            " cannot be proved from outside that they did not. It does not stop one person with"
            " several accounts, nor somebody who looks over your shoulder.",
        ),
        "ru": (
            "Открытый опрос",
            "У каждого в списке один голос. Ваше имя не публикуется; ответы публикуются суммами,"
            " малые места вместе. По своему коду вы видите, что ваш ответ учтён.",
            "Те, кто обслуживает компьютеры города, могли бы прочесть отдельные ответы или"
            " добавить лишние, и снаружи нельзя доказать, что этого не было. Опрос не защищает"
            " от человека с несколькими учётными записями и от того, кто смотрит вам через плечо.",
        ),
        "zh": (
            "公开投票",
            "名册上每人一票。您的姓名不会公布；答案只公布总数，人少的地方合并计算。"
            "您可以用自己的代码查看答案是否已计入。",
            "管理本市计算机的人员有可能看到单个答案或添加答案，外部无法证明他们没有这样做。"
            "它不能防止一个人使用多个账号，也不能防止有人在您身后偷看。",
        ),
    },
    AUDITED: {
        "en": (
            "Audited vote",
            "Your name is never published. Your ballot stands in a public signed log under a"
            " random code that only you are shown: you can find it there, and anybody can count"
            " all ballots again.",
            "It is not secret from the city: until the appeals end, one row ties your code to"
            " you; then it is erased. Whoever sees your code or your receipt can see how you"
            " voted, so it does not protect you from somebody who presses you. While few vote,"
            " somebody who knows the minute in which you voted can guess which line of the log is"
            " yours. The log does not prove that everybody on the roll is a real person.",
        ),
        "ru": (
            "Проверяемое голосование",
            "Ваше имя не публикуется никогда. Ваш бюллетень стоит в открытом подписанном журнале"
            " под случайным кодом, который показан только вам: вы можете найти его там, и любой"
            " может пересчитать все бюллетени.",
            "Оно не тайное для города: пока не окончены возражения, одна запись связывает ваш код"
            " с вами; затем она стирается. Кто видит ваш код или квитанцию, видит, как вы"
            " голосовали, поэтому от давления оно не защищает. Пока голосуют немногие, тот, кто"
            " знает минуту вашего голоса, может угадать вашу строку в журнале. Журнал не"
            " доказывает, что каждый в списке — настоящий человек.",
        ),
        "zh": (
            "可核查投票",
            "您的姓名绝不公布。您的选票以只告诉您的随机代码写入公开的签名日志："
            "您可以在其中找到它，任何人都可以重新计算全部选票。",
            "它对本市并不保密：在异议期结束之前，有一条记录把代码与您联系起来，之后即删除。"
            "谁看到您的代码或回执，谁就能看到您投了什么，因此它不能保护您不受他人施压。"
            "投票的人很少时，知道您在哪一分钟投票的人可能猜出日志中哪一行是您的。"
            "日志不能证明名册上的每一个人都真实存在。",
        ),
    },
}


@dataclass(frozen=True)
class Assurance:
    """One level in words: its name, what it guarantees, what it does not."""

    name: str
    does: str
    does_not: str


def assurance(level: str, language: str) -> Assurance:
    """What a level guarantees, in ``en``, ``ru`` or ``zh``; any other language is told in English.

    Raises:
        ValueError: there is no such level.
    """
    if level not in LEVELS:
        raise ValueError(f"a vote is of one of the levels {', '.join(LEVELS)}, not {level!r}")
    told = _TOLD[level]
    return Assurance(*told.get(language.partition("-")[0], told["en"]))
