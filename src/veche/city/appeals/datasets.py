"""What is published about letters and corrections.

Public letters are published whole; of private ones only how many there are, in cells of at least
five. What a moderator has not passed is counted, but its words are not published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.city.appeals.procedure import PUBLIC
from veche.city.appeals.rules import CELLS
from veche.figures import (
    Col,
    Column,
    Dataset,
    Figure,
    Measure,
    count,
    count_where,
    eq,
    gt,
    is_null,
    le,
    lt,
    median,
    one_of,
    percentile,
)

_APPEALS = """
SELECT c.number, a.kind, t.code AS topic, o.code AS office, p.code AS territory, c.state,
    c.opened_at AS written_datetime, a.accepted_at AS accepted_datetime,
    a.answer_due_at AS expected_datetime, a.answered_at AS answered_datetime,
    extract(epoch FROM date_trunc('second', a.answered_at)
    - date_trunc('second', c.opened_at))::bigint AS answer_seconds,
    c.closed_at AS closed_datetime, nullif(a.satisfaction, '') AS satisfaction,
    nullif(a.reason, '') AS refusal_reason,
    CASE WHEN c.state = ANY(%s) AND c.hidden_at IS NULL THEN a.title END AS title,
    CASE WHEN c.state = ANY(%s) AND c.hidden_at IS NULL THEN a.text END AS text,
    CASE WHEN c.state = ANY(%s) AND c.hidden_at IS NULL THEN nullif(a.answer, '') END AS answer,
    %s::timestamptz AS published_datetime
FROM appeals_appeal a JOIN cases_case c ON c.id = a.case_id
    JOIN appeals_topic t ON t.id = a.topic_id
    JOIN places_territory p ON p.id = c.territory_id
    LEFT JOIN organisations_organisation o ON o.id = c.organisation_id
WHERE a.public AND c.opened_at <= %s
"""
_PRIVATE = """
SELECT c.number, a.kind, extract(year FROM c.opened_at)::bigint AS year
FROM appeals_appeal a JOIN cases_case c ON c.id = a.case_id
WHERE NOT a.public AND c.opened_at <= %s
"""
_CORRECTIONS = """
SELECT c.number, r.what, k.code AS kind, b.identifier AS object, p.code AS territory, c.state,
    c.opened_at AS proposed_datetime, c.first_promised_at AS expected_datetime,
    c.closed_at AS closed_datetime,
    extract(epoch FROM date_trunc('second', c.closed_at)
    - date_trunc('second', c.opened_at))::bigint AS decision_seconds,
    round(r.latitude::numeric, 6) AS lat, round(r.longitude::numeric, 6) AS long,
    o.code AS owner, CASE WHEN c.state = 'repaired' THEN nullif(r.note, '') END AS note
FROM appeals_correction r JOIN cases_case c ON c.id = r.case_id
    JOIN places_objectkind k ON k.id = r.kind_id
    JOIN places_territory p ON p.id = c.territory_id
    LEFT JOIN places_cityobject b ON b.id = r.object_id
    LEFT JOIN organisations_organisation o ON o.id = r.owner_id
WHERE c.opened_at <= %s
"""


def _appeals(at: dt.datetime) -> tuple[str, Sequence[object]]:
    public = list(PUBLIC)
    return _APPEALS, [public, public, public, at, at]


def _private(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _PRIVATE, [at]


def _corrections(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _CORRECTIONS, [at]


APPEALS = Dataset(
    name="letters",
    title=_("Letters to the city"),
    description=_(
        "Every letter, question and thanks that its author lets everybody read, as it stood when "
        "this was published. Words are left out of what a moderator has not passed."
    ),
    columns=(
        Column("number", "text", _("Number of the letter.")),
        Column("kind", "text", _("letter, question or thanks.")),
        Column("topic", "text", _("Code of the topic.")),
        Column("office", "text", _("Code of the office it lies with."), nullable=True),
        Column("territory", "text", _("Code of the territory it concerns.")),
        Column("state", "text", _("State of the procedure it stands in.")),
        Column("written_datetime", "moment", _("When it was written.")),
        Column("accepted_datetime", "moment", _("When it was passed."), nullable=True),
        Column(
            "expected_datetime",
            "moment",
            _("The first promise: until when the office had to answer."),
            nullable=True,
        ),
        Column("answered_datetime", "moment", _("The answer or refusal."), nullable=True),
        Column(
            "answer_seconds", "duration", _("From writing to the answer or refusal."), nullable=True
        ),
        Column("closed_datetime", "moment", _("When it came to its end."), nullable=True),
        Column(
            "satisfaction",
            "text",
            _("yes, partly or no: whether the answer helps, in its author’s word."),
            nullable=True,
        ),
        Column("refusal_reason", "text", _("Why the office refused, by code."), nullable=True),
        Column("title", "text", _("In a few words."), nullable=True),
        Column("text", "text", _("The letter, in its own words."), nullable=True),
        Column("answer", "text", _("The answer, in the words of the office."), nullable=True),
        Column("published_datetime", "moment", _("When this was published.")),
    ),
    sql=_appeals,
    key=("number",),
)

PRIVATE = Dataset(
    name="private_letters",
    title=_("Letters that only their office reads"),
    description=_("Letters whose authors keep them from others: only counts are published."),
    columns=(
        Column("number", "text", _("Number of the letter.")),
        Column("kind", "text", _("letter, question or thanks.")),
        Column("year", "integer", _("Year in which it was written.")),
    ),
    sql=_private,
    key=("number",),
    persons=True,
    cells_min=CELLS,
)

CORRECTIONS = Dataset(
    name="corrections",
    title=_("Corrections of the registry"),
    description=_("What residents said the registry has wrong, and what its keepers decided."),
    columns=(
        Column("number", "text", _("Number of the correction.")),
        Column("what", "text", _("missing, place, owner or gone.")),
        Column("kind", "text", _("Code of the kind of object.")),
        Column("object", "text", _("Identifier of the object."), nullable=True),
        Column("territory", "text", _("Code of the territory.")),
        Column("state", "text", _("proposed, repaired, kept or withdrawn.")),
        Column("proposed_datetime", "moment", _("When it was proposed.")),
        Column("expected_datetime", "moment", _("Until when it had to be decided."), nullable=True),
        Column("closed_datetime", "moment", _("When it was decided."), nullable=True),
        Column("decision_seconds", "duration", _("From proposal to decision."), nullable=True),
        Column("lat", "number", _("Latitude it is said to stand at, WGS 84."), nullable=True),
        Column("long", "number", _("Longitude it is said to stand at, WGS 84."), nullable=True),
        Column("owner", "text", _("Code of the owner it is said to have."), nullable=True),
        Column("note", "text", _("How its author knew, of accepted ones."), nullable=True),
    ),
    sql=_corrections,
    key=("number",),
)

DATASETS = (APPEALS, PRIVATE, CORRECTIONS)


def _measures() -> tuple[Measure, ...]:
    """What became of letters; never added together, because they overlap."""
    answered = ("answered", "rated", "unrated")
    return (
        count("received", _("received")),
        count_where("answered", one_of("state", *answered), title=_("answered")),
        count_where(
            "answered_in_time",
            one_of("state", *answered),
            le("answered_datetime", Col("expected_datetime")),
            title=_("answered in time"),
        ),
        count_where(
            "answered_late",
            gt("answered_datetime", Col("expected_datetime")),
            title=_("answered late"),
        ),
        count_where(
            "late_now",
            one_of("state", "work", "question"),
            is_null("answered_datetime"),
            lt("expected_datetime", Col("published_datetime")),
            title=_("not answered, and the day has passed"),
        ),
        count_where("refused", eq("state", "refused"), title=_("refused")),
        count_where("rejected", eq("state", "rejected"), title=_("rejected")),
        count_where("passed_on", eq("state", "passed_on"), title=_("thanks passed on")),
        count_where("helped", eq("satisfaction", "yes"), title=_("helped, says the author")),
        count_where("helped_in_part", eq("satisfaction", "partly"), title=_("helped in part")),
        count_where("did_not_help", eq("satisfaction", "no"), title=_("did not help")),
        median("answer_median", "answer_seconds", title=_("answer, median")),
        percentile("answer_p90", "answer_seconds", 90, title=_("answer, 90th percentile")),
    )


FIGURES = (
    Figure(
        name="letters_fate",
        title=_("What became of the letters to the city?"),
        dataset="letters",
        by=("kind",),
        measures=_measures(),
    ),
    Figure(
        name="letters_by_office",
        title=_("What became of the letters, by office?"),
        dataset="letters",
        by=("office",),
        measures=_measures(),
    ),
    Figure(
        name="letters_by_topic",
        title=_("What became of the letters, by topic?"),
        dataset="letters",
        by=("topic",),
        measures=_measures(),
    ),
    Figure(
        name="private_letters_by_kind",
        title=_("How many letters are read by their office only?"),
        dataset="private_letters",
        by=("kind", "year"),
        measures=(count("letters", _("letters")),),
    ),
    Figure(
        name="corrections_fate",
        title=_("What became of the corrections of the registry?"),
        dataset="corrections",
        by=("what", "state"),
        measures=(
            count("corrections", _("corrections")),
            count_where(
                "decided_in_time",
                le("closed_datetime", Col("expected_datetime")),
                title=_("decided in time"),
            ),
            median("decision_median", "decision_seconds", title=_("decision, median")),
        ),
    ),
)
