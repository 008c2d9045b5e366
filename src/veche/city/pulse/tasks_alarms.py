"""Letters about alarms: to the officers of the office that answers for the indicator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from veche.city.pulse.models import Alarm
from veche.city.pulse.tasks_sources import address_of, readers_of
from veche.core.organisations.models import Organisation
from veche.jobs import job
from veche.languages import here

MOST_LINES = 50
"""Alarms named in one letter; of the rest their number is said."""


def line(alarm: Alarm) -> str:
    """What an alarm says, in one sentence of the active language."""
    from veche.city.pulse.words import LEVELS, alarm_name

    return _("{level}: {name}, {place}").format(
        level=LEVELS[alarm.level], name=alarm_name(alarm), place=here(alarm.territory.names)
    )


@job
def tell_watch(*, alarms: Sequence[int]) -> None:
    """One letter to each office for all of its alarms that came at once.

    That a source is silent, its owner is told by the letter about sources.
    """
    rows = (
        Alarm.objects.filter(pk__in=list(alarms))
        .exclude(rule__startswith="source-silent:")
        .select_related("indicator__owner", "source__owner", "territory", "thing")
    )
    by_office: dict[Organisation, list[Alarm]] = defaultdict(list)
    for alarm in rows.order_by("id"):
        owned = alarm.indicator or alarm.source
        if owned is not None and owned.owner is not None:
            by_office[owned.owner].append(alarm)
    for office, mine in by_office.items():
        for email, language in sorted(
            {*readers_of([office.pk], stewards=False), *address_of(office)}
        ):
            with translation.override(language):
                lines = [line(one) for one in mine[:MOST_LINES]]
                if len(mine) > MOST_LINES:
                    lines.append(_("And {n} more.").format(n=len(mine) - MOST_LINES))
                title = _("Alarms of {office}").format(office=here(office.names))
                EmailMessage(title, "\n".join(lines), to=[email]).send()
