"""A year of problems: what residents reported, and what became of it, up to one moment.

Nothing here is random at run time: the same `seed` and `end` give the same year. Times are worked
out in whole seconds since 1970 and turned into aware UTC datetimes at the end.
"""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from typing import Final, Literal, NamedTuple

from veche.town.categories import Category, categories
from veche.town.geometry import to_degrees, to_metres, town
from veche.town.offices import offices, responsible
from veche.town.people import residents
from veche.town.streets import Address, house
from veche.town.wording import Wording

ZONE_SECONDS: Final = 4 * 3600
"""The town's clock stands four hours ahead of UTC all year."""
DAY: Final = 86_400
CHECK_DAYS: Final = 14
"""Calendar days an author has to check a result."""

State = Literal[
    "moderation", "rejected", "routing", "work", "check", "confirmed", "unconfirmed", "refused"
]
REJECTIONS: Final = ("duplicate", "no_place", "no_problem", "private", "insult", "personal_data")
"""Reason codes of a moderator who does not accept a problem."""
REFUSALS: Final = ("no_fault_found", "private_land", "planned_later", "no_money", "rule_forbids")
"""Reason codes of an office that will not do what was asked."""


class PastProblem(NamedTuple):
    """One problem and its life up to the end of the history; what has not happened is None.

    `author` is the index of a resident, None when reported without a name. `details` answers the
    category's questions by their code. `photograph` is a kind of drawing or None.
    `check` is ``confirmed``, ``returned`` or ``none`` (14 days passed in silence).
    """

    number: int
    category: str
    district: str
    neighbourhood: str
    address: str
    lon: float
    lat: float
    text: str
    language: str
    details: dict[str, str | int | bool]
    photograph: str | None
    author: int | None
    reported_at: datetime
    moderated_at: datetime | None
    verdict: Literal["accepted", "rejected"] | None
    rejection: str | None
    organisation: str | None
    routed_at: datetime | None
    answered_at: datetime | None
    answer: str | None
    outcome: Literal["done", "refused"] | None
    refusal: str | None
    check: Literal["confirmed", "returned", "none"] | None
    checked_at: datetime | None
    return_reason: str | None
    second_answered_at: datetime | None
    second_answer: str | None
    second_check: Literal["confirmed", "none"] | None
    second_checked_at: datetime | None
    state: State
    closed_at: datetime | None


_HOURS: Final = (1, 1, 0, 0, 0, 1, 3, 8, 12, 10, 8, 8, 9, 7, 6, 6, 7, 9, 11, 12, 10, 8, 5, 2)
_PHOTOGRAPHS: Final = {
    "pothole": "pothole", "pavement": "pothole", "road-ice": "ice", "lamp-out": "lamp",
    "dark-yard": "lamp", "lamp-day": "lamp", "bins": "bins", "dump": "bins", "bulky": "bins",
    "bench": "bench", "icicles": "ice",
}  # fmt: skip
# How much slower than usual, and how often refused: the rest is 1 and 0.11.
_SLOW: Final = {"ramp": 1.9, "dead-tree": 1.5, "signs": 1.4, "stop-shelter": 1.4, "leak": 0.5,
                "hatch": 0.35, "road-ice": 0.5, "cold-home": 0.5, "bins": 0.5}  # fmt: skip
_REFUSED: Final = {"ramp": 0.26, "parking": 0.24, "bus-late": 0.2, "dead-tree": 0.18, "bins": 0.05}


def _staff(moment: float, rng: random.Random, weekends: bool = False) -> int:
    """Return `moment` or the next time someone is at work: 9 to 18, or 8 to 21 with `weekends`."""
    opens, closes = (8, 21) if weekends else (9, 18)
    day, second = divmod(int(moment) + ZONE_SECONDS, DAY)
    if second >= closes * 3600:
        day, second = day + 1, 0
    if not weekends and (day + 3) % 7 >= 5:  # 1 January 1970 was a Thursday
        day, second = day + 7 - (day + 3) % 7, 0
    if second < opens * 3600:
        second = opens * 3600 + int(rng.random() ** 2 * 9000)
    return day * DAY + second - ZONE_SECONDS


def _awake(moment: float, rng: random.Random) -> int:
    """Return `moment`, or the next morning or evening when a resident would act."""
    day, second = divmod(int(moment) + ZONE_SECONDS, DAY)
    if second < 7 * 3600:
        second = 7 * 3600 + int(rng.random() * 12_000)
    return day * DAY + second - ZONE_SECONDS


class _Places:
    """Where things go wrong: hot spots near which they go wrong again."""

    def __init__(self, rng: random.Random) -> None:
        self.codes = [area.code for area in town().neighbourhoods]
        weights = [
            rng.uniform(0.4, 1.3) * (2.2 if code[9:11] == "d1" else 1) for code in self.codes
        ]
        self.steps = list(accumulate(weights))
        self.spots = {
            code: [(int(rng.random() * 997), rng.random()) for _ in range(9)] for code in self.codes
        }

    def somewhere(self, rng: random.Random) -> str:
        return self.codes[bisect(self.steps, rng.random() * self.steps[-1] * 0.999_999)]

    def address(self, rng: random.Random, code: str) -> Address:
        if rng.random() < 0.38:
            street, place = self.spots[code][int(rng.random() ** 1.7 * 9)]
            found = house(code, street, min(0.999, max(0.0, place + rng.gauss(0, 0.012))))
        else:
            found = house(code, int(rng.random() * 997), rng.random())
        # People point beside the house: up to 20 metres each way.
        x, y = to_metres(found.lon, found.lat)
        spot = to_degrees(x + rng.random() * 40 - 20, y + rng.random() * 40 - 20)
        return Address(found.text, *spot)


def _moments(n: int, days: int, end: int, rng: random.Random) -> list[int]:
    """Return `n` times of reports, oldest first, none after `end`."""
    first = (end + ZONE_SECONDS) // DAY - days
    weights = []
    for day in range(first, first + days + 1):
        share = (day - first) / max(days, 1)
        weekly = 0.72 if (day + 3) % 7 >= 5 else 1.12 if (day + 3) % 7 == 0 else 1.0
        weights.append(weekly * (0.8 + 0.4 * share) * rng.uniform(0.75, 1.3))
    hours = rng.choices(range(24), _HOURS, k=n)
    moments = []
    for day, hour in zip(rng.choices(range(days + 1), weights, k=n), hours, strict=True):
        moment = (first + day) * DAY + hour * 3600 + int(rng.random() * 3600) - ZONE_SECONDS
        if moment > end or moment <= end - days * DAY:  # the two cut days at the ends
            moment = end - int(rng.random() * days * DAY)
        moments.append(moment)
    return sorted(moments)


def _details(category: Category, rng: random.Random) -> dict[str, str | int | bool]:
    out: dict[str, str | int | bool] = {}
    for question in category.questions:
        luck = rng.random()
        if question.kind == "choice":
            out[question.code] = question.choices[int(luck * len(question.choices))].code
        elif question.code == "route":
            out[question.code] = str(1 + int(luck * 48))
        elif question.code == "degrees":
            out[question.code] = 12 + int(luck * 6)
        elif question.code == "time":
            out[question.code] = f"{7 + int(luck * 14)}:{int(luck * 997) % 6}0"
        elif question.kind == "number":
            out[question.code] = 1 + int(luck * luck * 7)
        elif question.kind == "yesno":
            out[question.code] = luck < 0.18
    return out


def history(
    n: int = 20_000, days: int = 365, *, end: datetime, seed: int = 1147
) -> Iterator[PastProblem]:
    """Yield `n` problems of the `days` before `end`, oldest first, numbered from 1.

    Nothing in them happens after `end`, an aware datetime; ValueError if it is not aware.
    """
    if end.tzinfo is None:
        raise ValueError("the end of a history needs a time zone")
    rng = random.Random(f"{seed}history")
    last = int(end.timestamp())
    places, wording = _Places(rng), Wording()
    kinds = categories()
    months = [list(accumulate(kind.months[m] for kind in kinds)) for m in range(12)]
    people = residents()
    pace = {office.code: office.pace for office in offices()}

    def when(moment: int | None) -> datetime | None:
        return None if moment is None else datetime.fromtimestamp(moment, UTC)

    # What was seen lately: neighbours report the same lamp or leak within half a day.
    lately: deque[tuple[int, Category, str, Address]] = deque(maxlen=40)
    for number, reported in enumerate(_moments(n, days, last, rng), 1):
        reported_at = datetime.fromtimestamp(reported, UTC)
        steps = months[reported_at.month - 1]
        kind = kinds[bisect(steps, rng.random() * steps[-1] * 0.999_999)]
        # A few residents report much, most report once or twice.
        author: int | None = int(rng.random() ** 1.4 * len(people))
        person = people[author or 0]
        area = person.neighbourhood if rng.random() < 0.7 else places.somewhere(rng)
        if kind.anonymous_allowed and rng.random() < 0.09:
            author = None
        luck = rng.random()
        language = person.language if luck < 0.9 else "en" if luck < 0.94 else "ru"
        language = "zh" if 0.94 <= luck < 0.965 else language
        spot = places.address(rng, area)
        echo = False
        if lately and rng.random() < 0.03:
            seen, same, there, where = lately[int(rng.random() * len(lately))]
            if reported - seen < DAY / 2 and (same.anonymous_allowed or author is not None):
                echo, kind, area, spot = True, same, there, where
        lately.append((reported, kind, area, spot))
        office = responsible(kind.code, area[:11])
        life = _life(reported, last, kind.code, office, pace, rng, echo)
        outcome, check = life.outcome, life.check
        if author is None and check is not None:  # nobody to ask: it stays unconfirmed
            life = life.silent(last)
            check = life.check
        photograph = _PHOTOGRAPHS.get(kind.code)
        text, pattern = wording.report(kind.code, language, reported_at.month, rng)
        if life.rejection:
            spoilt = wording.rejected(life.rejection, rng)
            text, language = (text, language) if spoilt is None else (spoilt, "ru")
        yield PastProblem(
            number, kind.code, area[:11], area, *spot, text,
            language, _details(kind, rng), photograph if rng.random() < 0.55 else None, author,
            reported_at, when(life.moderated), life.verdict, life.rejection, life.organisation,
            when(life.routed), when(life.answered),
            wording.answer(kind.code, pattern, life.refusal, rng) if outcome else None,
            outcome, life.refusal, check, when(life.checked),
            wording.back(rng) if check == "returned" else None, when(life.second),
            wording.again(rng) if life.second else None, life.second_check,
            when(life.second_checked), life.state, when(life.closed),
        )  # fmt: skip


class _Life(NamedTuple):
    """The life of a problem in seconds since 1970, as far as it has come."""

    state: State
    moderated: int | None = None
    verdict: Literal["accepted", "rejected"] | None = None
    rejection: str | None = None
    organisation: str | None = None
    routed: int | None = None
    answered: int | None = None
    outcome: Literal["done", "refused"] | None = None
    refusal: str | None = None
    check: Literal["confirmed", "returned", "none"] | None = None
    checked: int | None = None
    second: int | None = None
    second_check: Literal["confirmed", "none"] | None = None
    second_checked: int | None = None
    closed: int | None = None

    def silent(self, last: int) -> _Life:
        """Return the same life with an author who never checks."""
        assert self.answered is not None
        over = self.answered + CHECK_DAYS * DAY
        calm = self._replace(second=None, second_check=None, second_checked=None)
        if over > last:
            return calm._replace(state="check", check=None, checked=None, closed=None)
        return calm._replace(state="unconfirmed", check="none", checked=None, closed=over)


def _life(
    reported: int,
    last: int,
    category: str,
    organisation: str,
    pace: dict[str, float],
    rng: random.Random,
    echo: bool,
) -> _Life:
    """Return the life of one problem; an `echo` says what somebody said a few hours before."""
    luck = rng.random()
    wait = rng.uniform(25, 60) * 3600 if luck < 0.04 else rng.expovariate(1 / 7000) + 300
    moderated = _staff(reported + wait, rng, weekends=True)
    if moderated > last:
        return _Life("moderation")
    if rng.random() < (0.55 if echo else 0.055):
        reason = REJECTIONS[0 if echo else int(rng.random() ** 1.4 * len(REJECTIONS))]
        return _Life("rejected", moderated, "rejected", reason, closed=moderated)
    routed = moderated
    if rng.random() < 0.03:  # no rule fits: someone has to choose the office
        routed = _staff(moderated + rng.expovariate(1 / 12_000), rng)
        if routed > last:
            return _Life("routing", moderated, "accepted")
    life = _Life("work", moderated, "accepted", None, organisation, routed)
    need = pace[organisation] * _SLOW.get(category, 1.0) * math.exp(rng.gauss(0, 0.42))
    need *= 1.0 + 0.15 * (last - routed) / (365 * DAY)  # offices learn in the course of the year
    luck = rng.random()
    if luck < 0.035:
        need += rng.uniform(5, 24)
    elif luck < 0.039:
        return life  # forgotten: the answer is still due
    answered = _staff(routed + max(need, 0.05) * DAY, rng)
    if answered > last:
        return life
    if rng.random() < _REFUSED.get(category, 0.11):
        refusal = REFUSALS[int(rng.random() ** 1.4 * len(REFUSALS))]
        return life._replace(
            state="refused", answered=answered, outcome="refused", refusal=refusal, closed=answered
        )
    return _checked(life._replace(answered=answered, outcome="done"), answered, last, rng)


def _checked(life: _Life, answered: int, last: int, rng: random.Random) -> _Life:
    luck = rng.random()
    looked = _awake(answered + min(13.0, 0.1 + rng.expovariate(1 / 2.6)) * DAY, rng)
    over = answered + CHECK_DAYS * DAY
    if luck >= 0.66:
        if over > last:
            return life._replace(state="check")
        return life._replace(state="unconfirmed", check="none", closed=over)
    if looked > last:
        return life._replace(state="check")
    if luck < 0.55:
        return life._replace(state="confirmed", check="confirmed", checked=looked, closed=looked)
    life = life._replace(state="work", check="returned", checked=looked)
    second = _staff(looked + rng.lognormvariate(1.1, 0.5) * DAY, rng)
    if second > last:
        return life
    life = life._replace(state="check", second=second)
    if rng.random() < 0.6:
        looked = _awake(second + min(13.0, 0.1 + rng.expovariate(1 / 2.2)) * DAY, rng)
        if looked > last:
            return life
        return life._replace(
            state="confirmed", second_check="confirmed", second_checked=looked, closed=looked
        )
    over = second + CHECK_DAYS * DAY
    if over > last:
        return life
    return life._replace(state="unconfirmed", second_check="none", closed=over)
