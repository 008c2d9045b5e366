"""The alarm of a silent source: raised when it falls silent, returned when it tells again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext

from veche.city.pulse.models import Alarm, Source, SourceTurn
from veche.city.pulse.operations.alarms import raise_alarm, return_alarm
from veche.core.places.queries import atlas
from veche.languages import LANGUAGES, here
from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.places.models import Territory

MOST = 100
"""Alarms raised at once; when more fall silent together one more says little more."""
DJANGO = {"en": "en", "ru": "ru", "zh": "zh-hans"}


def rule_of(source: Source) -> str:
    """The rule of the alarm of a source."""
    return f"source-silent:{source.code}"


def _city() -> Territory | None:
    """The whole city: where a system stands says little about where it is missed."""
    tops = (one for one in atlas().by_id.values() if one.kind == "city" and not one.imported)
    return next(tops, None)


def _text(source: Source) -> dict[str, str]:
    told: dict[str, str] = {}
    for code in LANGUAGES:
        with translation.override(DJANGO[code]):
            told[code] = gettext("No data from: {name}").format(name=here(source.names))
    return told


@inside
def say(turns: Sequence[SourceTurn], at: dt.datetime) -> None:
    """Raise and return the alarms of the sources that turned."""
    city = _city()
    if city is None:
        return
    stale = [one for one in turns if one.state == Source.State.STALE]
    for turn in stale[:MOST]:
        raise_alarm(
            by=None, at=at, rule=rule_of(turn.source), territory=city, level="warning",
            source=turn.source, text=_text(turn.source),
        )  # fmt: skip
    back = [rule_of(one.source) for one in turns if one.state == Source.State.FRESH]
    open_ones = Alarm.objects.filter(rule__in=back, active=True, closed_at__isnull=True)
    for rule in open_ones.values_list("rule", flat=True):
        return_alarm(by=None, at=at, rule=rule, territory=city)
