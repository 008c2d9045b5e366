"""What is published of units: their packets, marks of offices, and the codes of ISO 37120."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.iso import MAPPED
from veche.figures import (
    Col,
    Column,
    Dataset,
    Figure,
    count,
    count_where,
    eq,
    gt,
    is_null,
    le,
    not_null,
    share,
    total,
)

_PACKETS = """
SELECT p.unit, p.since AS since_datetime, p.until AS until_datetime, p.made_at AS made_datetime,
    p.due_at AS due_datetime, CASE WHEN p.answered_at <= %s THEN p.answered_at END
        AS answered_datetime,
    p.answered_at IS NULL AND p.due_at < %s AS skipped,
    (p.figures->'now'->>'opened')::int AS incidents, (p.figures->'now'->>'closed')::int AS closed,
    (p.figures->>'late')::int AS late_steps,
    (SELECT count(*) FROM dispatch_followup f WHERE f.packet_id = p.id) AS followups,
    (SELECT count(*) FROM dispatch_followup f WHERE f.packet_id = p.id AND f.answered_at <= %s)
        AS answered, p.met_on
FROM dispatch_packet p WHERE p.made_at <= %s
"""


def _packets(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _PACKETS, [at, at, at, at]


PACKETS = Dataset(
    name="packets",
    title=_("Packets of two weeks"),
    description=_(
        "The packet that every unit is given every two weeks, and whether its head answered."
    ),
    columns=(
        Column("unit", "text", _("Code of the office, or tier-1 to tier-3 for a dispatch.")),
        Column("since_datetime", "moment", _("The beginning of the two weeks.")),
        Column("until_datetime", "moment", _("Their end.")),
        Column("made_datetime", "moment", _("When it was made.")),
        Column("due_datetime", "moment", _("Until when its head had to answer.")),
        Column("answered_datetime", "moment", _("When the head answered; empty: not yet."), True),
        Column("skipped", "boolean", _("Whether the day passed without an answer.")),
        Column(
            "incidents", "integer",
            _("Incidents of public kinds it led that were reported in them; empty: none."), True,
        ),
        Column("closed", "integer", _("How many of them are closed."), True),
        Column("late_steps", "integer", _("Steps of the unit whose terms passed in them, of all "
                                          "kinds.")),
        Column("followups", "integer", _("Things its head had to answer.")),
        Column("answered", "integer", _("How many of them were answered.")),
        Column("met_on", "date", _("When it was spoken about; empty: not yet."), True),
    ),
    sql=_packets,
    key=("unit", "until_datetime"),
)  # fmt: skip

_ASSESSMENTS = """
SELECT r.code AS round, o.code AS office, k.code AS criterion, c."group" AS "group",
    c.persons, c.total AS marks
FROM dispatch_assessmentcell c JOIN dispatch_assessmentcriterion k ON k.id = c.criterion_id
JOIN dispatch_assessmentround r ON r.id = k.round_id AND r.closed_at <= %s
JOIN organisations_organisation o ON o.id = c.organisation_id
"""


def _assessments(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _ASSESSMENTS, [at]


ASSESSMENTS = Dataset(
    name="office_marks",
    title=_("Marks of offices"),
    description=_(
        "What each group said of each office in a closed assessment, as sums; nothing where fewer "
        "than five persons said it. The head's own word is that of one person, by office."
    ),
    columns=(
        Column("round", "text", _("Code of the assessment.")),
        Column("office", "text", _("Code of the office.")),
        Column("criterion", "text", _("Code of what was asked.")),
        Column("group", "text", _("residents, offices, dispatchers, inspectors or self.")),
        Column("persons", "integer", _("How many gave a mark; empty: too few."), True),
        Column("marks", "integer", _("The sum of their marks from 1 to 5; empty: too few."), True),
    ),
    sql=_assessments,
    key=("round", "office", "criterion", "group"),
)

_CODES = "SELECT * FROM (VALUES {rows}) v (indicator, code, theme, kind, name)"


def _codes(at: dt.datetime) -> tuple[str, Sequence[object]]:
    rows = ", ".join(["(%s::text, %s::text, %s::text, %s::text, %s::text)"] * len(MAPPED))
    values = [
        value
        for one in MAPPED
        for value in (one.indicator, one.code, one.theme, one.kind, one.english)
    ]
    return _CODES.format(rows=rows), values


CODES = Dataset(
    name="iso_codes",
    title=_("Indicators and ISO 37120"),
    description=_(
        "Which of our indicators stands near which indicator of ISO 37120. The words are ours: the "
        "text of the standard is not free."
    ),
    columns=(
        Column("indicator", "text", _("Our indicator, or a measure of our figures.")),
        Column("code", "text", _("Number of the theme in ISO 37120:2018.")),
        Column("theme", "text", _("The theme, in our own words.")),
        Column("kind", "text", _("same, near or beside: how far ours answers it.")),
        Column("name", "text", _("What ours says, in English.")),
    ),
    sql=_codes,
    key=("indicator", "code"),
)
DATASETS = (PACKETS, ASSESSMENTS, CODES)
FIGURES = (
    Figure(
        name="packets_answered",
        title=_("Do heads answer the packets of their units?"),
        dataset="packets",
        measures=(
            count("packets", _("packets")),
            share(
                "in_time", le("answered_datetime", Col("due_datetime")), title=_("answered in time")
            ),
            count_where(
                "late", gt("answered_datetime", Col("due_datetime")), title=_("answered late")
            ),
            count_where("skipped", eq("skipped", True), title=_("skipped")),
            count_where(
                "waiting", is_null("answered_datetime"), eq("skipped", False), title=_("waiting")
            ),
        ),
        by=("unit",),
    ),
    Figure(
        name="office_marks_by_group",
        title=_("How were offices marked, and by whom?"),
        dataset="office_marks",
        measures=(
            total("given", "persons", title=_("marks given")),
            total("marks", "marks", title=_("sum of the marks")),
        ),
        by=("round", "office", "group"),
        where=(not_null("persons"),),
    ),
)
"""Figures know no quotient of two sums: the mean mark is given by its two parts."""
