"""What is published of responsibility: disputes, later dates and promises that were not kept.

Rows are counted at the office that acted, or had the problem, then; problems are counted at the
office they lie with now. That is why these are datasets of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from veche.figures import (
    Column,
    Dataset,
    Figure,
    Measure,
    count,
    count_where,
    distinct,
    eq,
    is_null,
    median,
    not_null,
    one_of,
)

_DISPUTES = """
SELECT c.number AS service_request_id, d.seq AS step, d.move, o.code AS agency_responsible,
    d.reason, n.code AS proposed_agency, d.opened_at AS opened_datetime,
    d.decided_at AS decided_datetime, d.decided_as, f.code AS decided_agency, d.wrong
FROM cases_dispute d JOIN cases_case c ON c.id = d.case_id
    JOIN organisations_organisation o ON o.id = d.office_id
    LEFT JOIN organisations_organisation n ON n.id = d.proposed_id
    LEFT JOIN organisations_organisation f ON f.id = d.decided_for_id
WHERE c.procedure = 'problem' AND d.opened_at <= %s
"""
_PROLONGATIONS = """
SELECT c.number AS service_request_id, p.asked_at AS asked_datetime,
    o.code AS agency_responsible, p.reason,
    p.first_promised_at AS first_expected_datetime, p.was_due_at AS expected_datetime,
    p.until AS proposed_datetime, p.decided_at AS decided_datetime, p.signed
FROM cases_prolongation p JOIN cases_case c ON c.id = p.case_id
    JOIN organisations_organisation o ON o.id = p.office_id
WHERE c.procedure = 'problem' AND p.asked_at <= %s
"""
_OVERDUE = """
SELECT c.number AS service_request_id, b.promised_at AS expected_datetime, b.level,
    o.code AS agency_responsible, b.at AS reached_datetime
FROM cases_climb b JOIN cases_case c ON c.id = b.case_id
    LEFT JOIN organisations_organisation o ON o.id = b.office_id
WHERE c.procedure = 'problem' AND b.at <= %s
"""


def _disputes(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _DISPUTES, [at]


def _prolongations(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _PROLONGATIONS, [at]


def _overdue(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _OVERDUE, [at]


DISPUTES = Dataset(
    name="problem_disputes",
    title=_("Disputes about problems"),
    description=_(
        "Every time an office said that a problem is not theirs: what it proposed, who decided, "
        "and who was wrong."
    ),
    columns=(
        Column("service_request_id", "text", _("Number of the problem.")),
        Column("step", "integer", _("Number of the step that opened the dispute.")),
        Column("move", "text", _("hand_back or dispute.")),
        Column("agency_responsible", "text", _("Code of the office that said it.")),
        Column("reason", "text", _("Code of the reason it gave.")),
        Column(
            "proposed_agency", "text", _("Code of the office it proposed instead."), nullable=True
        ),
        Column("opened_datetime", "moment", _("When it was said.")),
        Column("decided_datetime", "moment", _("When it was decided."), nullable=True),
        Column(
            "decided_as",
            "text",
            _(
                "dispatcher, arbiter, lapsed (nobody decided in time), last_resort or ended (the "
                "problem ended before)."
            ),
            nullable=True,
        ),
        Column(
            "decided_agency",
            "text",
            _("Code of the office that had the problem by this decision."),
            nullable=True,
        ),
        Column(
            "wrong",
            "text",
            _(
                "Who was wrong: office (it returned what was its own) or routing (it had been sent "
                "to the wrong office); empty where nobody judged."
            ),
            nullable=True,
        ),
    ),
    sql=_disputes,
    key=("service_request_id", "step"),
)

PROLONGATIONS = Dataset(
    name="problem_prolongations",
    title=_("Later dates for problems"),
    description=_("Every request for a later date, and whether the head of the office signed it."),
    columns=(
        Column("service_request_id", "text", _("Number of the problem.")),
        Column("asked_datetime", "moment", _("When it was asked.")),
        Column("agency_responsible", "text", _("Code of the office that asked.")),
        Column("reason", "text", _("Code of the reason it gave.")),
        Column("first_expected_datetime", "moment", _("The first promise; it is never changed.")),
        Column("expected_datetime", "moment", _("What was promised when it was asked.")),
        Column("proposed_datetime", "moment", _("The later date.")),
        Column("decided_datetime", "moment", _("When the head decided."), nullable=True),
        Column("signed", "boolean", _("Whether the head signed."), nullable=True),
    ),
    sql=_prolongations,
    key=("service_request_id", "asked_datetime"),
)

OVERDUE = Dataset(
    name="problem_overdue",
    title=_("Promises that were not kept"),
    description=_(
        "How high each overdue promise climbed: 1 the head of the office, 2 the control "
        "department, 3 the red list."
    ),
    columns=(
        Column("service_request_id", "text", _("Number of the problem.")),
        Column("expected_datetime", "moment", _("The promise that was not kept.")),
        Column("level", "integer", _("How high it climbed.")),
        Column(
            "agency_responsible", "text", _("Code of the office that had it then."), nullable=True
        ),
        Column("reached_datetime", "moment", _("When it reached this level.")),
    ),
    sql=_overdue,
    key=("service_request_id", "expected_datetime", "level"),
)

DUTY_DATASETS = (DISPUTES, PROLONGATIONS, OVERDUE)


def _said() -> tuple[Measure, ...]:
    return (
        count("said", _("said that it is not theirs")),
        count_where("decided", not_null("decided_datetime"), title=_("decided")),
        count_where("office_wrong", eq("wrong", "office"), title=_("the office was wrong")),
        count_where("routing_wrong", eq("wrong", "routing"), title=_("the office was right")),
        count_where(
            "unjudged",
            not_null("decided_datetime"),
            is_null("wrong"),
            title=_("decided, nobody judged who was wrong"),
        ),
        count_where(
            "undecided_in_time",
            one_of("decided_as", "lapsed", "last_resort"),
            title=_("nobody decided in time, or returned too often"),
        ),
    )


def _later() -> tuple[Measure, ...]:
    return (
        count("asked", _("asked for a later date")),
        count_where("signed", eq("signed", True), title=_("signed")),
        distinct(
            "prolonged",
            "service_request_id",
            eq("signed", True),
            title=_("problems with a later date"),
        ),
    )


def _climbed() -> tuple[Measure, ...]:
    return (
        count_where("head_told", eq("level", 1), title=_("the head was told")),
        count_where("control_told", eq("level", 2), title=_("the control department was told")),
        count_where("red_listed", eq("level", 3), title=_("came on the red list")),
        distinct(
            "red_listed_problems",
            "service_request_id",
            eq("level", 3),
            title=_("problems that came on the red list"),
        ),
        median("level_median", "level", title=_("level, median")),
    )


def _figure(
    name: str, title: str | Promise, dataset: str, measures: tuple[Measure, ...], *by: str
) -> Figure:
    return Figure(name=name, title=title, dataset=dataset, measures=measures, by=by)


OFFICE = "agency_responsible"

DUTY_FIGURES = (
    _figure(
        "problem_disputes_by_office",
        _("How often did each office say that a problem is not theirs, and who was wrong?"),
        "problem_disputes",
        _said(),
        OFFICE,
    ),
    _figure(
        "problem_disputes_by_office_and_year",
        _("How often did each office say that a problem is not theirs, by year?"),
        "problem_disputes",
        _said(),
        OFFICE,
        "opened_datetime:year",
    ),
    _figure(
        "problem_prolongations_by_office",
        _("How often did each office ask for a later date?"),
        "problem_prolongations",
        _later(),
        OFFICE,
    ),
    _figure(
        "problem_prolongations_by_office_and_year",
        _("How often did each office ask for a later date, by year?"),
        "problem_prolongations",
        _later(),
        OFFICE,
        "asked_datetime:year",
    ),
    _figure(
        "problem_overdue_by_office",
        _("How high did the overdue promises of each office climb?"),
        "problem_overdue",
        _climbed(),
        OFFICE,
    ),
    _figure(
        "problem_overdue_by_office_and_year",
        _("How high did the overdue promises of each office climb, by year?"),
        "problem_overdue",
        _climbed(),
        OFFICE,
        "reached_datetime:year",
    ),
)
