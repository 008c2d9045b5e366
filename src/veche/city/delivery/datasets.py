"""What is published of promises and of the strategy: everything but who is asked and what they say.

What the board shows is a figure of these rows: a test compares them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.city.delivery.queries.board import GROUP, ON_TIME, values
from veche.figures import (
    Col,
    Column,
    Dataset,
    Figure,
    Measure,
    count,
    count_where,
    eq,
    gt,
    is_null,
    le,
    not_null,
    one_of,
    share,
    total,
)

_SHOWN = "c.hidden_at IS NULL AND c.state <> '' AND c.opened_at <= %(at)s"
_PROMISES = f"""
SELECT c.number, p.title, {GROUP} AS stands, c.state, o.code AS office, t.code AS territory,
    d.code AS district, s.code AS strategy, g.code AS goal, c.opened_at AS made_datetime,
    p.first_due_on AS first_due, p.due_on AS due, p.done_at AS done_datetime,
    c.closed_at AS closed_datetime,
    CASE WHEN p.done_at IS NOT NULL AND p.first_due_on IS NOT NULL THEN {ON_TIME} END AS on_time,
    p.round AS rounds,
    (SELECT coalesce(sum(amount), 0) FROM delivery_amount a WHERE a.promise_id = p.case_id
        AND a.kind = 'planned' AND a.superseded_by_id IS NULL) AS planned,
    (SELECT coalesce(sum(amount), 0) FROM delivery_amount a WHERE a.promise_id = p.case_id
        AND a.kind = 'spent' AND a.superseded_by_id IS NULL) AS spent,
    %(at)s::timestamptz AS published_datetime
FROM delivery_promise p JOIN cases_case c ON c.id = p.case_id
    JOIN places_territory t ON t.id = c.territory_id
    LEFT JOIN places_territory d ON d.id = t.district_id
    LEFT JOIN organisations_organisation o ON o.id = c.organisation_id
    LEFT JOIN delivery_goal g ON g.id = p.goal_id
    LEFT JOIN delivery_strategy s ON s.id = g.strategy_id
WHERE {_SHOWN}
"""
_STEPS = f"""
SELECT b.number AS promise, x.number, x.title, c.state, o.code AS office,
    x.first_due_on AS first_due, x.due_on AS due, x.done_on AS done,
    nullif(x.lateness, '') AS lateness,
    (SELECT count(*) FROM delivery_superseded u WHERE u.step_id = x.case_id
        AND u.field = 'due_on') AS postponed
FROM delivery_step x JOIN cases_case b ON b.id = x.promise_id JOIN cases_case c ON c.id = x.case_id
    LEFT JOIN organisations_organisation o ON o.id = b.organisation_id
WHERE {_SHOWN} AND b.hidden_at IS NULL
"""
_AMOUNTS = f"""
SELECT a.id, c.number AS promise, o.code AS office, a.kind, a.amount, a."on" AS day,
    nullif(a.words, '') AS words, a.superseded_by_id AS replaced_by
FROM delivery_amount a JOIN cases_case c ON c.id = a.promise_id
    LEFT JOIN organisations_organisation o ON o.id = c.organisation_id
WHERE {_SHOWN}
"""
_GOALS = """
SELECT s.code AS strategy, g.code, a.code AS above, g.kind,
    coalesce(g.titles->>'en', g.titles->>'ru', g.titles->>'zh') AS title, o.code AS office,
    g.begins, g.ends, g.planned, g.spent,
    nullif(coalesce(g.indicator->>'en', g.indicator->>'ru', g.indicator->>'zh'), '') AS indicator,
    nullif(coalesce(g.units->>'en', g.units->>'ru', g.units->>'zh'), '') AS unit,
    g.baseline, g.baseline_on, g.target, g.target_on, m.value, m."on" AS value_on,
    (SELECT min(u.before)::date FROM delivery_superseded u WHERE u.id = (
        SELECT min(v.id) FROM delivery_superseded v
        WHERE v.goal_id = g.id AND v.field = 'ends' AND v.before <> '')) AS first_ends,
    coalesce(g.planned, g.spent) IS NOT NULL AND NOT EXISTS (
        WITH RECURSIVE up AS (
            SELECT h.above_id, coalesce(h.planned, h.spent) AS sum FROM delivery_goal h
            WHERE h.id = g.above_id
            UNION ALL
            SELECT h.above_id, coalesce(h.planned, h.spent) FROM delivery_goal h
                JOIN up ON h.id = up.above_id
        ) SELECT FROM up WHERE up.sum IS NOT NULL) AS counts
FROM delivery_goal g JOIN delivery_strategy s ON s.id = g.strategy_id
    LEFT JOIN delivery_goal a ON a.id = g.above_id
    LEFT JOIN organisations_organisation o ON o.id = g.owner_id
    LEFT JOIN LATERAL (SELECT value, "on" FROM delivery_measured m WHERE m.goal_id = g.id
        AND m."on" <= (%(at)s AT TIME ZONE %(zone)s)::date ORDER BY "on" DESC LIMIT 1) m ON true
"""
_CHANGES = """
SELECT u.id, s.code AS strategy, g.code AS goal, b.number AS promise, x.number AS step, u.field,
    nullif(u.before, '') AS before, nullif(u.after, '') AS after, u.reason,
    u.at AS changed_datetime
FROM delivery_superseded u LEFT JOIN delivery_goal g ON g.id = u.goal_id
    LEFT JOIN delivery_strategy s ON s.id = g.strategy_id
    LEFT JOIN delivery_step x ON x.case_id = u.step_id
    LEFT JOIN cases_case b ON b.id = coalesce(u.promise_id, x.promise_id)
WHERE u.at <= %(at)s AND b.hidden_at IS NULL
"""


def _at(statement: str, at: dt.datetime) -> tuple[str, Sequence[object]]:
    """The statement with its values in the order in which they stand in it."""
    found: list[object] = []
    given = values(at)
    parts = statement.split("%(")
    text = parts[0]
    for part in parts[1:]:
        name, _close, rest = part.partition(")s")
        found.append(given[name])
        text += "%s" + rest
    return text, found


def _promises(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _at(_PROMISES, at)


def _steps(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _at(_STEPS, at)


def _amounts(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _at(_AMOUNTS, at)


def _goals(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _at(_GOALS, at)


def _changes(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _at(_CHANGES, at)


_OFFICE = Column("office", "text", _("Code of the office that answers."), nullable=True)
PROMISES = Dataset(
    name="promises",
    title=_("Promises of the city"),
    description=_("Every promise as it stood when this was published, with its money and dates."),
    columns=(
        Column("number", "text", _("Number of the promise.")),
        Column("title", "text", _("What was promised.")),
        Column(
            "stands",
            "text",
            _(
                "late, under_way, acceptance, kept, unconfirmed, broken or replaced, as the board"
                " tells it: late from the day after the first date."
            ),
        ),
        Column("state", "text", _("State of the procedure it stands in.")),
        _OFFICE,
        Column("territory", "text", _("Code of the place it is about.")),
        Column("district", "text", _("Code of the district of that place."), nullable=True),
        Column("strategy", "text", _("Code of the strategy it hangs on."), nullable=True),
        Column("goal", "text", _("Code of the item it hangs on."), nullable=True),
        Column("made_datetime", "moment", _("When it was made.")),
        Column("first_due", "date", _("The date that was promised first."), nullable=True),
        Column("due", "date", _("The date as it stands now."), nullable=True),
        Column("done_datetime", "moment", _("When it was last said to be done."), nullable=True),
        Column("closed_datetime", "moment", _("When it ended."), nullable=True),
        Column(
            "on_time",
            "boolean",
            _("Whether it was done by the date promised first."),
            nullable=True,
        ),
        Column("rounds", "integer", _("How often residents were asked.")),
        Column("planned", "number", _("Money planned, in the city's currency.")),
        Column("spent", "number", _("Money spent.")),
        Column("published_datetime", "moment", _("The moment of this publication.")),
    ),
    sql=_promises,
    key=("number",),
)
STEPS = Dataset(
    name="promise_steps",
    title=_("Steps of promises"),
    description=_("Every step with the date promised first, the date now, and why it was late."),
    columns=(
        Column("promise", "text", _("Number of the promise.")),
        Column("number", "integer", _("Place of the step in its promise.")),
        Column("title", "text", _("What is to be done.")),
        Column("state", "text", _("State of the procedure it stands in.")),
        _OFFICE,
        Column("first_due", "date", _("The date that was promised first.")),
        Column("due", "date", _("The date as it stands now.")),
        Column("done", "date", _("When it was done."), nullable=True),
        Column("lateness", "text", _("Why it was missed, as the office says."), nullable=True),
        Column("postponed", "integer", _("How often it was given another date.")),
    ),
    sql=_steps,
    key=("promise", "number"),
)
AMOUNTS = Dataset(
    name="promise_amounts",
    title=_("Money of promises"),
    description=_("Every line of money, planned or spent; a wrong one names what replaced it."),
    columns=(
        Column("id", "integer", _("Number of the line.")),
        Column("promise", "text", _("Number of the promise.")),
        _OFFICE,
        Column("kind", "text", _("planned or spent.")),
        Column("amount", "number", _("The sum, in the city's currency.")),
        Column("day", "date", _("Of which day.")),
        Column("words", "text", _("What it is for."), nullable=True),
        Column(
            "replaced_by", "integer", _("The line in its place, if it was wrong."), nullable=True
        ),
    ),
    sql=_amounts,
    key=("id",),
)
GOALS = Dataset(
    name="strategy_goals",
    title=_("Goals, tasks and measures of the strategy"),
    description=_("Every item of every strategy with its term, money and indicator."),
    columns=(
        Column("strategy", "text", _("Code of the strategy.")),
        Column("code", "text", _("Code of the item, as the plan numbers it.")),
        Column("above", "text", _("Code of the item above it."), nullable=True),
        Column("kind", "text", _("goal, task or measure.")),
        Column("title", "text", _("What it is called.")),
        _OFFICE,
        Column("begins", "date", _("Its first day."), nullable=True),
        Column("ends", "date", _("Its last day."), nullable=True),
        Column("planned", "number", _("Money planned, in the city's currency."), nullable=True),
        Column("spent", "number", _("Money spent."), nullable=True),
        Column("indicator", "text", _("What is measured."), nullable=True),
        Column("unit", "text", _("Unit of the indicator."), nullable=True),
        Column("baseline", "number", _("What it was at the beginning."), nullable=True),
        Column("baseline_on", "date", _("Day of the baseline."), nullable=True),
        Column("target", "number", _("What it is to become."), nullable=True),
        Column("target_on", "date", _("Day of the target."), nullable=True),
        Column("value", "number", _("What was measured last."), nullable=True),
        Column("value_on", "date", _("Day of that value."), nullable=True),
        Column(
            "first_ends", "date", _("The last day planned first, if it changed."), nullable=True
        ),
        Column("counts", "boolean", _("Whether its money is in the sum of its strategy.")),
    ),
    sql=_goals,
    key=("strategy", "code"),
)
CHANGES = Dataset(
    name="delivery_changes",
    title=_("Dates, sums and targets that were replaced"),
    description=_("What stood in a promise, a step or a strategy, what stands there, and why."),
    columns=(
        Column("id", "integer", _("Number of the change.")),
        Column(
            "strategy",
            "text",
            _("Code of the strategy, if it is one of a strategy."),
            nullable=True,
        ),
        Column("goal", "text", _("Code of its item."), nullable=True),
        Column(
            "promise", "text", _("Number of the promise, if it is one of a promise."), nullable=True
        ),
        Column("step", "integer", _("Place of the step in the promise."), nullable=True),
        Column("field", "text", _("What was replaced.")),
        Column("before", "text", _("What stood there."), nullable=True),
        Column("after", "text", _("What stands there since."), nullable=True),
        Column("reason", "text", _("Why.")),
        Column("changed_datetime", "moment", _("When.")),
    ),
    sql=_changes,
    key=("id",),
)
DATASETS = (PROMISES, STEPS, AMOUNTS, GOALS, CHANGES)

DUE = ("late", "kept", "unconfirmed", "broken")
"""Promises whose day has come: of these the share kept by the first date is taken."""
_MEASURES: tuple[Measure, ...] = (
    count("promises", _("promises made")),
    count_where("kept", eq("stands", "kept"), title=_("kept")),
    count_where("late", eq("stands", "late"), title=_("late")),
    count_where("broken", eq("stands", "broken"), title=_("broken")),
    count_where("under_way", eq("stands", "under_way"), title=_("under way")),
    share(
        "kept_by_first_date",
        eq("stands", "kept"),
        eq("on_time", True),
        of=(one_of("stands", *DUE),),
        title=_("kept by the date promised first"),
    ),
    total("planned", "planned", title=_("money planned")),
    total("spent", "spent", title=_("money spent")),
)
FIGURES = (
    Figure(
        name="promises",
        title=_("How does the city keep its promises?"),
        dataset="promises",
        measures=_MEASURES,
    ),
    Figure(
        name="promises_by_office",
        title=_("How does each office keep its promises?"),
        dataset="promises",
        measures=_MEASURES,
        by=("office",),
    ),
    Figure(
        name="promises_by_office_and_district",
        title=_("Where do the promises of each office stand in each district?"),
        dataset="promises",
        measures=(count("promises", _("promises made")),),
        by=("stands", "office", "district"),
    ),
    Figure(
        name="promise_steps_by_office",
        title=_("How do offices keep the dates of their steps?"),
        dataset="promise_steps",
        measures=(
            count("steps", _("steps planned")),
            count_where("done", not_null("done"), title=_("done")),
            share(
                "done_by_first_date",
                le("done", Col("first_due")),
                of=(not_null("done"),),
                title=_("done by the date promised first"),
            ),
            count_where("postponed", gt("postponed", 0), title=_("given another date")),
        ),
        by=("office",),
    ),
    Figure(
        name="promise_money_by_year",
        title=_("How much money was planned and spent for promises in each year?"),
        dataset="promise_amounts",
        measures=(
            total("planned", "amount", eq("kind", "planned"), title=_("money planned")),
            total("spent", "amount", eq("kind", "spent"), title=_("money spent")),
        ),
        by=("day:year",),
        where=(is_null("replaced_by"),),
    ),
    Figure(
        name="strategy_money_by_office",
        title=_("How much money of the strategy was planned and spent by each office?"),
        dataset="strategy_goals",
        measures=(
            count("knots", _("items with a sum of their own")),
            total("planned", "planned", title=_("money planned")),
            total("spent", "spent", title=_("money spent")),
        ),
        by=("strategy", "office"),
        where=(eq("counts", True),),
    ),
)
