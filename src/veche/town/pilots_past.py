"""Three years of applications to the town's pilot programme, and where the newest stand now."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import Final

from veche.town import pilots as t
from veche.town.geometry import SEED

MEETINGS: Final = 14
"""So many days lie between two meetings of the panel; the last was three days ago."""
LAST_MEETING: Final = 3.0
SCREENED_OUT: Final = 110
NO_SITE: Final = 6
WITHDRAWN: Final = 8
NOW: Final = {
    "screening": 9, "more_info": 3, "review": 14, "panel": 8, "matching": 3, "methodology": 2,
    "agreement": 2, "running": 4, "evaluating": 2, "answering": 2,
}  # fmt: skip
"""State → how many stand in it now."""
USUAL: Final = {
    "screening": (2, 8), "review": (8, 16), "matching": (3, 12), "methodology": (4, 10),
    "agreement": (2, 7), "evaluating": (3, 9), "answering": (3, 25),
}  # fmt: skip
"""Days that a state takes, least and most; a panel decides when it meets."""
CANE: Final = "Электронная трость"
CANE_TEXT: Final = (
    "Насадка надевается на обычную белую трость и весит пятьдесят граммов. Она видит столб, "
    "ступень или самокат за три метра и предупреждает дрожью рукояти: вторая рука остаётся "
    "свободной."
)
CANE_SAID: Final = (
    "Названо, кому помогает: незрячим горожанам. Вес и расстояние можно измерить.",
    "Похожее есть, но тяжелее вдвое. Испытание на улице покажет больше, чем стол.",
    "Сделано вместе с обществом незрячих. Не сказано, на сколько хватает заряда.",
)
"""What the three experts said of the cane."""
CANE_COMPANY: Final = 1
CANE_CALL: Final = "free-streets"
CANE_TESTERS: Final = 60
LONG: Final = 110.0
"""Days that one site took to be found: a breach of the clock of 183 days."""


def _days(rng: random.Random, state: str) -> float:
    low, high = USUAL[state]
    return rng.uniform(low, high)


def _meeting_after(day: float) -> float:
    """The day before now of the first meeting after a day before now; below zero: it comes."""
    passed = int((day - LAST_MEETING) // MEETINGS) if day > LAST_MEETING else -1
    return LAST_MEETING + MEETINGS * passed


def _pick(rng: random.Random, key: str) -> str:
    return rng.choice(t.told().reasons[key])


class _Maker:
    """Makes applications one after the other from one source of chance."""

    def __init__(self) -> None:
        self.rng = random.Random(f"{SEED}pilot-past")
        self.trials = 0
        self.contract = 0

    def sent(self, call: t.TownCall) -> float:
        """When an application to a call was sent."""
        if not call.department:
            return self.rng.uniform(260, t.PAST_DAYS)
        return call.opened - self.rng.uniform(2, 44)

    def marks(
        self, good: float, expert: int | None = None
    ) -> tuple[tuple[int, tuple[int, ...], str], ...]:
        """Three experts, strict and mild ones, mark something that is this good (0 to 5)."""
        chosen = self.rng.sample(range(t.EXPERTS - 1), t.REVIEWS)
        if expert is not None:
            chosen[0] = expert
        found = []
        for who in chosen:
            strict = ((who * 37) % 11 - 5) / 6
            row = tuple(
                max(0, min(5, round(self.rng.gauss(good - strict, 0.7)))) for _ in t.criteria()
            )
            found.append((who, row, _pick(self.rng, "review")))
        return tuple(found)

    def base(
        self, call: t.TownCall, sent: float, company: int | None = None
    ) -> tuple[t.TownCompany, float, str]:
        """A company that fits a call."""
        if company is None:
            fitting = [one.index for one in t.companies() if one.technology in call.technologies]
            company = self.rng.choice([one for one in fitting if one > CANE_COMPANY])
        one = t.companies()[company]
        return one, sent, call.code

    def early(self, call: t.TownCall, sent: float, fate: str) -> t.TownApplication:
        """One that came to no trial: screened out, declined, without a site, or withdrawn."""
        one, at, code = self.base(call, sent)
        steps: list[tuple[str, float]] = []
        day = at - _days(self.rng, "screening")
        reason, marks = _pick(self.rng, "rejected"), ()
        if fate == "screened":
            steps.append(("turn_down", day))
        elif fate == "withdrawn":
            steps.append(("withdraw", day))
            reason = _pick(self.rng, "withdrawn")
        else:
            steps.append(("admit", day))
            day -= _days(self.rng, "review")
            steps.append(("bring", day))
            meeting = _meeting_after(day)
            marks = self.marks(self.rng.uniform(1.2, 3.0))  # type: ignore[assignment]
            if fate == "declined":
                steps.append(("decline", meeting))
            else:
                steps += [("select", meeting), ("find_none", meeting - self.rng.uniform(9, 20))]
                reason = "Ни одна площадка не подошла по времени."
        return t.TownApplication(
            one.index, code, one.product, one.text, one.language, at, tuple(steps), reason, marks
        )

    def whole(
        self, call: t.TownCall, sent: float, bought: bool, *, company: int | None = None,
        late: bool = False,
    ) -> t.TownApplication:  # fmt: skip
        """One that was tested and answered."""
        one, at, code = self.base(call, sent, company)
        cane = company == CANE_COMPANY
        trial = self.cane() if cane else self.trial(bought)
        steps: list[tuple[str, float]] = []
        day = at - _days(self.rng, "screening")
        steps.append(("admit", day))
        day -= _days(self.rng, "review")
        steps.append(("bring", day))
        day = _meeting_after(day)
        steps.append(("select", day))
        day -= LONG if late else _days(self.rng, "matching")
        steps.append(("place", day))
        day -= _days(self.rng, "methodology")
        steps.append(("approve", day))
        day -= _days(self.rng, "agreement")
        steps.append(("start", day))
        day -= trial.days
        steps.append(("end_trial", day))
        day -= _days(self.rng, "evaluating")
        steps.append(("publish", day))
        day -= _days(self.rng, "answering")
        steps.append(("buy" if trial.answer == "buy" else "stop", day))
        marks = self.marks(4.2 if bought else 3.4)
        if cane:
            said = zip(marks, CANE_SAID, strict=True)
            marks = tuple((who, row, words) for (who, row, _usual), words in said)
        return t.TownApplication(
            one.index, code, CANE if cane else one.product, CANE_TEXT if cane else one.text,
            "ru" if cane else one.language, at, tuple(steps), "", marks, trial,
        )  # fmt: skip

    def trial(self, bought: bool) -> t.TownTrial:
        """A usual trial: three indicators, one of them asked of residents."""
        rng, number = self.rng, self.trials
        self.trials += 1
        good = 0.95 if bought else 0.35
        threshold = rng.choice((10, 15, 20, 25))
        reached = threshold * (rng.uniform(1.0, 1.4) if rng.random() < good else rng.uniform(
            0.4, 0.95))  # fmt: skip
        fewer = rng.choice((5, 8, 12))
        stops = fewer * (rng.uniform(0.4, 1.0) if rng.random() < good else rng.uniform(1.1, 2))
        ease = rng.uniform(4.1, 4.7) if rng.random() < good else rng.uniform(2.6, 3.8)
        contract = 0
        if bought:
            contract = 10_000 * rng.randint(90, 620)
        return t.TownTrial(
            site=(number * 11) % t.SITES,
            days=rng.randint(30, 75),
            testers=0,
            hypotheses=("Жителям станет удобнее, а расходы не вырастут.",),
            indicators=(
                t.TownIndicator("saving", "Экономия против прежнего", "%", "mean", "at_least", 0.0,
                                float(threshold), False, self.around(reached, 8)),
                t.TownIndicator("stops", "Остановки за неделю", "раз", "mean", "at_most",
                                float(2 * fewer), float(fewer), False, self.around(stops, 6)),
                t.TownIndicator("ease", "Насколько удобно", "(баллы 1–5)", "mean", "at_least", 2.5,
                                4.0, True, (round(ease, 2),)),
            ),
            summary="Испытание прошло по методике. Каждый показатель ниже стоит рядом с порогом.",
            cost=10_000 * rng.randint(8, 90),
            answer="buy" if bought else "stop",
            because=_pick(rng, "bought" if bought else "stopped"),
            contract=contract,
        )  # fmt: skip

    def around(self, middle: float, count: int) -> tuple[float, ...]:
        """Values around a middle."""
        return tuple(round(self.rng.gauss(middle, abs(middle) / 12), 2) for _ in range(count))

    def cane(self) -> t.TownTrial:
        """The electronic cane: what was promised, and the one threshold it missed."""
        return t.TownTrial(
            site=6, days=61, testers=CANE_TESTERS,
            hypotheses=(
                "Незрячий человек узнаёт о препятствии раньше, чем дойдёт до него.",
                "Трость не тяжелее обычной.",
            ),
            indicators=(
                t.TownIndicator("weight", "Вес насадки", "г", "mean", "at_most", 120.0, 50.0,
                                False, (50.0, 49.5, 50.0)),
                t.TownIndicator("distance", "Расстояние до препятствия", "м", "median", "at_least",
                                1.0, 3.0, False, (3.1, 3.0, 3.2, 2.9, 3.1, 3.0, 3.3)),
                t.TownIndicator("battery", "Работа от одного заряда", "ч", "mean", "at_least", 0.0,
                                8.0, False, (6.4, 6.7, 6.5, 6.6)),
                t.TownIndicator("ease", "Насколько удобно", "(баллы 1–5)", "mean", "at_least", 2.5,
                                4.0, True, (4.4,)),
            ),
            summary="Трость видит препятствия за три шага и весит не больше яблока. Заряда хватает "
                    "на шесть с половиной часов, а не на восемь: порог не достигнут.",
            cost=640_000, answer="buy",
            because="Порог по заряду не достигнут, но он не главный: вторую батарею дают в "
                    "комплекте.",
            contract=4_200_000,
        )  # fmt: skip

    def standing_now(self, state: str, call: t.TownCall) -> t.TownApplication:
        """One that stands in a state today."""
        rng = self.rng
        one, _, code = self.base(call, 0.0)
        back: list[tuple[str, float]] = []
        day = rng.uniform(1, 6)
        order = (
            ("answering", "publish", (1, 9)), ("evaluating", "end_trial", (1, 6)),
            ("running", "start", (12, 40)), ("agreement", "approve", (1, 5)),
            ("methodology", "place", (2, 8)), ("matching", "select", (0, 0)),
            ("panel", "bring", (1, 2.5)), ("review", "admit", (4, 14)),
        )  # fmt: skip
        reached = state not in ("screening", "more_info")
        marks = ()
        trial = None
        if reached:
            begun = False
            day = 0.0
            for name, move, span in order:
                begun = begun or name == state
                if not begun:
                    continue
                if move == "select":
                    day = _meeting_after(day + MEETINGS)
                else:
                    day += rng.uniform(*span)
                    day = max(day, LAST_MEETING + 0.5) if name == "panel" and state != name else day
                back.append((move, day))
            back.reverse()
            sent = day + _days(rng, "screening")
            if state not in ("review",):
                marks = self.marks(3.6)  # type: ignore[assignment]
            if state in ("running", "evaluating", "answering", "agreement", "methodology"):
                trial = self.trial(bought=rng.random() < 0.5)
                # What is tested now has some weeks to go.
                trial = replace(trial, days=60) if state == "running" else trial
        elif state == "more_info":
            sent = rng.uniform(9, 12)
            back = [("ask", rng.uniform(1, 5))]
        else:
            sent = rng.uniform(0.5, 8)
        return t.TownApplication(
            one.index,
            code,
            one.product,
            one.text,
            one.language,
            sent,
            tuple(back),
            "",
            marks,
            trial,
        )


def _shared_out(found: list[t.TownApplication]) -> list[t.TownApplication]:
    """The testers of all trials that were answered, so that together they are as many as told."""
    answered = [n for n, one in enumerate(found) if one.trial and len(one.steps) == 9]
    open_ones = [n for n, one in enumerate(found) if one.trial and len(one.steps) in (6, 7, 8)]
    left = t.TESTERS - CANE_TESTERS - 40 * len(open_ones)
    usual = [n for n in answered if found[n].title != CANE]
    out = list(found)
    for place, n in enumerate(usual):
        share = left // len(usual) + (1 if place < left % len(usual) else 0)
        out[n] = _with_testers(found[n], share)
    for n in open_ones:
        out[n] = _with_testers(found[n], 40)
    return out


def _with_testers(one: t.TownApplication, count: int) -> t.TownApplication:
    assert one.trial is not None
    return replace(one, trial=replace(one.trial, testers=count))


@cache
def applications() -> tuple[t.TownApplication, ...]:
    """All of them, the oldest first."""
    make = _Maker()
    by_code = {one.code: one for one in t.calls()}
    old = [one for one in t.calls() if one.opened > 100]
    weights = [40 if one.department else 320 for one in old]
    cane_call = by_code[CANE_CALL]
    found = [make.whole(cane_call, make.sent(cane_call), True, company=CANE_COMPANY)]
    for n in range(t.TRIALS - 1):
        call = make.rng.choices(old, weights)[0]
        if call.department and call.opened < 300:
            call = by_code["standing"]
        found.append(make.whole(call, make.sent(call), n < t.ROLLED_OUT - 1, late=n == 20))
    for state, count in NOW.items():
        for _ in range(count):
            late = state in ("screening", "more_info", "review")
            call = by_code["school-air"] if late and make.rng.random() < 0.6 else (
                by_code["standing"])  # fmt: skip
            found.append(make.standing_now(state, call))
    for fate, count in (("screened", SCREENED_OUT), ("no_site", NO_SITE), ("withdrawn", WITHDRAWN)):
        for _ in range(count):
            call = make.rng.choices(old, weights)[0]
            found.append(make.early(call, make.sent(call), fate))
    in_call = sum(one.call == CANE_CALL for one in found)
    while len(found) < t.APPLICATIONS:
        call = cane_call if in_call < 40 else make.rng.choices(old, weights)[0]
        if call is cane_call and in_call >= 40:
            continue
        in_call += call is cane_call
        found.append(make.early(call, make.sent(call), "declined"))
    found = _shared_out(found)
    return tuple(sorted(found, key=lambda one: -one.sent))
