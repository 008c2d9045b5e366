"""What is published of moderation: every decision, no person, no words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count, count_where, eq, not_null, one_of

if TYPE_CHECKING:
    from veche.figures import Text

_DECISIONS = """
SELECT d.id AS decision_id, c.number AS service_request_id, c.procedure, d.at AS decided_datetime,
    d.kind AS decision, nullif(d.reason, '') AS reason, d.role, t.code AS territory,
    nullif(d.appeal, '') AS appeal, d.appealed_at AS appealed_datetime,
    d.appeal_due_at AS appeal_due_datetime, d.climbed_at AS climbed_datetime,
    d.judged_at AS judged_datetime,
    nullif(d.judge_role, '') AS judged_by_role,
    CASE WHEN d.appeal = 'dropped' THEN NULL
        WHEN d.judged_at <= d.appeal_due_at THEN 'in_time'
        WHEN d.judged_at > d.appeal_due_at THEN 'late'
        WHEN d.appeal = 'open' AND d.appeal_due_at < %s THEN 'late' END AS judged,
    d.sweep_id IS NOT NULL AS together
FROM moderation_decision d JOIN cases_case c ON c.id = d.case_id
    JOIN places_territory t ON t.id = c.territory_id
WHERE d.at <= %s AND d.role <> 'author'
"""


def _decisions(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _DECISIONS, [at, at]


DECISIONS = Dataset(
    name="moderation",
    title=_("Decisions of moderators"),
    description=_(
        "Everything that was not published, hidden, covered or shown again: why, when, by which "
        "role, and how the author's objection ended. No words and no persons."
    ),
    columns=(
        Column("decision_id", "integer", _("Number of the decision.")),
        Column("service_request_id", "text", _("Number of the matter.")),
        Column("procedure", "text", _("What kind of matter it is.")),
        Column("decided_datetime", "moment", _("When it was decided.")),
        Column(
            "decision", "text", _("reject, remove, hide, show, redact (words) or photograph.")
        ),
        Column("reason", "text", _("Code of the reason."), nullable=True),
        Column("role", "text", _("The role of whoever decided.")),
        Column("territory", "text", _("Code of the place of the matter.")),
        Column(
            "appeal", "text",
            _("open, upheld, overturned or dropped (its author was erased); empty: nobody"
              " objected."), nullable=True,
        ),
        Column("appealed_datetime", "moment", _("When the author objected."), nullable=True),
        Column("appeal_due_datetime", "moment", _("Until when it had to be judged."),
               nullable=True),
        Column("climbed_datetime", "moment",
               _("When it came up to the control department: nobody else had judged it in time."),
               nullable=True),
        Column("judged_datetime", "moment", _("When it was judged."), nullable=True),
        Column("judged_by_role", "text", _("The role of whoever judged, never who decided first."),
               nullable=True),
        Column("judged", "text", _("in_time or late."), nullable=True),
        Column("together", "boolean", _("Whether it was one of many taken away together.")),
    ),
    sql=_decisions,
    key=("decision_id",),
)  # fmt: skip

DATASETS = (DECISIONS,)


def _figure(name: str, title: Text, *by: str) -> Figure:
    return Figure(
        name=name,
        title=title,
        dataset="moderation",
        by=by,
        measures=(
            count("decisions", _("decisions")),
            count_where(
                "appealed",
                one_of("appeal", "open", "upheld", "overturned", "dropped"),
                title=_("objections"),
            ),
            count_where("upheld", eq("appeal", "upheld"), title=_("upheld")),
            count_where("overturned", eq("appeal", "overturned"), title=_("overturned")),
            count_where(
                "climbed",
                not_null("climbed_datetime"),
                title=_("came up to the control department"),
            ),
            count_where("judged_late", eq("judged", "late"), title=_("judged late")),
        ),
    )


FIGURES = (
    _figure("moderation_by_decision", _("What did moderators decide?"), "decision"),
    _figure("moderation_by_reason", _("Why did moderators decide so?"), "reason"),
    _figure(
        "moderation_by_month", _("What did moderators decide, by month?"),
        "decided_datetime:month",
    ),
)  # fmt: skip
