"""What is published about contracts: each call of a firm, its term, and whether it was kept.

A call is the time in which a firm has a matter by its contract under one promise to the author. A
question to the author stops its clock and lets it go on: it is one call, and its term is the last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import PROCEDURES
from veche.figures import (
    Column,
    Dataset,
    Figure,
    compute,
    count,
    count_where,
    eq,
    median,
    one_of,
    share,
)

_CALLS = """
WITH clocks AS (
    SELECT k.*, c.number, c.procedure, c.theme, c.territory_id,
        -- The same number: under one promise. It ends where no answer is owed any more.
        count(*) FILTER (WHERE c.procedure || '.' || k.state <> ALL(%s))
            OVER (PARTITION BY k.case_id ORDER BY k.id) AS promise
    FROM cases_caseclock k JOIN cases_case c ON c.id = k.case_id
    WHERE k.started_at <= %s
        AND k.case_id IN (SELECT case_id FROM cases_caseclock WHERE by_contract{of_one})
), calls AS (
    SELECT min(id) AS call, case_id, number, procedure, theme, territory_id, organisation_id,
        min(started_at) AS called, (array_agg(due_at ORDER BY id DESC))[1] AS due,
        (array_agg(stopped_at ORDER BY id DESC))[1] AS ended
    FROM clocks WHERE by_contract
    GROUP BY case_id, number, procedure, theme, territory_id, organisation_id, state, promise
)
SELECT l.call, l.number, l.procedure, l.theme, t.code AS territory, o.code AS office,
    l.called AS called_datetime, l.due AS due_datetime, l.ended AS ended_datetime,
    e.move AS ended_by,
    CASE WHEN coalesce(l.ended, %s) > l.due THEN 'late' WHEN l.ended IS NULL THEN 'running'
        WHEN l.procedure || '.' || e.target = ANY(%s) THEN 'given_away' ELSE 'kept' END AS term,
    CASE WHEN l.ended IS NOT NULL
        THEN floor(greatest(0, extract(epoch FROM l.ended - l.due)))::bigint END AS late
FROM calls l JOIN places_territory t ON t.id = l.territory_id
    JOIN organisations_organisation o ON o.id = l.organisation_id
    LEFT JOIN LATERAL (SELECT move, target FROM cases_caseevent v
        WHERE v.case_id = l.case_id AND v.at = l.ended ORDER BY v.seq DESC LIMIT 1) e ON true
"""


def _calls(at: dt.datetime, office: int | None = None) -> tuple[str, Sequence[object]]:
    """The calls of all firms, or of one alone: of many matters only its own are read then."""
    waits = [
        f"{procedure.code}.{state.code}"
        for procedure in PROCEDURES.values()
        for state in procedure.states
        if state.owes or state.pauses
    ]
    if office is None:
        return _CALLS.format(of_one=""), [waits, at, at, waits]
    sql = _CALLS.format(of_one=" AND organisation_id = %s") + "WHERE l.organisation_id = %s\n"
    return sql, [waits, at, office, at, waits, office]


CONTRACTS = Dataset(
    name="contracts",
    title=_("Calls by contract"),
    description=_(
        "Every time a firm was called to a matter by its contract, until when it had to be done, "
        "and whether that was kept. The promise to the author stands beside it and is another."
    ),
    columns=(
        Column("call", "integer", _("Number of the call.")),
        Column("number", "text", _("Number of the matter.")),
        Column("procedure", "text", _("What kind of matter it is.")),
        Column("theme", "text", _("What it is about, by code.")),
        Column("territory", "text", _("Code of the place of the matter.")),
        Column("office", "text", _("Code of the firm that was called.")),
        Column("called_datetime", "moment", _("When it was called.")),
        Column("due_datetime", "moment", _("Until when it had to be done by the contract.")),
        Column("ended_datetime", "moment", _("When the firm did its step."), nullable=True),
        Column("ended_by", "text", _("The step that ended the call."), nullable=True),
        Column(
            "term",
            "text",
            _("kept, late, running, or given_away: given back or to another within the term."),
        ),
        Column("late", "duration", _("How late it was, in seconds; 0 in time."), nullable=True),
    ),
    sql=_calls,
    key=("call",),
)

_MEASURES = (
    count("calls", _("calls")),
    count_where("kept", eq("term", "kept"), title=_("in time")),
    count_where("late", eq("term", "late"), title=_("late")),
    count_where("given_away", eq("term", "given_away"), title=_("given away in time")),
    count_where("running", eq("term", "running"), title=_("still running")),
    share(
        "kept_share",
        eq("term", "kept"),
        of=[one_of("term", "kept", "late")],
        title=_("share in time"),
    ),
    median("late_median", "late", eq("term", "late"), title=_("usual lateness")),
)


def _figure(name: str, title: str | Promise, *by: str) -> Figure:
    return Figure(name=name, title=title, dataset="contracts", by=by, measures=_MEASURES)


CONTRACT_FIGURES = (
    _figure("contracts", _("Were the terms of contracts kept?")),
    _figure("contracts_by_office", _("Did each firm keep the terms of its contract?"), "office"),
    _figure(
        "contracts_by_office_and_month",
        _("Did each firm keep the terms of its contract, by month?"),
        "office",
        "called_datetime:month",
    ),
    _figure("contracts_by_theme", _("For what were the terms of contracts kept?"), "theme"),
)


def contracts_of(office: int, at: dt.datetime) -> Mapping[str, int | float | None]:
    """The published measures of the calls of one firm, by name: counts, ``kept_share`` of one,
    ``late_median`` in seconds. Empty where no contract ever called it."""
    one = replace(CONTRACTS, sql=partial(_calls, office=office))
    with connection.cursor() as cursor:
        (cell,) = compute(cursor, CONTRACT_FIGURES[0], one, at)
    found = {m.name: value for m, value in zip(_MEASURES, cell["values"], strict=True)}
    return {name: _number(value) for name, value in found.items()} if found["calls"] else {}


def _number(value: object) -> int | float | None:
    """A share is published as a pair: of how many."""
    if isinstance(value, (list, tuple)):
        part, whole = value
        return part / whole if whole else None
    assert value is None or isinstance(value, (int, float))
    return value
