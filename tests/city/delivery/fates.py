"""A promise of every fate, for the board and for what is published."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.cast import START, SmallTown
from tests.city.delivery.promises import DAY, asked, finish, make, on, said_done, with_steps
from veche.city.delivery.models import Promise
from veche.city.delivery.operations import acceptance, money, promises
from veche.city.delivery.operations.steps import explain_step
from veche.core.cases.operations import advance
from veche.core.people.models import Person

NOW = START + 40 * DAY
"""The moment at which they are looked at."""


def judged(promise: Promise, by: Person, at: dt.datetime) -> None:
    """Somebody accepts it."""
    acceptance.give_verdict(by=by, at=at, case=promise.case, accepts=True)


def tell(town: SmallTown) -> dict[str, Promise]:
    """One promise for each line of the board, by what became of it; the money is of `late`."""
    kept = said_done(town, asked=asked(town.resident), title="Kept by its date")
    judged(kept, town.resident, START + 6 * DAY)
    slow, (step,) = with_steps(town, 3, asked=asked(town.resident), title="Kept, but late")
    explain_step(by=town.officer, at=START + 8 * DAY, case=step.case, text="The lamps came late.")
    finish(town, step, START + 9 * DAY)
    slow = acceptance.say_done(
        by=town.officer, at=START + 9 * DAY, case=slow.case, text="It is built and lit now."
    )
    judged(slow, town.resident, START + 10 * DAY)
    silent = said_done(town, asked=asked(town.resident), title="Nobody answered")
    broken, _steps = with_steps(town, 60, title="Broken in the end")
    promises.break_promise(
        by=town.controller, at=START + 7 * DAY, case=broken.case, text="The money was taken away."
    )
    advance(at=START + 30 * DAY)
    late, _steps = with_steps(town, 20, territory=town.east, title="Late by twenty days")
    first = money.add_amount(
        by=town.officer, at=START, case=late.case, kind="planned", amount=Decimal("100.50"),
        on=on(1), text="Lamps and poles",
    )  # fmt: skip
    money.add_amount(
        by=town.officer, at=START, case=late.case, kind="planned", amount=Decimal("120.25"),
        on=on(1), text="Lamps, poles and cables", instead=first.pk,
    )  # fmt: skip
    money.add_amount(
        by=town.officer, at=START, case=late.case, kind="spent", amount=Decimal(80), on=on(0),
        text="Lamps",
    )  # fmt: skip
    under, _steps = with_steps(town, 90, title="Under way", office=town.roads)
    drafted = make(town, office=town.lights, at=NOW - DAY, title="Steps are being written")
    waiting, (step,) = with_steps(town, 60, asked=asked(town.neighbour), title="Judged now")
    finish(town, step, NOW - DAY)
    acceptance.say_done(
        by=town.officer, at=NOW - DAY, case=waiting.case, text="The crossing is built and lit."
    )
    return {
        "kept": kept, "slow": slow, "unconfirmed": silent, "broken": broken, "late": late,
        "under_way": under, "drafted": drafted, "acceptance": waiting,
    }  # fmt: skip
