"""What is published of audits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count, count_where, eq

_AUDITS = """
SELECT c.number, o.code AS office, c.state, c.opened_at AS opened_datetime,
    c.closed_at AS closed_datetime, a.since AS since_datetime, a.given, a.faulty,
    nullif(a.findings, '') AS findings, nullif(a.remedy, '') AS remedy
FROM audits_audit a JOIN cases_case c ON c.id = a.case_id
    JOIN organisations_organisation o ON o.id = a.office_id
WHERE c.opened_at <= %s
"""


def _audits(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _AUDITS, [at]


AUDITS = Dataset(
    name="audits",
    title=_("Audits of offices"),
    description=_("Every audit that the rule opened, what was found and what will change."),
    columns=(
        Column("number", "text", _("Number of the audit.")),
        Column("office", "text", _("Code of the office.")),
        Column("state", "text", _("Where the audit stands.")),
        Column("opened_datetime", "moment", _("When it was opened.")),
        Column("closed_datetime", "moment", _("When it came to its end."), nullable=True),
        Column("since_datetime", "moment", _("The beginning of the period looked at.")),
        Column("given", "integer", _("How many matters the office had in the period.")),
        Column("faulty", "integer", _("How many of them have a fault.")),
        Column("findings", "text", _("What the control department found."), nullable=True),
        Column("remedy", "text", _("What the office says will change."), nullable=True),
    ),
    sql=_audits,
    key=("number",),
)
DATASETS = (AUDITS,)
FIGURES = (
    Figure(
        name="audits",
        title=_("How many audits were there, and how did they end?"),
        dataset="audits",
        measures=(
            count("audits", _("audits")),
            count_where("remedied", eq("state", "remedied"), title=_("the office will change")),
            count_where("cleared", eq("state", "cleared"), title=_("no fault")),
            count_where("unanswered", eq("state", "unanswered"), title=_("no answer")),
        ),
    ),
)
