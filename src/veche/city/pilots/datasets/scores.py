"""What is published of the scores of finished calls: marks by the number of the expert in that
call, what was found of the experts together, and the scores that follow.

Nothing is published of a call while an application whose marks count in it is judged anew: its
marks are nobody's business then, and without them the others' scores do not follow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count, count_where, eq

_SCORED = """
WITH scored AS (
    SELECT s.call_id, k.number AS call, s.experts, s.reviews, s.told, s.ratio, s.noise
    FROM pilots_callscore s JOIN cases_case k ON k.id = s.call_id
    WHERE s.at <= %(at)s AND s.reviews > 0 AND k.state = 'finished' AND NOT EXISTS (
        SELECT FROM pilots_finalscore f JOIN pilots_application a ON a.case_id = f.application_id
        WHERE f.call_id = s.call_id AND (a.decided_at IS NULL OR a.decided_at > s.at))
)
"""
_MARKS = f"""{_SCORED}
SELECT s.call, c.number, r.number AS expert, k.code AS criterion, k.weight, m.mark
FROM scored s JOIN pilots_finalscore f ON f.call_id = s.call_id
JOIN cases_case c ON c.id = f.application_id
JOIN pilots_reviewtask t ON t.application_id = f.application_id AND t.standing = 'done'
JOIN pilots_callreader r ON r.call_id = s.call_id AND r.expert_id = t.expert_id
JOIN pilots_review v ON v.task_id = t.id AND NOT EXISTS (
    SELECT FROM pilots_review n WHERE n.task_id = v.task_id AND n.version > v.version)
JOIN pilots_reviewmark m ON m.review_id = v.id JOIN pilots_criterion k ON k.id = m.criterion_id
WHERE s.told
"""
_SCORES = f"""{_SCORED}
SELECT s.call, c.number, round(f.mean::numeric, 6) AS mean,
    round(f.adjusted::numeric, 6) AS adjusted, round(f.error::numeric, 6) AS error,
    round(a.adjusted::numeric, 3) AS decided_by,
    abs(a.adjusted - f.adjusted) < 0.0005 AS same
FROM scored s JOIN pilots_finalscore f ON f.call_id = s.call_id
JOIN pilots_application a ON a.case_id = f.application_id JOIN cases_case c ON c.id = a.case_id
"""
_VARIANCES = f"""{_SCORED}
SELECT s.call, CASE WHEN s.told THEN s.experts END AS experts, s.reviews, s.told,
    round(s.ratio::numeric, 12) AS ratio, round(s.noise::numeric, 9) AS noise
FROM scored s
"""


def _at(sql: str) -> Callable[[dt.datetime], tuple[str, Sequence[object]]]:
    return lambda at: (sql.replace("%(at)s", "%s"), [at])


_CALL = Column("call", "text", _("Number of the call."))
_NUMBER = Column("number", "text", _("Number of the application."))

CALL_MARKS = Dataset(
    name="pilot_call_marks",
    title=_("Marks of finished calls by expert"),
    description=_(
        "Every mark of the decided applications of a finished call. Experts stand by a number that "
        "was drawn for this call alone; calls with fewer than five experts are not in it."
    ),
    columns=(
        _CALL,
        _NUMBER,
        Column("expert", "integer", _("Number of the expert in this call; the same number in "
                                      "another call tells nothing.")),
        Column("criterion", "text", _("Code of the criterion.")),
        Column("weight", "number", _("Its weight.")),
        Column("mark", "integer", _("0 to 5.")),
    ),
    sql=_at(_MARKS),
    key=("call", "number", "expert", "criterion"),
)  # fmt: skip
CALL_SCORES = Dataset(
    name="pilot_call_scores",
    title=_("Scores of finished calls"),
    description=_(
        "The scores of the decided applications of a finished call, reckoned together from all of "
        "their marks: “veche verify” reckons them again."
    ),
    columns=(
        _CALL,
        _NUMBER,
        Column("mean", "number", _("The weighted mean of its marks, 0 to 5.")),
        Column("adjusted", "number", _("The same without the severity of its experts; empty: fewer "
                                       "than five experts marked in the call."), True),
        Column("error", "number", _("Standard error of the adjusted score."), True),
        Column("decided_by", "number", _("The adjusted score that stood when it was decided: "
                                         "reckoned from the reviews that were in then."), True),
        Column("same", "boolean", _("Whether the two are the same to three places."), True),
    ),
    sql=_at(_SCORES),
    key=("call", "number"),
)  # fmt: skip
VARIANCES = Dataset(
    name="pilot_call_variances",
    title=_("How much experts of finished calls differ"),
    description=_("What was found of the experts of a call, by which its scores are adjusted."),
    columns=(
        _CALL,
        Column("experts", "integer", _("How many marked; empty: fewer than five."), True),
        Column("reviews", "integer", _("How many reviews.")),
        Column("told", "boolean", _("Whether marks and adjusted scores are published: at least "
                                    "five experts marked.")),
        Column("ratio", "number", _("Variance of the experts' severity, divided by the variance of "
                                    "the rest."), True),
        Column("noise", "number", _("Standard deviation of the rest, in marks."), True),
    ),
    sql=_at(_VARIANCES),
    key=("call",),
)  # fmt: skip
DATASETS = (CALL_MARKS, CALL_SCORES, VARIANCES)
FIGURES = (
    Figure(
        "pilot_scores_kept",
        _("How many applications were decided by the score that all marks of their call give?"),
        "pilot_call_scores",
        (
            count("scores", _("applications with a score")),
            count_where("same", eq("same", True), title=_("the same to three places")),
            count_where("moved", eq("same", False), title=_("another one, when all were read")),
        ),
    ),
)
