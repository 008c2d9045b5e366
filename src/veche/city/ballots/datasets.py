"""What is published of votes beside the files of each: all of them in one table, and all results.

Results are read from what was announced: small places of an open poll are together in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.city.ballots.procedure import COUNTED, PUBLIC
from veche.figures import Column, Dataset, Figure, count, count_where, one_of, total

_VOTES = """
SELECT c.number, coalesce(b.config->'title'->>'en', b.config->'title'->>'ru',
        b.config->'title'->>'zh') AS title, t.code AS territory, b.config->>'level' AS level,
    c.state, b.opens_at AS opens_datetime, b.closes_at AS closes_datetime,
    jsonb_array_length(b.config->'questions') AS questions, b.digest AS config,
    (b.result->'roll'->>'number')::bigint AS roll,
    (b.result->'turnout'->>'number')::bigint AS turnout
FROM ballots_vote b JOIN cases_case c ON c.id = b.case_id
    JOIN places_territory t ON t.id = c.territory_id
WHERE c.state = ANY(%s) AND c.hidden_at IS NULL AND c.opened_at <= %s
"""
_RESULTS = """
SELECT c.number AS vote, q.value->>'code' AS question, p.key AS territory, o.key AS option,
    o.value::double precision AS number,
    q.value->'count'->'winners' ? o.key AS chosen
FROM ballots_vote b JOIN cases_case c ON c.id = b.case_id,
    jsonb_array_elements(b.result->'questions') q, jsonb_each(q.value->'territories') p,
    jsonb_each_text(p.value) o
WHERE c.state = ANY(%s) AND c.hidden_at IS NULL AND b.result IS NOT NULL AND c.opened_at <= %s
"""


def _votes(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _VOTES, [list(PUBLIC), at]


def _results(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _RESULTS, [list(COUNTED), at]


VOTES = Dataset(
    name="votes",
    title=_("Votes"),
    description=_("Every vote that was announced: when, where, how many may vote and did."),
    columns=(
        Column("number", "text", _("Number of the vote.")),
        Column("title", "text", _("What it is about.")),
        Column("territory", "text", _("Code of the place it is held in.")),
        Column("level", "text", _("open: an open poll; audited: every ballot is in a log.")),
        Column("state", "text", _("Where the vote stands.")),
        Column("opens_datetime", "moment", _("When it opens.")),
        Column("closes_datetime", "moment", _("When it closes.")),
        Column("questions", "integer", _("How many questions are asked.")),
        Column("config", "text", _("SHA-256 of its configuration.")),
        Column("roll", "integer", _("People on the roll, once it is counted."), nullable=True),
        Column("turnout", "integer", _("People who voted, once it is counted."), nullable=True),
    ),
    sql=_votes,
    key=("number",),
)
RESULTS = Dataset(
    name="vote_results",
    title=_("Results of votes"),
    description=_(
        "What was announced, by vote, question, place and option: crosses, points, or first"
        " preferences where people ranked."
    ),
    columns=(
        Column("vote", "text", _("Number of the vote.")),
        Column("question", "text", _("Code of the question.")),
        Column(
            "territory",
            "text",
            _("Code of the place; small-places: places with few voters together."),
        ),
        Column("option", "text", _("Code of the option.")),
        Column("number", "number", _("How many ballots, or points.")),
        Column("chosen", "boolean", _("Whether the option was chosen in the whole vote.")),
    ),
    sql=_results,
    key=("vote", "question", "territory", "option"),
)
DATASETS = (VOTES, RESULTS)
FIGURES = (
    Figure(
        name="votes",
        title=_("How many votes were there, and how many people took part?"),
        dataset="votes",
        measures=(
            count("votes", _("votes announced")),
            count_where("counted", one_of("state", *COUNTED), title=_("counted")),
            count_where(
                "certified", one_of("state", "certified", "archived"), title=_("certified")
            ),
            total("turnout", "turnout", title=_("ballots counted")),
        ),
    ),
)
