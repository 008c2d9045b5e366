"""What is published of points: sums where enough people are in them, and the rewards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from veche.city.points.rules import LEAST_PEOPLE
from veche.figures import Column, Dataset, Figure, count, total

_SUMS = f"""
SELECT to_char(e.at AT TIME ZONE %s, 'YYYY-MM')
        AS month,
    CASE WHEN e.kind IN ('earned', 'taken-back') THEN e.rule ELSE e.kind END AS what,
    count(DISTINCT e.account_id)::int AS people, count(*)::int AS times,
    sum(e.amount)::int AS points
FROM points_entry e WHERE e.at <= %s GROUP BY 1, 2
HAVING count(DISTINCT e.account_id) >= {LEAST_PEOPLE}
"""


def _sums(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _SUMS, [settings.TIME_ZONE, at]


SUMS = Dataset(
    name="points_by_month",
    title=_("Points by month"),
    description=_("What was earned and spent in a month, where five people or more are in it."),
    columns=(
        Column("month", "text", _("The month, as 2026-11.")),
        Column("what", "text", _("For what they were given; “spent” and “returned” for rewards.")),
        Column("people", "integer", _("How many people it concerns.")),
        Column("times", "integer", _("How often.")),
        Column("points", "integer", _("The points, less what was taken back.")),
    ),
    sql=_sums,
    key=("month", "what"),
)

REWARDS = Dataset(
    name="rewards",
    title=_("Rewards for points"),
    description=_("What people can get for points now."),
    columns=(
        Column("code", "text", _("Code of the reward.")),
        Column("name", "text", _("Its name in English.")),
        Column("cost", "integer", _("What it costs, in points.")),
        Column("stock", "integer", _("How many are left; empty: no limit."), nullable=True),
    ),
    sql="""SELECT code, coalesce(nullif(names->>'en', ''), code) AS name, cost, stock
        FROM points_reward WHERE active""",
    key=("code",),
)
DATASETS = (SUMS, REWARDS)
FIGURES = (
    Figure(
        name="points_by_month",
        title=_("How many points were earned and spent?"),
        dataset="points_by_month",
        measures=(total("points", "points", title=_("points")),),
        by=("what",),
    ),
    Figure(
        name="rewards",
        title=_("How many rewards are there?"),
        dataset="rewards",
        measures=(count("rewards", _("rewards")),),
    ),
)
"""No list of persons and none of their balances, anywhere."""
