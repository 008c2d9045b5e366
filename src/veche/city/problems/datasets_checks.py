"""What is published of checks: what volunteers found, what came back, what was joined, and how
authors found it (that only as counts of at least five)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count, count_where, eq, is_null, median, total

_ROUNDS = """
SELECT c.number AS service_request_id, r.seq AS step, r.opened_at AS opened_datetime,
    (SELECT count(*) FROM problems_checktask k WHERE k.round_id = r.id AND k.asked_at <= %s)
        AS asked,
    s.done, s.undone, s.not_found, nullif(r.verdict, '') AS verdict, r.ended_at AS ended_datetime,
    o.code AS agency_responsible
FROM problems_checkround r JOIN cases_case c ON c.id = r.case_id
    JOIN cases_caseevent e ON e.case_id = r.case_id AND e.seq = r.seq
    LEFT JOIN organisations_organisation o ON o.id = e.organisation_id
    CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE k.said = 'done') AS done,
        count(*) FILTER (WHERE k.said = 'undone') AS undone,
        count(*) FILTER (WHERE k.said = 'not_found') AS not_found
        FROM problems_checktask k WHERE k.round_id = r.id) s
WHERE r.opened_at <= %s
"""
_CHECKS = """
SELECT c.number AS service_request_id, r.seq AS step,
    row_number() OVER (PARTITION BY r.id ORDER BY k.ended_at, k.id) AS answer,
    (k.ended_at AT TIME ZONE 'UTC')::date AS answered_date, k.said AS found,
    CASE WHEN c.hidden_at IS NULL AND c.state <> ALL (ARRAY['removed', 'appealed', 'appealed_up',
        'rejected']) THEN k.text END AS words
FROM problems_checktask k JOIN problems_checkround r ON r.id = k.round_id
    JOIN cases_case c ON c.id = r.case_id
WHERE k.said IN ('done', 'undone', 'not_found') AND k.ended_at <= %s
"""
_BACK = """
SELECT c.number AS service_request_id, was.number AS past_id, x.metres, x.days,
    x.ended_at AS past_closed_datetime, o.code AS agency_responsible, c.theme AS service_code
FROM problems_recurrence x JOIN cases_case c ON c.id = x.case_id
    JOIN cases_case was ON was.id = x.past_id
    LEFT JOIN organisations_organisation o ON o.id = x.organisation_id
WHERE c.opened_at <= %s
"""
_JOINS = """
SELECT c.number AS service_request_id, p.number AS joined_to, j.at AS joined_datetime,
    j.until AS separated_datetime, j.role
FROM problems_joined j JOIN cases_case c ON c.id = j.child_id
    JOIN cases_case p ON p.id = j.parent_id
WHERE j.at <= %s
"""
_SATISFACTION = """
SELECT c.number AS service_request_id, s.seq AS step, s.decision,
    CASE WHEN s.score > 3 THEN 'good' WHEN s.score < 3 THEN 'bad' ELSE 'middling' END AS mark,
    o.code AS agency_responsible
FROM problems_satisfaction s JOIN cases_case c ON c.id = s.case_id
    LEFT JOIN organisations_organisation o ON o.id = s.organisation_id
WHERE s.at <= %s
"""
_TICKED = """
SELECT c.number AS service_request_id, s.seq AS step, a.code AS ticked
FROM problems_satisfaction s JOIN cases_case c ON c.id = s.case_id
    CROSS JOIN LATERAL jsonb_array_elements_text(s.answers) AS a (code)
WHERE s.at <= %s
"""
_NUMBER = Column("service_request_id", "text", _("Number of the problem."))
_OFFICE = Column(
    "agency_responsible",
    "text",
    _("Code of the office that had called it finished."),
    nullable=True,
)


def _rounds(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _ROUNDS, [at, at]


def _one(sql: str) -> Callable[[dt.datetime], tuple[str, Sequence[object]]]:
    def given(at: dt.datetime) -> tuple[str, Sequence[object]]:
        return sql, [at]

    return given


ROUNDS = Dataset(
    name="check_rounds",
    title=_("Answers that volunteers looked at"),
    description=_(
        "One row for each answer of an office about which volunteers were asked. The verdict "
        "follows from the rows of “Checks”: two who say the same."
    ),
    columns=(
        _NUMBER,
        Column("step", "integer", _("The step by which the office answered.")),
        Column("opened_datetime", "moment", _("When volunteers were first asked.")),
        Column("asked", "integer", _("How many were asked.")),
        Column("done", "integer", _("How many found it done.")),
        Column("undone", "integer", _("How many found it not done.")),
        Column("not_found", "integer", _("How many could not find the place.")),
        Column("verdict", "text", _("done or undone; empty: no two say the same."), nullable=True),
        Column("ended_datetime", "moment", _("When the round ended."), nullable=True),
        _OFFICE,
    ),
    sql=_rounds,
    key=("service_request_id", "step"),
)
CHECKS = Dataset(
    name="checks",
    title=_("Checks"),
    description=_("What each volunteer found, without who it was."),
    columns=(
        _NUMBER,
        Column("step", "integer", _("The step by which the office answered.")),
        Column("answer", "integer", _("The first, the second … to say something.")),
        Column("answered_date", "date", _("The day they said it.")),
        Column("found", "text", _("done, undone or not_found.")),
        Column("words", "text", _("What they wrote."), nullable=True),
    ),
    sql=_one(_CHECKS),
    key=("service_request_id", "step", "answer"),
)
RECURRENCES = Dataset(
    name="problem_recurrences",
    title=_("What came back"),
    description=_(
        "Problems reported at a place where the same had been called finished shortly before."
    ),
    columns=(
        _NUMBER,
        Column("past_id", "text", _("Number of the one that had been called finished.")),
        Column("metres", "integer", _("Distance between the two.")),
        Column("days", "integer", _("Whole days between that end and the new report.")),
        Column("past_closed_datetime", "moment", _("When it had been called finished.")),
        _OFFICE,
        Column("service_code", "text", _("Code of the category.")),
    ),
    sql=_one(_BACK),
    key=("service_request_id",),
)
JOINS = Dataset(
    name="problem_joins",
    title=_("Problems joined to others"),
    description=_("Which problem was found to be the same as which, and separated again."),
    columns=(
        _NUMBER,
        Column("joined_to", "text", _("Number of the earlier problem.")),
        Column("joined_datetime", "moment", _("When it was joined.")),
        Column("separated_datetime", "moment", _("When it was separated again."), nullable=True),
        Column("role", "text", _("Role of who joined it.")),
    ),
    sql=_one(_JOINS),
    key=("service_request_id", "joined_datetime"),
)
SATISFACTION = Dataset(
    name="satisfaction",
    title=_("How authors found it"),
    description=_(
        "What authors said after their decision: never published row by row, only as counts of at "
        "least five."
    ),
    columns=(
        _NUMBER,
        Column("step", "integer", _("The step after which it was said.")),
        Column("decision", "text", _("confirm, return or lapse.")),
        Column("mark", "text", _("good (4 or 5), middling (3) or bad (1 or 2).")),
        _OFFICE,
    ),
    sql=_one(_SATISFACTION),
    key=("service_request_id", "step"),
    persons=True,
)
TICKED = Dataset(
    name="satisfaction_answers",
    title=_("What authors ticked"),
    description=_("The standard answers that were ticked: only as counts of at least five."),
    columns=(
        _NUMBER,
        Column("step", "integer", _("The step after which it was said.")),
        Column("ticked", "text", _("Code of the standard answer.")),
    ),
    sql=_one(_TICKED),
    key=("service_request_id", "step", "ticked"),
    persons=True,
)
CHECK_DATASETS = (ROUNDS, CHECKS, RECURRENCES, JOINS, SATISFACTION, TICKED)

_VERDICTS = (
    count("rounds", _("answers looked at")),
    total("asked", "asked", title=_("volunteers asked")),
    total("said_done", "done", title=_("said done")),
    total("said_undone", "undone", title=_("said not done")),
    total("said_not_found", "not_found", title=_("could not find it")),
    count_where("found_done", eq("verdict", "done"), title=_("found done by two")),
    count_where("found_undone", eq("verdict", "undone"), title=_("found not done by two")),
)
VERDICTS = Figure("check_verdicts", _("What did volunteers find?"), "check_rounds", _VERDICTS)
VERDICTS_BY_OFFICE = Figure(
    "check_verdicts_by_office",
    _("What did volunteers find, by office?"),
    "check_rounds",
    _VERDICTS,
    by=("agency_responsible",),
)
FOUND = Figure(
    "checks_found",
    _("How often did volunteers find it done?"),
    "checks",
    (count("checks", _("checks")),),
    by=("found",),
)
CAME_BACK = Figure(
    "came_back_by_office",
    _("What came back, by the office that had called it finished?"),
    "problem_recurrences",
    (count("came_back", _("came back")), median("days", "days", title=_("days, median"))),
    by=("agency_responsible",),
)
CAME_BACK_BY_YEAR = Figure(
    "came_back_by_office_and_year",
    _("What came back, by the office that had called it finished and the year?"),
    "problem_recurrences",
    (count("came_back", _("came back")), median("days", "days", title=_("days, median"))),
    by=("agency_responsible", "past_closed_datetime:year"),
)
JOINED = Figure(
    "problems_joined",
    _("How many problems are joined to others?"),
    "problem_joins",
    (count("joined", _("joined")),),
    where=(is_null("separated_datetime"),),
)
MARKS = Figure(
    "satisfaction",
    _("How did authors find it?"),
    "satisfaction",
    (count("marks", _("marks")),),
    by=("mark",),
)
MARKS_BY_OFFICE = Figure(
    "satisfaction_by_office",
    _("How did authors find it, by office?"),
    "satisfaction",
    (count("marks", _("marks")),),
    by=("agency_responsible", "mark"),
)
TICKS = Figure(
    "satisfaction_ticked",
    _("What did authors tick?"),
    "satisfaction_answers",
    (count("ticks", _("ticks")),),
    by=("ticked",),
)
CHECK_FIGURES = (
    VERDICTS, VERDICTS_BY_OFFICE, FOUND, CAME_BACK, CAME_BACK_BY_YEAR, JOINED, MARKS,
    MARKS_BY_OFFICE, TICKS,
)  # fmt: skip
