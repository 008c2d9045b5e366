"""Exchange agreements: made, changed, warned of before their end, and ended with their sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from veche.city.pulse import tasks_sources
from veche.city.pulse.access import check_steward
from veche.city.pulse.models import Agreement, Source, SourceTurn
from veche.city.pulse.operations.sources import FieldsNotAgreed, not_agreed
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.errors import Invalid, Refused
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

WARNED_DAYS = 30
"""Days before its end on which those whom an agreement concerns are told."""


class AgreementExists(Invalid):
    """The code is taken."""

    code = "agreement-exists"
    sentence = _("There is an agreement with this code already.")
    field = "code"


class NoGiver(Invalid):
    """Nobody is named who gives."""

    code = "agreement-without-giver"
    sentence = _("Say who gives the data: an office of the city, or somebody else by name.")
    field = "giver_name"


class EndsBeforeItBegins(Invalid):
    """The last day lies before the first."""

    code = "agreement-ends-before"
    sentence = _("The last day lies before the first.")
    field = "until"


class EndedAlready(Refused):
    """The agreement is over."""

    code = "agreement-ended-already"
    sentence = _("This agreement has ended. A new one is needed.")


def subject(agreement: Agreement) -> str:
    """How the journal names an agreement."""
    return f"agreement:{agreement.code}"


def _check(
    giver: Organisation | None, giver_name: str, since: dt.date, until: dt.date | None
) -> None:
    if giver is None and not giver_name.strip():
        raise NoGiver
    if until is not None and until < since:
        raise EndsBeforeItBegins


@operation
def agree(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    taker: Organisation,
    purpose: str,
    since: dt.date,
    until: dt.date | None = None,
    giver: Organisation | None = None,
    giver_name: str = "",
    ground: str = "",
    fields: Sequence[str] = (),
) -> Agreement:
    """Write down who gives which data to whom, for what and until when.

    Raises:
        NotASteward: the person is none.
        AgreementExists: the code is taken.
        NoGiver: nobody is named who gives.
        EndsBeforeItBegins: the days are the wrong way round.
    """
    check_steward(by, at)
    _check(giver, giver_name, since, until)
    if Agreement.objects.filter(code=code).exists():
        raise AgreementExists
    made: Agreement = Agreement.objects.create(
        code=code,
        names=dict(names),
        giver=giver,
        giver_name="" if giver else giver_name.strip(),
        taker=taker,
        purpose=purpose,
        ground=ground,
        fields=list(fields),
        since=since,
        until=until,
    )
    record(kind="pulse.agreement-made", by=by, at=at, subject=subject(made), public=_public(made))
    return made


def _public(agreement: Agreement) -> dict[str, Any]:
    return {
        "giver": agreement.giver.code if agreement.giver else agreement.giver_name,
        "taker": agreement.taker.code,
        "purpose": agreement.purpose,
        "fields": agreement.fields,
        "since": agreement.since.isoformat(),
        "until": agreement.until.isoformat() if agreement.until else None,
    }


def _open(agreement: Agreement) -> Agreement:
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("giver", "taker")
    kept: Agreement = rows.get(pk=agreement.pk)
    if kept.ended_at is not None:
        raise EndedAlready
    return kept


CHANGEABLE = frozenset({"names", "purpose", "ground", "fields", "until"})
"""What of an agreement can be changed; other parties or another first day make another one."""


@operation
def change_agreement(
    *, by: Person | None, at: dt.datetime, agreement: Agreement, values: Mapping[str, Any]
) -> Agreement:
    """Change what an agreement says (`CHANGEABLE`); the journal keeps what it says from now on.

    Raises:
        NotASteward: the person is none.
        EndedAlready: it is over.
        EndsBeforeItBegins: the days are the wrong way round.
        FieldsNotAgreed: a source of it tells what would be given no longer.
    """
    check_steward(by, at)
    kept = _open(agreement)
    unknown = values.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"no part of an agreement that changes: {sorted(unknown)}")
    if "until" in values and values["until"] != kept.until:
        kept.warned_at = None  # another last day is warned of anew
    for name, value in values.items():
        setattr(kept, name, value)
    _check(kept.giver, kept.giver_name, kept.since, kept.until)
    for source in Source.objects.filter(agreement=kept).exclude(state=Source.State.OFF):
        over = not_agreed(kept, source.schema)
        if over:
            raise FieldsNotAgreed(fields=", ".join(over))
    kept.save(update_fields=[*values, "warned_at"])
    record(
        kind="pulse.agreement-changed", by=by, at=at, subject=subject(kept), public=_public(kept)
    )
    return kept


@operation
def end_agreement(
    *, by: Person | None, at: dt.datetime, agreement: Agreement, why: str = ""
) -> list[Source]:
    """An agreement is over: its sources are switched off and their owners told.

    Raises:
        NotASteward: the person is none.
        EndedAlready: it is over.
    """
    check_steward(by, at)
    kept = _open(agreement)
    kept.ended_at, kept.ended_why = at, why
    kept.save(update_fields=["ended_at", "ended_why"])
    sources = list(
        Source.objects.select_for_update(of=("self",))
        .filter(agreement=kept)
        .exclude(state=Source.State.OFF)
        .order_by("pk")  # as all who lock several do
    )
    _off(sources, at, kept)
    record(
        kind="pulse.agreement-ended",
        by=by,
        at=at,
        subject=subject(kept),
        public={"why": why, "sources": [one.code for one in sources]},
    )
    return sources


@inside
def _off(sources: Sequence[Source], at: dt.datetime, agreement: Agreement) -> None:
    for source in sources:
        source.state = Source.State.OFF
    Source.objects.bulk_update(sources, ["state"])
    turns = SourceTurn.objects.bulk_create(
        [
            SourceTurn(
                source=one, state=Source.State.OFF, at=at, note=f"agreement:{agreement.code}"
            )
            for one in sources
        ]
    )
    if turns:
        tasks_sources.tell_owners.defer(turns=[one.pk for one in turns])


@operation
def warn(*, by: Person | None, at: dt.datetime, agreement: Agreement) -> None:
    """Tell the officers of both sides that an agreement ends soon; done once."""
    kept = _open(agreement)
    kept.warned_at = at
    kept.save(update_fields=["warned_at"])
    tasks_sources.tell_of_end.defer(agreement=kept.pk)
    record(
        kind="pulse.agreement-warned",
        by=by,
        at=at,
        subject=subject(kept),
        public={"until": kept.until.isoformat() if kept.until else None},
    )


def sweep(*, at: dt.datetime) -> int:
    """The timer: warn of what ends within a month, end what is over; returns how many changed."""
    today = at.astimezone(city_zone()).date()
    live = Agreement.objects.filter(ended_at__isnull=True, until__isnull=False)
    done = 0
    for over in live.filter(until__lt=today):
        end_agreement(by=None, at=at, agreement=over, why="term")
        done += 1
    soon = live.filter(
        until__gte=today,
        until__lte=today + dt.timedelta(days=WARNED_DAYS),
        since__lte=today,
        warned_at__isnull=True,
    ).order_by(F("until"))
    for one in soon:
        warn(by=None, at=at, agreement=one)
        done += 1
    return done
