"""What is published about problems: their rows, their steps, and the figures made of them.

The columns of `problems` have the names of the GeoReport bulk format where it has one. What a
moderator has not passed is counted, but its words and its place are not published. Records of
other systems are rows like any other; figures of our own work leave them out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.city.problems.datasets_checks import CHECK_DATASETS, CHECK_FIGURES
from veche.city.problems.datasets_duty import DUTY_DATASETS, DUTY_FIGURES
from veche.city.problems.procedure import OPEN, PUBLIC
from veche.city.problems.queries.outcomes import OUTCOMES
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
    lt,
    median,
    one_of,
    percentile,
)

_PROBLEMS = """
SELECT c.number AS service_request_id, c.opened_at AS requested_datetime,
    c.moved_at AS updated_datetime, c.closed_at AS closed_date,
    CASE WHEN c.state = ANY(%s) OR c.state = 'moderation' THEN 'open' ELSE 'closed' END AS status,
    c.state AS status_notes, k.code AS service_code, coalesce(k.names->>'en', k.code)
    AS service_name, g.code AS service_group,
    CASE WHEN c.state = ANY(%s) AND c.hidden_at IS NULL
        THEN p.text END AS description, o.code AS agency_responsible,
    CASE WHEN c.state = ANY(%s) AND c.hidden_at IS NULL
        THEN p.address END AS address,
    CASE WHEN c.state = ANY(%s) AND c.hidden_at IS NULL
        THEN round(p.latitude::numeric, 6) END AS lat,
    CASE WHEN c.state = ANY(%s) AND c.hidden_at IS NULL
        THEN round(p.longitude::numeric, 6) END AS long,
    city.code AS city, d.code AS district,
    CASE WHEN t.kind = 'neighbourhood' THEN t.code END AS neighbourhood,
    e.move AS decision, e.at AS decided_datetime,
    extract(epoch FROM date_trunc('second', e.at) - date_trunc('second', c.opened_at))::bigint
    AS decision_seconds,
    CASE WHEN r.read_at <= c.opened_at + interval '24 hours' THEN 'in_time'
        WHEN r.read_at > c.opened_at + interval '24 hours' THEN 'late'
        WHEN c.state = 'moderation' AND c.opened_at + interval '24 hours' < %s THEN 'late'
    END AS moderation,
    p.accepted_at AS accepted_datetime, p.assigned_at AS assigned_datetime,
    p.answer_due_at AS expected_datetime, p.answered_at AS answered_datetime,
    extract(epoch FROM date_trunc('second', p.answered_at)
    - date_trunc('second', c.opened_at))::bigint AS answer_seconds,
    p.confirmed_at AS confirmed_datetime,
    CASE WHEN c.state = 'confirmed' THEN extract(epoch FROM date_trunc('second', p.confirmed_at)
    - date_trunc('second', c.opened_at))::bigint END AS solution_seconds,
    p.returns, p.source, p.source_id, p.source_status, p.source_due_at AS source_due_datetime,
    p.source_closed_at AS source_closed_datetime, %s::timestamptz AS published_datetime
FROM problems_problem p JOIN cases_case c ON c.id = p.case_id
    JOIN problems_category k ON k.id = p.category_id
    LEFT JOIN problems_category g ON g.id = k.group_id
    LEFT JOIN organisations_organisation o ON o.id = c.organisation_id
    JOIN places_territory t ON t.id = c.territory_id
    LEFT JOIN places_territory d ON d.id = t.district_id
    LEFT JOIN places_territory city ON city.id = t.city_id
    LEFT JOIN cases_caseevent e ON e.case_id = c.id AND e.seq = 2
        AND e.move IN ('accept', 'reject', 'pass')
    CROSS JOIN LATERAL (SELECT coalesce(p.accepted_at,
        CASE WHEN c.state = 'rejected' THEN c.closed_at END) AS read_at) r
WHERE c.opened_at <= %s
"""
_STEPS = """
SELECT c.number AS service_request_id, e.seq AS step, e.move, e.source AS from_state,
    e.target AS to_state, e.at AS datetime, o.code AS agency_responsible, p.source
FROM cases_caseevent e JOIN cases_case c ON c.id = e.case_id
    JOIN problems_problem p ON p.case_id = c.id
    LEFT JOIN organisations_organisation o ON o.id = e.organisation_id
WHERE c.opened_at <= %s
"""
_CATEGORIES = """
SELECT k.code, g.code AS group_code, k.names->>'en' AS name_en, k.names->>'ru' AS name_ru,
    k.names->>'zh' AS name_zh, k.active, k.imported
FROM problems_category k LEFT JOIN problems_category g ON g.id = k.group_id
"""


def _problems(at: dt.datetime) -> tuple[str, Sequence[object]]:
    public = list(PUBLIC)
    return _PROBLEMS, [list(OPEN), public, public, public, public, at, at, at]


def _steps(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _STEPS, [at]


PROBLEMS = Dataset(
    name="problems",
    title=_("Problems"),
    description=_(
        "Every problem reported here or brought from another system, as it stood when this was "
        "published. Words and place are left out of what a moderator has not passed."
    ),
    columns=(
        Column("service_request_id", "text", _("Number of the problem.")),
        Column("requested_datetime", "moment", _("When it was reported.")),
        Column("updated_datetime", "moment", _("When its last step was made."), nullable=True),
        Column("closed_date", "moment", _("When it came to its end here."), nullable=True),
        Column("status", "text", _("open or closed.")),
        Column("status_notes", "text", _("State of the procedure it stands in.")),
        Column("service_code", "text", _("Code of the category.")),
        Column("service_name", "text", _("Name of the category in English.")),
        Column("service_group", "text", _("Code of the group of the category."), nullable=True),
        Column("description", "text", _("What was reported, in its own words."), nullable=True),
        Column("agency_responsible", "text", _("Code of the office it lies with."), nullable=True),
        Column("address", "text", _("Where it is, in words."), nullable=True),
        Column("lat", "number", _("Latitude in degrees, WGS 84."), nullable=True),
        Column("long", "number", _("Longitude in degrees, WGS 84."), nullable=True),
        Column("city", "text", _("Code of the city."), nullable=True),
        Column("district", "text", _("Code of the district."), nullable=True),
        Column("neighbourhood", "text", _("Code of the neighbourhood."), nullable=True),
        Column(
            "decision",
            "text",
            _("How moderation ended: accept, reject, or pass when nobody came in 24 hours."),
            nullable=True,
        ),
        Column("decided_datetime", "moment", _("When moderation ended."), nullable=True),
        Column(
            "decision_seconds",
            "duration",
            _("From the report to the end of moderation."),
            nullable=True,
        ),
        Column(
            "moderation",
            "text",
            _("in_time or late: against 24 hours; late also while nobody has read it."),
            nullable=True,
        ),
        Column("accepted_datetime", "moment", _("When it was accepted or passed."), nullable=True),
        Column("assigned_datetime", "moment", _("When an office was given it."), nullable=True),
        Column(
            "expected_datetime",
            "moment",
            _("The first promise, with the pauses: until when the office had to answer."),
            nullable=True,
        ),
        Column("answered_datetime", "moment", _("The first answer or refusal."), nullable=True),
        Column(
            "answer_seconds",
            "duration",
            _("From the report to the first answer or refusal."),
            nullable=True,
        ),
        Column("confirmed_datetime", "moment", _("When its author confirmed."), nullable=True),
        Column(
            "solution_seconds",
            "duration",
            _("From the report to the author's confirmation."),
            nullable=True,
        ),
        Column("returns", "integer", _("How often the author returned the answer.")),
        Column(
            "source", "text", _("The other system it came from; empty: from here."), nullable=True
        ),
        Column("source_id", "text", _("Its number in that system."), nullable=True),
        Column(
            "source_status", "text", _("Its status there, in that system's word."), nullable=True
        ),
        Column("source_due_datetime", "moment", _("What was promised there."), nullable=True),
        Column("source_closed_datetime", "moment", _("When it was closed there."), nullable=True),
        Column("published_datetime", "moment", _("When this was published.")),
    ),
    sql=_problems,
    key=("service_request_id",),
)

STEPS = Dataset(
    name="problem_steps",
    title=_("Steps of problems"),
    description=_(
        "Every step of every problem: each state and moment in “Problems” follows from these rows."
    ),
    columns=(
        Column("service_request_id", "text", _("Number of the problem.")),
        Column("step", "integer", _("Number of the step, from 1 without a gap.")),
        Column("move", "text", _("What was done.")),
        Column("from_state", "text", _("Where it stood before; empty at first."), nullable=True),
        Column("to_state", "text", _("Where it stood after.")),
        Column("datetime", "moment", _("When it was done.")),
        Column(
            "agency_responsible",
            "text",
            _("Code of the office it lay with after the step."),
            nullable=True,
        ),
        Column(
            "source", "text", _("The other system it came from; empty: from here."), nullable=True
        ),
    ),
    sql=_steps,
    key=("service_request_id", "step"),
)

CATEGORIES = Dataset(
    name="problem_categories",
    title=_("Categories of problems"),
    description=_("What the codes of categories mean."),
    columns=(
        Column("code", "text", _("Code of the category.")),
        Column("group_code", "text", _("Code of its group."), nullable=True),
        Column("name_en", "text", _("Name in English."), nullable=True),
        Column("name_ru", "text", _("Name in Russian."), nullable=True),
        Column("name_zh", "text", _("Name in Chinese."), nullable=True),
        Column("active", "boolean", _("Whether residents can choose it.")),
        Column("imported", "boolean", _("Whether it was met in an import only.")),
    ),
    sql=_CATEGORIES,
    key=("code",),
)

DATASETS = (PROBLEMS, STEPS, CATEGORIES, *DUTY_DATASETS, *CHECK_DATASETS)

OWED = ("work", "returned", "handed_back", "disputed")


def _measures() -> tuple[Measure, ...]:
    """The figures of the city's own work. The outcomes are parts of what was received; the others
    are never added together, because they overlap."""
    return (
        count("received", _("received")),
        count_where(
            "moderated_in_time", eq("moderation", "in_time"), title=_("read within 24 hours")
        ),
        count_where(
            "moderated_late", eq("moderation", "late"), title=_("read later, or not read yet")
        ),
        count_where(
            "answered_in_time",
            le("answered_datetime", Col("expected_datetime")),
            title=_("answered in time"),
        ),
        count_where(
            "answered_late",
            gt("answered_datetime", Col("expected_datetime")),
            title=_("answered late"),
        ),
        count_where(
            "late_now",
            one_of("status_notes", *OWED),
            is_null("answered_datetime"),
            lt("expected_datetime", Col("published_datetime")),
            title=_("not answered, and the day has passed"),
        ),
        *(
            count_where(one.name, one_of("status_notes", *one.states), title=one.title)
            for one in OUTCOMES
        ),
        count_where("returned", gt("returns", 0), title=_("returned by the author at least once")),
        median("answer_median", "answer_seconds", title=_("answer, median")),
        percentile("answer_p90", "answer_seconds", 90, title=_("answer, 90th percentile")),
        median("solution_median", "solution_seconds", title=_("solution, median")),
        percentile("solution_p90", "solution_seconds", 90, title=_("solution, 90th percentile")),
    )


def _work(name: str, title: object, *by: str) -> Figure:
    return Figure(
        name=name,
        title=title,  # type: ignore[arg-type]
        dataset="problems",
        by=by,
        where=(is_null("source"),),
        measures=_measures(),
    )


FIGURES = (
    _work("problems", _("What became of the problems reported here?")),
    _work(
        "problems_by_office",
        _("What became of the problems, by office?"),
        "agency_responsible",
    ),
    _work(
        "problems_by_office_and_year",
        _("What became of the problems, by office and the year of the report?"),
        "agency_responsible",
        "requested_datetime:year",
    ),
    _work(
        "problems_by_office_and_month",
        _("What became of the problems, by office and the month of the report?"),
        "agency_responsible",
        "requested_datetime:month",
    ),
    _work("problems_by_district", _("What became of the problems, by district?"), "district"),
    _work("problems_by_category", _("What became of the problems, by category?"), "service_code"),
    _work(
        "problems_by_month",
        _("What became of the problems, by the month of the report?"),
        "requested_datetime:month",
    ),
    Figure(
        name="problems_by_source",
        title=_("How many problems are there from here and from other systems?"),
        dataset="problems",
        by=("source", "status_notes"),
        measures=(count("problems", _("problems")),),
    ),
    Figure(
        name="steps_by_move",
        title=_("How often was each step made?"),
        dataset="problem_steps",
        by=("move",),
        where=(is_null("source"),),
        measures=(count("steps", _("steps")),),
    ),
    *DUTY_FIGURES,
    *CHECK_FIGURES,
)
