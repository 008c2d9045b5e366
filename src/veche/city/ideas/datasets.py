"""What is published about calls, ideas, comments, ratings and rushes.

What everybody can read is published as it stands, without names: those who comment stand under the
numbers they have on the page. Who is for or against which idea is published as counts of at least
`CELLS` only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.city.ideas.procedure import PUBLIC_CALL
from veche.figures import (
    Column,
    Dataset,
    Figure,
    count,
    count_where,
    eq,
    gt,
    median,
    not_null,
    one_of,
    total,
)

CELLS = 5
"""Ratings are published only as counts of at least so many."""

_CALLS = """
SELECT c.number, t.code AS territory, o.code AS office, c.state, k.standing, k.who,
    coalesce(k.titles ->> 'en', k.titles ->> 'ru', k.titles ->> 'zh') AS title,
    c.opened_at AS drafted_datetime, k.ideas, c.closed_at AS closed_datetime
FROM ideas_call k JOIN cases_case c ON c.id = k.case_id
    JOIN places_territory t ON t.id = c.territory_id
    JOIN organisations_organisation o ON o.id = k.office_id
WHERE c.state = ANY(%s) AND c.opened_at <= %s
"""
_IDEAS = """
SELECT c.number, i.kind, k.number AS call, t.code AS territory, o.code AS office, c.state,
    i.language, i.title, i.text, c.opened_at AS written_datetime,
    i.published_at AS published_datetime, i.supporters, i.opponents, i.comments,
    n.number AS joined_to, nullif(i.promise, '') AS promise, c.closed_at AS closed_datetime,
    extract(epoch FROM date_trunc('second', c.closed_at)
    - date_trunc('second', i.published_at))::bigint AS answer_seconds,
    round(i.latitude::numeric, 6) AS lat, round(i.longitude::numeric, 6) AS long
FROM ideas_idea i JOIN cases_case c ON c.id = i.case_id
    JOIN places_territory t ON t.id = c.territory_id
    LEFT JOIN cases_case k ON k.id = i.call_id
    LEFT JOIN cases_case n ON n.id = i.into_id
    LEFT JOIN organisations_organisation o ON o.id = c.organisation_id
WHERE i.public AND c.opened_at <= %s
"""
_COMMENTS = """
SELECT k.id AS comment_id, c.number AS matter, c.procedure, k.above_id AS reply_to,
    nullif(k.speaker, 0) AS participant, o.code AS office, k.stance AS side, k.text, k.likes,
    k.dislikes, k.version AS versions, k.at AS written_datetime
FROM ideas_comment k JOIN cases_case c ON c.id = k.matter_id
    LEFT JOIN organisations_organisation o ON o.id = k.office_id
WHERE k.shown AND c.hidden_at IS NULL AND k.at <= %s AND (
    c.procedure = 'call' OR EXISTS (SELECT FROM ideas_idea i WHERE i.case_id = c.id AND i.public))
"""
_RATINGS = """
SELECT r.id AS rating_id, coalesce(k.number, c.number) AS call,
    CASE r.value WHEN 1 THEN 'for' ELSE 'against' END AS side, r.standing,
    r.through_id IS NOT NULL AS through_joined, r.at AS rated_datetime
FROM ideas_rating r JOIN ideas_idea i ON i.case_id = r.idea_id AND i.public
    JOIN cases_case c ON c.id = i.case_id LEFT JOIN cases_case k ON k.id = i.call_id
WHERE r.at <= %s
"""
_RUSHES = """
SELECT h.id AS rush_id, c.number AS idea, h.began_at AS began_datetime, h.outcome,
    (SELECT count(*) FROM ideas_rating r WHERE r.rush_id = h.id) AS ratings,
    (SELECT count(*) FROM ideas_rushstep s WHERE s.rush_id = h.id) AS decisions
FROM ideas_rush h JOIN ideas_idea i ON i.case_id = h.idea_id AND i.public
    JOIN cases_case c ON c.id = i.case_id
WHERE h.began_at <= %s
"""


def _calls(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _CALLS, [list(PUBLIC_CALL), at]


def _ideas(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _IDEAS, [at]


def _comments(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _COMMENTS, [at]


def _ratings(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _RATINGS, [at]


def _rushes(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _RUSHES, [at]


CALLS = Dataset(
    name="idea_calls",
    title=_("Calls for ideas"),
    description=_("Every call for ideas that was announced."),
    columns=(
        Column("number", "text", _("Number of the call.")),
        Column("territory", "text", _("Code of the territory it asks.")),
        Column("office", "text", _("Code of the office that answers.")),
        Column("state", "text", _("State of the procedure it stands in.")),
        Column("standing", "boolean", _("Whether it has no end.")),
        Column("who", "text", _("anyone or residents: who may take part.")),
        Column("title", "text", _("Its title."), nullable=True),
        Column("drafted_datetime", "moment", _("When it was drafted.")),
        Column("ideas", "integer", _("Ideas of it that everybody can read.")),
        Column("closed_datetime", "moment", _("When it came to its end."), nullable=True),
    ),
    sql=_calls,
    key=("number",),
)
IDEAS = Dataset(
    name="ideas",
    title=_("Ideas and initiatives"),
    description=_("Every idea, measure and initiative that everybody can read, without authors."),
    columns=(
        Column("number", "text", _("Number of the idea.")),
        Column("kind", "text", _("idea, measure (written together) or initiative.")),
        Column("call", "text", _("Number of the call it answers."), nullable=True),
        Column("territory", "text", _("Code of the territory it concerns.")),
        Column("office", "text", _("Code of the office it lies with."), nullable=True),
        Column("state", "text", _("State of the procedure it stands in.")),
        Column("language", "text", _("Language it was written in.")),
        Column("title", "text", _("In a few words.")),
        Column("text", "text", _("In its own words.")),
        Column("written_datetime", "moment", _("When it was written.")),
        Column("published_datetime", "moment", _("When it could be read first."), nullable=True),
        Column("supporters", "integer", _("People counted for it.")),
        Column("opponents", "integer", _("People counted against it.")),
        Column("comments", "integer", _("Comments that everybody can read.")),
        Column("joined_to", "text", _("Number of the idea it was joined to."), nullable=True),
        Column("promise", "text", _("Number of the promise it became."), nullable=True),
        Column("closed_datetime", "moment", _("When it came to its end."), nullable=True),
        Column(
            "answer_seconds", "duration", _("From publication to the end."), nullable=True
        ),
        Column("lat", "number", _("Latitude of its place, WGS 84."), nullable=True),
        Column("long", "number", _("Longitude of its place, WGS 84."), nullable=True),
    ),
    sql=_ideas,
    key=("number",),
)  # fmt: skip
COMMENTS = Dataset(
    name="idea_comments",
    title=_("Comments on ideas"),
    description=_("Every comment that everybody can read. Those who wrote them are numbers."),
    columns=(
        Column("comment_id", "integer", _("Number of the comment.")),
        Column("matter", "text", _("Number of the idea, initiative or call.")),
        Column("procedure", "text", _("idea, initiative or call.")),
        Column("reply_to", "integer", _("The comment it replies to."), nullable=True),
        Column(
            "participant", "integer", _("Number of its author in the talk about this matter."),
            nullable=True,
        ),
        Column("office", "text", _("Code of the office that says it."), nullable=True),
        Column("side", "text", _("for, against or none.")),
        Column("text", "text", _("In its own words.")),
        Column("likes", "integer", _("People who find it helpful.")),
        Column("dislikes", "integer", _("People who do not.")),
        Column("versions", "integer", _("How often it was put into words.")),
        Column("written_datetime", "moment", _("When it was written.")),
    ),
    sql=_comments,
    key=("comment_id",),
)  # fmt: skip
RATINGS = Dataset(
    name="idea_ratings",
    title=_("Who is for and against ideas"),
    description=_("Ratings of ideas: only counts of at least five are published."),
    columns=(
        Column("rating_id", "integer", _("Number of the rating.")),
        Column("call", "text", _("Number of the call, or of the initiative.")),
        Column("side", "text", _("for or against.")),
        Column("standing", "text", _("counted, held (came in a rush) or void.")),
        Column("through_joined", "boolean", _("Whether it came through a joined idea.")),
        Column("rated_datetime", "moment", _("When.")),
    ),
    sql=_ratings,
    key=("rating_id",),
    persons=True,
    cells_min=CELLS,
)
RUSHES = Dataset(
    name="idea_rushes",
    title=_("Rushes of new accounts"),
    description=_("Where many new accounts rated one idea in a minute, and what was decided."),
    columns=(
        Column("rush_id", "integer", _("Number of the rush.")),
        Column("idea", "text", _("Number of the idea.")),
        Column("began_datetime", "moment", _("When it began.")),
        Column("outcome", "text", _("open, released (they count) or void (they do not).")),
        Column("ratings", "integer", _("Ratings that were held.")),
        Column("decisions", "integer", _("Decisions about it, those taken back too.")),
    ),
    sql=_rushes,
    key=("rush_id",),
)
DATASETS = (CALLS, IDEAS, COMMENTS, RATINGS, RUSHES)

FIGURES = (
    Figure(
        name="ideas_fate",
        title=_("What became of ideas?"),
        dataset="ideas",
        by=("kind",),
        measures=(
            count("published", _("published")),
            count_where("promised", eq("state", "promised"), title=_("became a promise")),
            count_where("joined", eq("state", "combined"), title=_("joined to another")),
            count_where("not_taken_up", eq("state", "refused"), title=_("not taken up")),
            count_where(
                "chosen",
                one_of("state", "shortlisted", "at_vote", "accepted"),
                title=_("on the way to a decision"),
            ),
            median("answer_median", "answer_seconds", title=_("time to its end, median")),
        ),
    ),
    Figure(
        name="ideas_by_call",
        title=_("How many ideas, supporters and comments has each call?"),
        dataset="ideas",
        by=("call",),
        measures=(
            count("ideas", _("ideas")),
            total("supporters", "supporters", title=_("supporters")),
            total("comments", "comments", title=_("comments")),
            count_where("discussed", gt("comments", 0), title=_("with comments")),
        ),
    ),
    Figure(
        name="idea_ratings_by_call",
        title=_("How many are for and against the ideas of each call?"),
        dataset="idea_ratings",
        by=("call", "side"),
        measures=(
            count("ratings", _("ratings")),
            count_where("counted", eq("standing", "counted"), title=_("counted")),
        ),
    ),
    Figure(
        name="idea_comments_by_side",
        title=_("On which side are comments?"),
        dataset="idea_comments",
        by=("side",),
        measures=(
            count("comments", _("comments")),
            count_where("official", not_null("office"), title=_("by an office")),
        ),
    ),
)  # fmt: skip
