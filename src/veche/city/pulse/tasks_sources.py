"""Letters about sources: to the officers of their owner, once when it goes silent or comes back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from veche import clock
from veche.city.pulse.access import OF_OFFICE, STEWARD
from veche.city.pulse.models import Agreement, Source, SourceTurn
from veche.core.organisations.models import Holding, Organisation
from veche.jobs import job
from veche.languages import here
from veche.look import words

MOST_LINES = 50
"""Sources named in one letter; of the rest their number is said."""


def readers_of(offices: Iterable[int], stewards: bool) -> list[tuple[str, str]]:
    """Address and language of those who hold a role in these offices, and of the stewards."""
    at = clock.now()
    whom = Q(role__in=OF_OFFICE, organisation_id__in=list(offices))
    if stewards:
        whom |= Q(role=STEWARD)
    rows = (
        Holding.objects.filter(whom, Q(until__isnull=True) | Q(until__gt=at), since__lte=at)
        .filter(person__is_active=True, person__email__isnull=False)
        .exclude(person__level="unverified")
        .values_list("person__email", "person__language")
        .distinct()
        .order_by("person__email")
    )
    return [(str(email), str(language or "en")) for email, language in rows]


def address_of(office: Organisation) -> list[tuple[str, str]]:
    """Address and language of the office itself, where it has an address."""
    return [(office.email, translation.get_language() or "ru")] if office.email else []


def line(turn: SourceTurn) -> str:
    """What happened to a source, in one sentence of the active language."""
    name = here(turn.source.names)
    if turn.state == Source.State.STALE:
        seen = turn.source.seen_at
        when = words.moment(seen, "short year") if seen else "–"
        return _("{name} is silent: the newest reading came {when}.").format(name=name, when=when)
    if turn.state == Source.State.OFF:
        return _("{name} was switched off: its agreement has ended.").format(name=name)
    return _("{name} tells again.").format(name=name)


@job
def tell_owners(*, turns: Sequence[int]) -> None:
    """One letter to each office for all of its sources that turned at once."""
    rows = (
        SourceTurn.objects.filter(pk__in=list(turns))
        .select_related("source__owner")
        .order_by("source__owner_id", "source__code")
    )
    for _office, group in groupby(rows, key=lambda turn: turn.source.owner_id):
        mine = list(group)
        office = mine[0].source.owner
        for email, language in {*readers_of([office.pk], stewards=False), *address_of(office)}:
            with translation.override(language):
                lines = [line(turn) for turn in mine[:MOST_LINES]]
                if len(mine) > MOST_LINES:
                    lines.append(_("And {n} more.").format(n=len(mine) - MOST_LINES))
                title = _("Data sources of {office}").format(office=here(office.names))
                EmailMessage(title, "\n".join(lines), to=[email]).send()


@job
def tell_of_end(*, agreement: int) -> None:
    """A letter to both sides and the stewards: an agreement ends soon, its sources with it."""
    found = Agreement.objects.select_related("giver", "taker").filter(pk=agreement).first()
    if found is None or found.until is None:
        return
    names = list(Source.objects.filter(agreement=found).order_by("code").values_list("names"))
    offices = [one for one in (found.giver_id, found.taker_id) if one is not None]
    for email, language in readers_of(offices, stewards=True):
        with translation.override(language):
            title = _("The agreement “{name}” ends on {day}").format(
                name=here(found.names), day=words.day(found.until, "year")
            )
            text = _("From the day after nothing is taken from these sources:")
            lines = [text, *(f"– {here(row[0])}" for row in names[:MOST_LINES])]
            EmailMessage(title, "\n".join(lines), to=[email]).send()
