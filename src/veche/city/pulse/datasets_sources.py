"""What is published of sources: the catalogue, the agreements, and what was refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count, total

_SOURCES = """
SELECT s.code, coalesce(nullif(s.names->>'en', ''), s.code) AS name, o.code AS owner,
    s.connector, s.cadence, s.fresh_for, s.retention_days, s.public,
    CASE WHEN s.state = 'off' THEN 'off'
        WHEN s.seen_at + make_interval(secs => s.fresh_for) >= %s THEN 'fresh'
        WHEN s.state = 'new' OR s.seen_at IS NULL THEN 'new' ELSE 'stale' END AS state,
    g.code AS agreement,
    (SELECT count(*) FROM pulse_application a WHERE a.source_id = s.id)::int AS applications
FROM pulse_source s JOIN organisations_organisation o ON o.id = s.owner_id
LEFT JOIN pulse_agreement g ON g.id = s.agreement_id
"""


def _sources(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _SOURCES, [at]


SOURCES = Dataset(
    name="data_sources",
    title=_("Data sources"),
    description=_("Every connected system: whose it is, how often it tells, and whether it does."),
    columns=(
        Column("code", "text", _("Code of the source.")),
        Column("name", "text", _("Its name in English.")),
        Column("owner", "text", _("Code of the office whose system it is.")),
        Column("connector", "text", _("How it is connected.")),
        Column("cadence", "integer", _("Seconds between two readings, as its owner says.")),
        Column("fresh_for", "integer", _("Seconds of silence after which it counts as silent.")),
        Column("retention_days", "integer", _("Days for which single readings are kept.")),
        Column("public", "boolean", _("Whether everybody may read what it tells.")),
        Column("state", "text", _("fresh, stale, new (nothing has come) or off.")),
        Column("agreement", "text", _("Code of its agreement; empty: none."), nullable=True),
        Column("applications", "integer", _("How many applications live on it.")),
    ),
    sql=_sources,
    key=("code",),
)

AGREEMENTS = Dataset(
    name="exchange_agreements",
    title=_("Exchange agreements"),
    description=_("Who gives which data to whom, and until when."),
    columns=(
        Column("code", "text", _("Code of the agreement.")),
        Column("name", "text", _("Its name in English.")),
        Column("giver", "text", _("Code of the office that gives, or the name of somebody else.")),
        Column("taker", "text", _("Code of the office that gets the data.")),
        Column("since", "date", _("Its first day.")),
        Column("until", "date", _("Its last day; empty: none."), nullable=True),
        Column("ended", "boolean", _("Whether it was ended.")),
        Column(
            "fields",
            "text",
            _("What is given, with spaces between; empty: everything."),
            nullable=True,
        ),
    ),
    sql="""SELECT g.code, coalesce(nullif(g.names->>'en', ''), g.code) AS name,
        coalesce(o.code, g.giver_name) AS giver, t.code AS taker, g.since, g.until,
        g.ended_at IS NOT NULL AS ended,
        (SELECT string_agg(f, ' ') FROM jsonb_array_elements_text(g.fields) f) AS fields
        FROM pulse_agreement g JOIN organisations_organisation t ON t.id = g.taker_id
        LEFT JOIN organisations_organisation o ON o.id = g.giver_id""",
    key=("code",),
)

REFUSED = Dataset(
    name="refused_readings",
    title=_("Readings that were refused"),
    description=_("How many readings of a source were refused on a day, and why."),
    columns=(
        Column("source", "text", _("Code of the source.")),
        Column("day", "date", _("The day, by universal time.")),
        Column("reason", "text", _("Why: number, range, future, old, foreign, form …")),
        Column("count", "integer", _("How many.")),
    ),
    sql="""SELECT s.code AS source, r.day, r.reason, r.count
        FROM pulse_refusal r JOIN pulse_source s ON s.id = r.source_id""",
    key=("source", "day", "reason"),
)

DATASETS = (SOURCES, AGREEMENTS, REFUSED)
FIGURES = (
    Figure(
        name="data_sources_by_state",
        title=_("How many systems tell the city now?"),
        dataset="data_sources",
        measures=(
            count("sources", _("sources")),
            total("applications", "applications", title=_("applications")),
        ),
        by=("state",),
    ),
    Figure(
        name="refused_readings",
        title=_("How many readings were refused, and why?"),
        dataset="refused_readings",
        measures=(total("readings", "count", title=_("readings")),),
        by=("reason",),
    ),
)
"""Nobody's name is in any of them: who read what stays with those who may look."""
