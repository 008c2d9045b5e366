"""How incidents are judged: the families of indicators, each a published figure.

Declared once: the pages, the packets of two weeks and the stand-alone verifier reckon by the same
definitions over the same published rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.figures import (
    Col,
    Figure,
    Measure,
    count,
    count_where,
    eq,
    gt,
    le,
    mean,
    median,
    not_null,
    one_of,
    percentile,
    share,
    total,
)

if TYPE_CHECKING:
    from django.utils.functional import Promise

CLOSED = one_of("state", "closed", "evaluated")
OVER = one_of("state", "closed", "evaluated", "false_alarm")

HANDLED: tuple[Measure, ...] = (
    count("opened", _("incidents")),
    count_where("closed", CLOSED, title=_("brought to an end")),
    count_where("pending", eq("pending", True), title=_("in the pending register")),
    total("late_steps", "late_steps", title=_("steps that took too long")),
    total("returns", "returned", title=_("times sent back")),
    total("reopenings", "reopened", title=_("times opened again")),
)
TIME: tuple[Measure, ...] = (
    median("detect", "detect_seconds", title=_("from detection to dispatch, median")),
    percentile("detect_90", "detect_seconds", 90, title=_("the same for nine in ten")),
    median("accept", "accept_seconds", title=_("from dispatch to acceptance, median")),
    median("reach", "reach_seconds", title=_("from acceptance to the first action, median")),
    median("handle", "handle_seconds", title=_("from the first word to the end, median")),
)
VALUE: tuple[Measure, ...] = (
    mean("cost", "cost", CLOSED, title=_("cost of a closed incident, where it is known")),
    total("costs", "cost", CLOSED, title=_("cost of all of them")),
    count_where("costed", CLOSED, not_null("cost"), title=_("of so many it is known")),
    total("people", "people", title=_("people concerned, where at least five")),
)
RATIO: tuple[Measure, ...] = (
    share("in_time", eq("in_time", True), of=[CLOSED], title=_("every step in time")),
    share("lowest", eq("tier", 1), of=[CLOSED], title=_("closed at the lowest tier")),
    share("stayed", le("tier", Col("first_tier")), of=[CLOSED],
          title=_("closed without going a tier up")),
    share("sent_back", gt("returned", 0), of=[not_null("dispatched_datetime")],
          title=_("sent back by an office")),
    share("reopened", gt("reopened", 0), of=[OVER], title=_("opened again")),
    share("false", eq("state", "false_alarm"), of=[OVER], title=_("false alarms")),
    share("sensor_first", eq("found_by", "sensor"), title=_("found by sensors before people")),
)  # fmt: skip
MEASURES = (*HANDLED, *TIME, *VALUE, *RATIO)
"""What a packet of two weeks shows of a unit."""
BETTER_LOW = frozenset(
    {"late_steps", "returns", "reopenings", "pending", "detect", "detect_90", "accept", "reach",
     "handle", "cost", "sent_back", "reopened", "false"}
)  # fmt: skip
BETTER_HIGH = frozenset({"in_time", "lowest", "stayed", "sensor_first"})


@dataclass(frozen=True)
class Grouping:
    """By what a table of the evaluation is divided."""

    code: str
    by: str
    title: str | Promise


GROUPINGS = (
    Grouping("city", "", _("The whole city")),
    Grouping("unit", "lead", _("By the office that leads")),
    Grouping("tier", "tier", _("By tier")),
    Grouping("kind", "kind", _("By kind of incident")),
    Grouping("district", "district", _("By district")),
    Grouping("month", "reported_datetime:month", _("By month")),
)
FAMILIES: tuple[tuple[str, str | Promise, tuple[Measure, ...]], ...] = (
    ("handled", _("Incidents handled"), HANDLED),
    ("time", _("Time"), TIME),
    ("value", _("Value: cost and people"), VALUE),
    ("ratio", _("Ratios"), RATIO),
)
"""The four families reckoned from incidents; vital signs and scenarios stand beside them."""


def _figure(
    family: str, title: str | Promise, measures: tuple[Measure, ...], one: Grouping
) -> Figure:
    where = (not_null(one.by),) if one.code in ("unit", "district") else ()
    by = (one.by,) if one.by else ()
    return Figure(f"incidents_{family}_by_{one.code}", title, "incidents", measures, by, where)


QUESTIONS: dict[str, str | Promise] = {
    "handled": _("How many incidents were there, and how did they go?"),
    "time": _("How long did incidents take?"),
    "value": _("What did incidents cost, and how many did they concern?"),
    "ratio": _("What share of incidents went well?"),
}
INCIDENT_FIGURES = tuple(
    _figure(code, QUESTIONS[code], measures, one)
    for code, _title, measures in FAMILIES
    for one in GROUPINGS
)
HELP_MEASURES: tuple[Measure, ...] = (
    count("asked", _("times asked to help")),
    count_where("helped", eq("state", "done"), title=_("times it helped")),
    share("refused", eq("state", "refused"), title=_("sent back")),
    median("help_accept", "accept_seconds", title=_("until it accepted, median")),
    median("help", "help_seconds", title=_("until it was done, median")),
    total("help_late", "late_steps", title=_("steps that took too long")),
)
"""What is said of an office that helps others."""
STEP_MEASURES: tuple[Measure, ...] = (
    count_where("terms", not_null("due_datetime"), title=_("steps with a term")),
    count_where("ended", not_null("due_datetime"), not_null("left_datetime"), title=_("done")),
    share("kept", le("left_datetime", Col("due_datetime")),
          of=[not_null("due_datetime"), not_null("left_datetime")], title=_("done in time")),
)  # fmt: skip
FIGURES = (
    *INCIDENT_FIGURES,
    Figure("incident_help_by_unit", _("How do offices help others?"), "incident_tasks",
           HELP_MEASURES, ("office",)),
    Figure("incident_steps_by_state", _("Which step of an incident is late?"), "incident_steps",
           STEP_MEASURES, ("after",), (not_null("due_datetime"),)),
    Figure("incidents_by_source", _("Who tells the city of incidents first?"), "incidents",
           (count("opened", _("incidents")),), ("found_by",)),
)  # fmt: skip
