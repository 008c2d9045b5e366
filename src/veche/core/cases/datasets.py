"""What is published about responsibility: disputes and who was wrong, later dates, the overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.core.cases.datasets_contracts import CONTRACT_FIGURES, CONTRACTS
from veche.figures import Column, Dataset, Figure, count, count_where, eq, is_null

_DISPUTES = """
SELECT d.id AS dispute, c.number, c.procedure, c.theme, t.code AS territory,
    d.opened_at AS opened_datetime, d.move, o.code AS office, d.reason, p.code AS proposed,
    d.decided_at AS decided_datetime, nullif(d.decided_as, '') AS decided_as,
    f.code AS decided_for, d.binding, nullif(d.wrong, '') AS wrong
FROM cases_dispute d JOIN cases_case c ON c.id = d.case_id
    JOIN places_territory t ON t.id = c.territory_id
    JOIN organisations_organisation o ON o.id = d.office_id
    LEFT JOIN organisations_organisation p ON p.id = d.proposed_id
    LEFT JOIN organisations_organisation f ON f.id = d.decided_for_id
WHERE d.opened_at <= %s
"""
_PROLONGATIONS = """
SELECT l.id AS prolongation, c.number, c.procedure, c.theme, o.code AS office, l.reason,
    l.first_promised_at AS first_promised_datetime, l.was_due_at AS was_due_datetime,
    l.until AS until_datetime, l.asked_at AS asked_datetime, l.decided_at AS decided_datetime,
    l.signed
FROM cases_prolongation l JOIN cases_case c ON c.id = l.case_id
    JOIN organisations_organisation o ON o.id = l.office_id
WHERE l.signed IS NOT NULL AND l.decided_at <= %s
"""
_CLIMBS = """
SELECT k.id AS climb, c.number, c.procedure, c.theme, o.code AS office, k.level,
    k.promised_at AS promised_datetime, k.at AS climbed_datetime
FROM cases_climb k JOIN cases_case c ON c.id = k.case_id
    LEFT JOIN organisations_organisation o ON o.id = k.office_id
WHERE k.at <= %s
"""


def _disputes(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _DISPUTES, [at]


def _prolongations(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _PROLONGATIONS, [at]


def _climbs(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _CLIMBS, [at]


_CASE = (
    Column("number", "text", _("Number of the matter.")),
    Column("procedure", "text", _("What kind of matter it is.")),
    Column("theme", "text", _("What it is about, by code.")),
)

DISPUTES = Dataset(
    name="disputes",
    title=_("Disputes between offices"),
    description=_("Every time an office said that a matter is not theirs, and who was wrong."),
    columns=(
        Column("dispute", "integer", _("Number of the dispute.")),
        *_CASE,
        Column("territory", "text", _("Code of the territory.")),
        Column("opened_datetime", "moment", _("When the office said so.")),
        Column("move", "text", _("Before whom: hand_back a dispatcher, dispute an arbiter.")),
        Column("office", "text", _("Code of the office that said so.")),
        Column("reason", "text", _("The reason it gave, by code.")),
        Column("proposed", "text", _("Code of the office it proposed."), nullable=True),
        Column("decided_datetime", "moment", _("When it was decided."), nullable=True),
        Column(
            "decided_as",
            "text",
            _("By whom: dispatcher, arbiter, lapsed, last_resort; ended where nobody had to."),
            nullable=True,
        ),
        Column("decided_for", "text", _("Code of the office that has it now."), nullable=True),
        Column("binding", "boolean", _("Whether that office may not return it again.")),
        Column(
            "wrong",
            "text",
            _("Who was wrong: office, which returned its own, or routing, which sent it there."),
            nullable=True,
        ),
    ),
    sql=_disputes,
    key=("dispute",),
)
PROLONGATIONS = Dataset(
    name="prolongations",
    title=_("Later dates"),
    description=_("Every later date that the head of an office signed or refused."),
    columns=(
        Column("prolongation", "integer", _("Number of the request.")),
        *_CASE,
        Column("office", "text", _("Code of the office that asked.")),
        Column("reason", "text", _("The reason it gave, by code.")),
        Column("first_promised_datetime", "moment", _("The first promise; lateness counts by it.")),
        Column("was_due_datetime", "moment", _("What was promised when it was asked.")),
        Column("until_datetime", "moment", _("The later date.")),
        Column("asked_datetime", "moment", _("When it was asked.")),
        Column("decided_datetime", "moment", _("When the head decided.")),
        Column("signed", "boolean", _("Whether the head signed.")),
    ),
    sql=_prolongations,
    key=("prolongation",),
)
CLIMBS = Dataset(
    name="overdue",
    title=_("Overdue promises"),
    description=_("Every overdue promise and how high it climbed."),
    columns=(
        Column("climb", "integer", _("Number of the row.")),
        *_CASE,
        Column("office", "text", _("Code of the office that had it then."), nullable=True),
        Column("level", "integer", _("1 the head, 2 the control department, 3 the public list.")),
        Column("promised_datetime", "moment", _("The promise that was not kept.")),
        Column("climbed_datetime", "moment", _("When it climbed.")),
    ),
    sql=_climbs,
    key=("climb",),
)

DATASETS = (DISPUTES, PROLONGATIONS, CLIMBS, CONTRACTS)

_JUDGED = (
    count("disputes", _("said that it is not theirs")),
    count_where("office_wrong", eq("wrong", "office"), title=_("it was theirs")),
    count_where("routing_wrong", eq("wrong", "routing"), title=_("it had been sent wrongly")),
    count_where("not_judged", is_null("wrong"), title=_("nobody judged")),
)
FIGURES = (
    Figure(
        name="disputes",
        title=_("How often did offices disagree, and who was wrong?"),
        dataset="disputes",
        measures=_JUDGED,
    ),
    Figure(
        name="disputes_by_office",
        title=_("How often did an office say that it is not theirs, and who was wrong?"),
        dataset="disputes",
        by=("office",),
        measures=_JUDGED,
    ),
    Figure(
        name="prolongations_by_office",
        title=_("How many later dates were asked for, and how many signed?"),
        dataset="prolongations",
        by=("office",),
        measures=(
            count("asked", _("asked")),
            count_where("signed", eq("signed", True), title=_("signed")),
        ),
    ),
    Figure(
        name="overdue_by_office",
        title=_("How many promises were not kept, and how high did they climb?"),
        dataset="overdue",
        by=("office",),
        measures=(
            count_where("head", eq("level", 1), title=_("to the head")),
            count_where("control", eq("level", 2), title=_("to the control department")),
            count_where("listed", eq("level", 3), title=_("to the public list")),
        ),
    ),
    *CONTRACT_FIGURES,
)
