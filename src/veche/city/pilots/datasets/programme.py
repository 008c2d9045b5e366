"""What is published of the programme: decided pilots, their stages, topics, and who tested.

An application is in none of it before it was decided. How many are being judged, and who tested,
is told in cells of at least five only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.figures import (
    Column,
    Dataset,
    Figure,
    count,
    count_where,
    eq,
    median,
    not_null,
    one_of,
    percentile,
    share,
    total,
)

_LEAST = 5
"""Fewer testers than this are not told apart from none: they could be recognised."""
_DECIDED = "a.decided_at <= %(at)s AND a.submitted_at IS NOT NULL"
"""What is hidden for its words counts on: there are no words in these tables, and nobody makes the
programme look better by hiding a pilot."""

_PILOTS = f"""
SELECT c.number, k.number AS call, l.standing, d.code AS department, o.code AS company,
    f.country, f.size AS company_size, f.women_led,
    f.size IN ('micro', 'small') AS small, a.readiness, c.state,
    EXISTS (SELECT FROM cases_caseevent e WHERE e.case_id = c.id AND e.move = 'admit'
        AND e.at <= %(at)s) AS admitted,
    EXISTS (SELECT FROM cases_caseevent e WHERE e.case_id = c.id AND e.move = 'select'
        AND e.at <= %(at)s) AS chosen,
    coalesce(t.trials, 0) AS trials, coalesce(t.trials, 0) > 0 AS tested,
    coalesce(a.evaluated_at <= %(at)s, false) AS evaluated,
    c.state = 'rolled_out' AS rolled_out,
    CASE WHEN a.answered_at <= %(at)s THEN nullif(a.answer, '') END AS answer,
    round(a.mean::numeric, 3) AS mean, round(a.adjusted::numeric, 3) AS adjusted,
    round(a.uncertainty::numeric, 3) AS uncertainty,
    CASE WHEN t.testers >= {_LEAST} THEN t.testers - CASE WHEN t.growing
        THEN mod(t.testers, {_LEAST}) ELSE 0 END END AS testers,
    m.amount AS contract_amount, p.currency,
    (SELECT count(*) FROM pilots_breach b WHERE b.application_id = c.id AND b.at <= %(at)s)
        AS breaches,
    EXISTS (SELECT FROM pilots_appeal x JOIN cases_case y ON y.id = x.case_id
        WHERE x.application_id = c.id AND y.opened_at <= %(at)s) AS appealed,
    a.submitted_at AS submitted_datetime, a.decided_at AS decided_datetime,
    CASE WHEN a.evaluated_at <= %(at)s THEN a.evaluated_at END AS evaluated_datetime,
    CASE WHEN a.answered_at <= %(at)s THEN a.answered_at END AS answered_datetime
FROM pilots_application a JOIN cases_case c ON c.id = a.case_id
JOIN pilots_programme p ON p.id = a.programme_id
JOIN pilots_call l ON l.case_id = a.call_id JOIN cases_case k ON k.id = l.case_id
JOIN pilots_company f ON f.organisation_id = a.company_id
JOIN organisations_organisation o ON o.id = f.organisation_id
LEFT JOIN organisations_organisation d ON d.id = a.department_id
LEFT JOIN (
    SELECT t.application_id, count(DISTINCT t.id) AS trials,
        count(x.id) FILTER (WHERE x.consented_at <= %(at)s AND x.left_at IS NULL) AS testers,
        bool_or(t.ended_at IS NULL OR t.ended_at > %(at)s) AS growing
    FROM pilots_trial t LEFT JOIN pilots_tester x ON x.trial_id = t.id
    WHERE t.starts_at <= %(at)s GROUP BY 1
) t ON t.application_id = a.case_id
LEFT JOIN (
    SELECT application_id, sum(amount) AS amount FROM pilots_contract n
    JOIN pilots_application b ON b.case_id = n.application_id
    JOIN pilots_programme q ON q.id = b.programme_id AND q.currency = n.currency
    WHERE n.standing <> 'cancelled' AND n.at <= %(at)s GROUP BY 1
) m ON m.application_id = a.case_id
WHERE {_DECIDED}
"""
_STAGES = f"""
WITH parts AS (
    SELECT s.application_id, s.stage, s.waiting,
        date_trunc('second', s.since) AS since, date_trunc('second', s.until) AS until,
        s.until <= %(at)s AS left_it
    FROM pilots_stage_span s JOIN pilots_application a ON a.case_id = s.application_id
    WHERE {_DECIDED} AND s.since <= %(at)s
), took AS (
    SELECT application_id, stage, bool_and(coalesce(left_it, false)) AS over,
        coalesce(extract(epoch FROM sum(until - since)
            FILTER (WHERE NOT waiting AND left_it))::bigint, 0) AS own,
        coalesce(extract(epoch FROM sum(until - since)
            FILTER (WHERE waiting AND left_it))::bigint, 0) AS waited
    FROM parts GROUP BY 1, 2
    UNION ALL
    SELECT application_id, 'all', bool_and(coalesce(left_it, false)),
        extract(epoch FROM max(until) FILTER (WHERE left_it) - min(since))::bigint, 0
    FROM parts GROUP BY 1
)
SELECT c.number, w.stage,
    w.over AND EXISTS (SELECT FROM cases_caseevent e WHERE e.case_id = c.id AND e.at <= %(at)s
        AND e.target = CASE w.stage WHEN 'application' THEN 'review'
            WHEN 'selection' THEN 'matching' WHEN 'agreement' THEN 'running'
            WHEN 'trial' THEN 'evaluating' ELSE 'answering' END) AS passed,
    w.own AS took, w.waited, coalesce(s.days, CASE WHEN w.stage = 'all' THEN p.days END) AS days
FROM took w JOIN cases_case c ON c.id = w.application_id
JOIN pilots_application a ON a.case_id = c.id JOIN pilots_programme p ON p.id = a.programme_id
LEFT JOIN pilots_stageterm s ON s.programme_id = p.id AND s.stage = w.stage
WHERE w.own IS NOT NULL
"""
_TOPICS = f"""
WITH said AS (
    SELECT t.product_id, 'technology' AS kind, x.code
    FROM pilots_product_technologies t JOIN pilots_technology x ON x.id = t.technology_id
    UNION
    SELECT t.product_id, CASE WHEN x.goal_id IS NULL THEN 'goal' ELSE 'target' END, x.code
    FROM pilots_product_targets t JOIN pilots_target x ON x.id = t.target_id
    UNION
    SELECT t.product_id, 'goal', g.code FROM pilots_product_targets t
    JOIN pilots_target x ON x.id = t.target_id JOIN pilots_target g ON g.id = x.goal_id
)
SELECT c.number, s.kind, s.code,
    EXISTS (SELECT FROM pilots_trial t WHERE t.application_id = c.id AND t.starts_at <= %(at)s)
        AS tested,
    c.state = 'rolled_out' AS rolled_out
FROM pilots_application a JOIN cases_case c ON c.id = a.case_id
JOIN said s ON s.product_id = a.product_id WHERE {_DECIDED}
"""
_INTAKE = """
SELECT c.number, l.standing, coalesce(a.decided_at <= %(at)s, false) AS decided,
    a.submitted_at AS submitted_datetime
FROM pilots_application a JOIN cases_case c ON c.id = a.case_id
JOIN pilots_call l ON l.case_id = a.call_id
WHERE a.submitted_at <= %(at)s AND (a.decided_at IS NOT NULL OR c.state <> 'withdrawn')
"""
# What they said of themselves is told once their trial is over: in a number that grows by one with
# whoever is seen to join, it would be read off.
_TESTERS = """
SELECT x.id AS tester, c.number AS trial,
    CASE WHEN t.ended_at <= %(at)s THEN nullif(x.age, '') END AS age,
    CASE WHEN t.ended_at <= %(at)s THEN x.disability END AS disability
FROM pilots_tester x JOIN pilots_trial t ON t.id = x.trial_id
JOIN cases_case c ON c.id = t.application_id
WHERE x.consented_at <= %(at)s AND x.left_at IS NULL
"""
_MARKS = f"""
SELECT c.number, dense_rank() OVER (PARTITION BY c.id ORDER BY t.ended_at, t.id) AS expert,
    k.code AS criterion, k.weight, m.mark
FROM pilots_reviewmark m JOIN pilots_criterion k ON k.id = m.criterion_id
JOIN pilots_review v ON v.id = m.review_id AND v.at <= %(at)s AND NOT EXISTS (
    SELECT FROM pilots_review n WHERE n.task_id = v.task_id AND n.version > v.version
        AND n.at <= %(at)s)
JOIN pilots_reviewtask t ON t.id = v.task_id AND t.standing = 'done'
JOIN pilots_application a ON a.case_id = t.application_id JOIN cases_case c ON c.id = a.case_id
WHERE {_DECIDED}
"""


def _by_name(sql: str, at: dt.datetime) -> tuple[str, Sequence[object]]:
    """The statement with its one moment wherever it stands."""
    return sql.replace("%(at)s", "%s"), [at] * sql.count("%(at)s")


def _pilots(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _by_name(_PILOTS, at)


def _stages(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _by_name(_STAGES, at)


def _topics(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _by_name(_TOPICS, at)


def _intake(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _by_name(_INTAKE, at)


def _testers(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _by_name(_TESTERS, at)


def _marks(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _by_name(_MARKS, at)


_NUMBER = Column("number", "text", _("Number of the application."))

PILOTS = Dataset(
    name="pilots",
    title=_("Pilots"),
    description=_(
        "Every application to the pilot programme that was decided, how far it came, and what the "
        "city did with it. One that is still judged is not in it."
    ),
    columns=(
        _NUMBER,
        Column("call", "text", _("Number of the call it answered.")),
        Column("standing", "boolean", _("Whether it came by the intake that is always open.")),
        Column("department", "text", _("Code of the department that supervises the trial and may "
                                       "buy; empty: none yet."), True),
        Column("company", "text", _("Code of the company.")),
        Column("country", "text", _("Its country by ISO 3166-1.")),
        Column("company_size", "text", _("micro, small, medium or large.")),
        Column("women_led", "boolean", _("Whether a woman leads it, as it says itself; empty: it "
                                         "would not say."), True),
        Column("small", "boolean", _("Whether it is micro or small.")),
        Column("readiness", "integer", _("Technology readiness level, 1 to 9."), True),
        Column("state", "text", _("Where it stands.")),
        Column("admitted", "boolean", _("Whether it passed the first check.")),
        Column("chosen", "boolean", _("Whether the panel chose it.")),
        Column("trials", "integer", _("How many trials began.")),
        Column("tested", "boolean", _("Whether any began.")),
        Column("evaluated", "boolean", _("Whether a report was published.")),
        Column("rolled_out", "boolean", _("Whether the city uses it.")),
        Column("answer", "text", _("What the department answered: buy, extend or stop."), True),
        Column("mean", "number", _("The weighted mean of its marks, 0 to 5."), True),
        Column("adjusted", "number", _("The same without the severity of its experts."), True),
        Column("uncertainty", "number", _("Standard error of the adjusted score."), True),
        Column("testers", "integer", _("Residents who tested; empty: none, or fewer than five. "
                                       "While a trial goes on, rounded down to fives."), True),
        Column("contract_amount", "number", _("Sum of the contracts that followed; empty: none."),
               True),
        Column("currency", "text", _("Currency of that sum by ISO 4217.")),
        Column("breaches", "integer", _("Terms of the programme that were broken.")),
        Column("appealed", "boolean", _("Whether the company appealed.")),
        Column("submitted_datetime", "moment", _("When it was sent.")),
        Column("decided_datetime", "moment", _("When it was decided.")),
        Column("evaluated_datetime", "moment", _("When the report was published."), True),
        Column("answered_datetime", "moment", _("When the department answered."), True),
    ),
    sql=_pilots,
    key=("number",),
)  # fmt: skip
STAGES = Dataset(
    name="pilot_stages",
    title=_("Stages of pilots"),
    description=_(
        "How long every stage of a decided application took, and the whole way from the "
        "application to the report."
    ),
    columns=(
        _NUMBER,
        Column("stage", "text", _("application, selection, agreement, trial, evaluation, or all.")),
        Column("passed", "boolean", _("Whether it went on to the next stage; of all, to the "
                                      "report.")),
        Column("took", "duration", _("The city's own time so far.")),
        Column("waited", "duration", _("What the company took to answer questions.")),
        Column("days", "integer", _("How many days it may take; empty: nothing is set."), True),
    ),
    sql=_stages,
    key=("number", "stage"),
)  # fmt: skip
TOPICS = Dataset(
    name="pilot_topics",
    title=_("Goals and technologies of pilots"),
    description=_("What each decided application is about; most have several rows."),
    columns=(
        _NUMBER,
        Column("kind", "text", _("technology, goal or target.")),
        Column("code", "text", _("Its code.")),
        Column("tested", "boolean", _("Whether a trial began.")),
        Column("rolled_out", "boolean", _("Whether the city uses it.")),
    ),
    sql=_topics,
    key=("number", "kind", "code"),
)
INTAKE = Dataset(
    name="pilot_intake",
    title=_("Applications sent"),
    description=_(
        "Every application that was sent and not taken back before it was judged. Rows are not "
        "published: an application is nobody's business until it is decided."
    ),
    columns=(
        _NUMBER,
        Column("standing", "boolean", _("Whether it came by the intake that is always open.")),
        Column("decided", "boolean", _("Whether it was decided.")),
        Column("submitted_datetime", "moment", _("When it was sent.")),
    ),
    sql=_intake,
    key=("number",),
    persons=True,
)
TESTERS = Dataset(
    name="pilot_testers",
    title=_("Testers of pilots"),
    description=_("Who tests or tested; never published row by row."),
    columns=(
        Column("tester", "integer", _("A number.")),
        Column("trial", "text", _("Number of the application.")),
        Column("age", "text",
               _("A band of years, as they said; empty: not said, or their trial goes on."), True),
        Column("disability", "boolean",
               _("Whether they have a disability, as they said; empty: not said, or their trial "
                 "goes on."), True),
    ),
    sql=_testers,
    key=("tester",),
    persons=True,
)  # fmt: skip
MARKS = Dataset(
    name="pilot_marks",
    title=_("Marks of experts"),
    description=_("What experts marked decided applications with, without their names."),
    columns=(
        _NUMBER,
        Column("expert", "integer", _("The how manieth expert of this application: a number that "
                                      "says nothing of any other.")),
        Column("criterion", "text", _("Code of the criterion.")),
        Column("weight", "number", _("Its weight.")),
        Column("mark", "integer", _("0 to 5.")),
    ),
    sql=_marks,
    key=("number", "expert", "criterion"),
)  # fmt: skip

DATASETS = (PILOTS, STAGES, TOPICS, INTAKE, TESTERS, MARKS)

FUNNEL = (
    count("decided", _("decided applications")),
    count_where("admitted", eq("admitted", True), title=_("passed the first check")),
    count_where("chosen", eq("chosen", True), title=_("chosen by the panel")),
    count_where("tested", eq("tested", True), title=_("tested")),
    count_where("evaluated", eq("evaluated", True), title=_("with a report")),
    count_where("rolled_out", eq("rolled_out", True), title=_("rolled out")),
)
SUCCESS = (
    share("rolled", eq("rolled_out", True), of=[eq("evaluated", True),
          one_of("state", "rolled_out", "not_rolled_out")],
          title=_("rolled out, of those whose department has answered")),
    total("money", "contract_amount", title=_("contracts that followed")),
    count_where("contracted", not_null("contract_amount"), title=_("pilots with a contract")),
    share("small", eq("small", True), title=_("micro and small companies")),
    share("women", eq("women_led", True), of=[not_null("women_led")],
          title=_("led by a woman, of those that say so")),
)  # fmt: skip
TIMES = (
    count("passed", _("went on")),
    median("median", "took", title=_("days, median")),
    percentile("ninetieth", "took", 90, title=_("nine in ten within")),
)
_ALL = (*FUNNEL, *SUCCESS)
FIGURES = (
    Figure("pilot_funnel", _("How far applications came"), "pilots", FUNNEL),
    Figure("pilot_success", _("What came of pilots"), "pilots", SUCCESS),
    Figure("pilots_by_year", _("Pilots by the year they were sent in"), "pilots", _ALL,
           by=("submitted_datetime:year",)),
    Figure("pilots_by_country", _("Pilots by the country of the company"), "pilots", _ALL,
           by=("country",)),
    Figure("pilots_by_department", _("Pilots by the department that may buy"), "pilots", _ALL,
           by=("department",)),
    Figure("pilot_times", _("How long stages take"), "pilot_stages", TIMES, by=("stage",),
           where=(eq("passed", True),)),
    Figure("pilots_by_topic", _("Pilots by goal and technology"), "pilot_topics",
           (count("decided", _("decided applications")),
            count_where("tested", eq("tested", True), title=_("tested")),
            count_where("rolled_out", eq("rolled_out", True), title=_("rolled out"))),
           by=("kind", "code")),
    Figure("pilot_applications", _("Applications that are judged now"), "pilot_intake",
           (count("applications", _("applications")),), where=(eq("decided", False),)),
    Figure("pilot_testers", _("Testers"), "pilot_testers", (count("testers", _("testers")),)),
    Figure("pilot_testers_by_age", _("Testers by age"), "pilot_testers",
           (count("testers", _("testers")),), by=("age",)),
    Figure("pilot_testers_by_disability", _("Testers by disability"), "pilot_testers",
           (count("testers", _("testers")),), by=("disability",)),
)  # fmt: skip
