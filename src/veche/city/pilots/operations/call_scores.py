"""The scores of a finished call are reckoned once more from all marks that are published, so that a
stranger reckons the same; experts get a number drawn for that call alone."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection

from veche.city.pilots.models import Application, Call, CallReader, CallScore, FinalScore
from veche.city.pilots.queries.scores import fitted, marks_of
from veche.city.pilots.rules.testers import LEAST
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

FIRST, LAST = 1000, 9999
"""Numbers are drawn between these: the order in which experts came is not told by them."""
_WAITING = """
SELECT c.case_id FROM pilots_call c JOIN cases_case k ON k.id = c.case_id
LEFT JOIN pilots_callscore s ON s.call_id = c.case_id
WHERE k.state = 'finished' AND (s.call_id IS NULL OR EXISTS (
    SELECT FROM pilots_application a WHERE a.call_id = c.case_id AND a.decided_at > s.at))
ORDER BY 1 LIMIT 20
"""


@operation
def tell_scores(*, by: Person | None, at: dt.datetime, call: Call) -> CallScore:
    """Reckon the scores of a finished call from the marks of its decided applications, and keep
    what was found. With fewer than five experts only means are kept: whoever knows who the experts
    are would know who marked what. Done anew after an appeal, the experts keep their numbers.
    """
    row = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    decided = set(
        Application.objects.filter(call=row, decided_at__lte=at).values_list("pk", flat=True)
    )
    marks = [one for one in marks_of(row) if one.application in decided]
    experts = {one.expert for one in marks}
    told = len(experts) >= LEAST
    FinalScore.objects.filter(call_id=row.pk).delete()
    found = fitted(marks) if marks else None
    score, _new = CallScore.objects.update_or_create(
        call=row,
        defaults={
            "experts": len(experts), "reviews": len(marks), "told": told, "at": at,
            "ratio": found[2].ratio if found and told else None,
            "noise": found[2].noise if found and told else None,
        },
    )  # fmt: skip
    if found is not None:
        FinalScore.objects.bulk_create(
            FinalScore(
                application_id=pk, call=score, mean=one.mean,
                adjusted=one.adjusted if told else None, error=one.error if told else None,
            )
            for pk, one in zip(found[0], found[2].scores, strict=True)
        )  # fmt: skip
    if told:
        _draw(row, experts)
    record(
        kind="pilots.scores-told",
        by=by,
        at=at,
        subject=subject(row.case),
        public={
            "experts": len(experts) if told else None, "reviews": len(marks),
            "applications": len(found[0]) if found else 0,
        },
    )  # fmt: skip
    return score


@inside
def _draw(call: Call, experts: Iterable[int]) -> None:
    """Give every expert who has none a number in this call, by lot."""
    rows = CallReader.objects.filter(call=call)
    known = dict(rows.values_list("expert", "number"))
    free = sorted(set(range(FIRST, LAST + 1)) - set(known.values()))
    chance = secrets.SystemRandom()
    new = [expert for expert in experts if expert not in known]
    CallReader.objects.bulk_create(
        CallReader(call=call, expert_id=expert, number=number)
        for expert, number in zip(new, chance.sample(free, len(new)), strict=True)
    )


def sweep_scores(*, at: dt.datetime) -> None:
    """The timer: calls that were finished, or in which an appeal was decided since."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        found = [pk for (pk,) in cursor.fetchall()]
    for call in Call.objects.filter(pk__in=found).select_related("case", "programme"):
        tell_scores(by=None, at=at, call=call)
