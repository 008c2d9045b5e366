"""The scores of a finished call, as its page tells them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veche.city.pilots.models import CallScore, FinalScore

if TYPE_CHECKING:
    from veche.city.pilots.models import Call


@dataclass(frozen=True)
class CallScores:
    """What the marks of a call say together."""

    score: CallScore
    rows: tuple[FinalScore, ...]
    """The best first."""


def scores_of(call: Call, at: dt.datetime) -> CallScores | None:
    """The scores of a finished call; None while there are none, or while an application that counts
    in them is judged anew (as in `veche.city.pilots.datasets.scores`)."""
    if call.case.state != "finished":
        return None
    score = CallScore.objects.filter(call=call, at__lte=at, reviews__gt=0).first()
    if score is None:
        return None
    rows = list(
        FinalScore.objects.filter(call=score).select_related(
            "application__case", "application__company__organisation"
        )
    )
    decided = [one.application.decided_at for one in rows]
    if any(moment is None or moment > score.at for moment in decided):
        return None
    rows.sort(key=lambda one: (-(one.mean if one.adjusted is None else one.adjusted), one.pk))
    return CallScores(score, tuple(rows))
