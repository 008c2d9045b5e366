"""Connecting systems: whose they are, what they tell, and switching them off and on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.pulse import sealing
from veche.city.pulse.access import check_steward
from veche.city.pulse.models import Agreement, Application, Source, SourceTurn
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record, record_many
from veche.core.organisations.models import Organisation
from veche.core.organisations.queries import organisation_by_code
from veche.errors import Invalid, Refused
from veche.languages import here
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

DOOR = "door"
"""The connector of a system that sends to our own doors, with a key."""
LONGEST_SILENCE = 366 * 86_400
"""Seconds that a source may be silent at most before it counts as stale."""


class SourceExists(Invalid):
    """The code is taken."""

    code = "source-exists"
    sentence = _("There is a source with this code already.")
    field = "code"


class NotATime(Invalid):
    """A cadence or a limit of silence that cannot be."""

    code = "not-a-cadence"
    sentence = _("The limit of silence must be at least as long as the cadence, and above zero.")
    field = "fresh_for"


class AgreementOver(Refused):
    """The agreement a source hangs on is not in force."""

    code = "agreement-over"
    sentence = _("The agreement of this source is not in force: {name}.")


class FieldsNotAgreed(Refused):
    """A source tells more than its agreement gives."""

    code = "fields-not-agreed"
    sentence = _("The agreement does not give this: {fields}.")


class OffAlready(Refused):
    """It is off, or on, already."""

    code = "source-off-already"
    sentence = _("This source is so already.")


@dataclass(frozen=True)
class NewSource:
    """What is known of a system that is to be connected."""

    code: str
    names: Mapping[str, str]
    owner: Organisation
    connector: str = DOOR
    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    purpose: str = ""
    ground: str = ""
    schema: Sequence[Mapping[str, str]] = ()
    cadence: int = 60
    """Seconds between two readings."""
    fresh_for: int = 300
    """Seconds of silence after which it is stale."""
    retention_days: int = 90
    public: bool = False
    agreement: Agreement | None = None
    applications: Sequence[tuple[str, Mapping[str, str]]] = ()
    """Code and names of the programs that live on it."""


def check_times(cadence: int, fresh_for: int, retention_days: int) -> None:
    """Let cadences pass that can be kept.

    Raises:
        NotATime: one is zero, below, or the limit shorter than the cadence.
    """
    if not 0 < cadence <= fresh_for <= LONGEST_SILENCE or retention_days < 1:
        raise NotATime


def in_force(agreement: Agreement, day: dt.date) -> bool:
    """Whether an agreement holds on a day: its last day is one of its days."""
    return (
        agreement.ended_at is None
        and agreement.since <= day
        and (agreement.until is None or agreement.until >= day)
    )


def not_agreed(agreement: Agreement, schema: Sequence[Mapping[str, str]]) -> list[str]:
    """What a source would tell and its agreement does not give; one without fields gives all."""
    if not agreement.fields:
        return []
    return [part["name"] for part in schema if part["name"] not in agreement.fields]


def _check_agreement(
    agreement: Agreement | None, schema: Sequence[Mapping[str, str]], at: dt.datetime
) -> None:
    if agreement is None:
        return
    if not in_force(agreement, at.astimezone(city_zone()).date()):
        raise AgreementOver(name=here(agreement.names))
    over = not_agreed(agreement, schema)
    if over:
        raise FieldsNotAgreed(fields=", ".join(over))


def connect_source(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    owner: str | Organisation,
    **more: Any,
) -> Source:
    """Connect one system; ``more`` as in :class:`NewSource`, ``owner`` an office or its code.

    Raises:
        NotASteward: the person is none.
        SourceExists: the code is taken.
        NotATime: the cadence cannot be.
        AgreementOver: its agreement is not in force.
        FieldsNotAgreed: it would tell more than the agreement gives.
    """
    office = organisation_by_code(owner) if isinstance(owner, str) else owner
    row = NewSource(code=code, names=names, owner=office, **more)
    return connect_sources(by=by, at=at, rows=[row])[0]


@operation
def connect_sources(
    *, by: Person | None, at: dt.datetime, rows: Sequence[NewSource]
) -> list[Source]:
    """Connect systems, a few statements for all; refusals as of :func:`connect_source`."""
    check_steward(by, at)
    for row in rows:
        check_times(row.cadence, row.fresh_for, row.retention_days)
        _check_agreement(row.agreement, row.schema, at)
    codes = [row.code for row in rows]
    if len(set(codes)) < len(codes) or Source.objects.filter(code__in=codes).exists():
        raise SourceExists
    made = Source.objects.bulk_create(
        [
            Source(
                code=row.code,
                names=dict(row.names),
                owner=row.owner,
                connector=row.connector,
                settings=dict(row.settings),
                secret=sealing.seal(row.secrets),
                purpose=row.purpose,
                ground=row.ground,
                schema=[dict(part) for part in row.schema],
                cadence=row.cadence,
                fresh_for=row.fresh_for,
                retention_days=row.retention_days,
                public=row.public,
                agreement=row.agreement,
            )
            for row in rows
        ]
    )
    Application.objects.bulk_create(
        [
            Application(source=source, code=code, names=dict(names))
            for row, source in zip(rows, made, strict=True)
            for code, names in row.applications
        ]
    )
    SourceTurn.objects.bulk_create(
        [SourceTurn(source=source, state=Source.State.NEW, at=at) for source in made]
    )
    record_many(
        kind="pulse.source-connected",
        by=by,
        at=at,
        about=[
            (
                subject(one),
                {
                    "owner": one.owner.code,
                    "connector": one.connector,
                    "public": one.public,
                    "cadence": one.cadence,
                    "fresh_for": one.fresh_for,
                },
            )
            for one in made
        ],
    )
    return made


def subject(source: Source) -> str:
    """How the journal names a source."""
    return f"source:{source.code}"


CHANGEABLE = frozenset(
    {
        "names",
        "purpose",
        "ground",
        "schema",
        "settings",
        "cadence",
        "fresh_for",
        "retention_days",
        "public",
        "agreement",
    }
)
"""What of a source can be changed; its code, its owner and its connector cannot."""


@operation
def change_source(
    *,
    by: Person | None,
    at: dt.datetime,
    source: Source,
    values: Mapping[str, Any],
    secrets: Mapping[str, str] | None = None,
) -> Source:
    """Change what is known of a source (`CHANGEABLE`); secrets that are not given stay.

    Raises:
        NotASteward: the person is none.
        NotATime: the cadence cannot be.
        AgreementOver: the new agreement is not in force.
        FieldsNotAgreed: it would tell more than the agreement gives.
    """
    check_steward(by, at)
    unknown = values.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"no part of a source that changes: {sorted(unknown)}")
    kept = Source.objects.select_for_update(of=("self",)).select_related("owner").get(pk=source.pk)
    changed = sorted(name for name, value in values.items() if getattr(kept, name) != value)
    for name in changed:
        setattr(kept, name, values[name])
    if {"agreement", "schema"} & set(changed):
        _check_agreement(kept.agreement, kept.schema, at)
    check_times(kept.cadence, kept.fresh_for, kept.retention_days)
    if secrets:
        kept.secret = sealing.seal({**sealing.opened(kept.secret), **secrets})
    kept.save(update_fields=[*changed, "secret"])
    record(
        kind="pulse.source-changed",
        by=by,
        at=at,
        subject=subject(kept),
        # The names of what changed; settings may hold addresses that are not everybody's.
        public={"changed": [*changed, *(["secrets"] if secrets else [])]},
    )
    return kept


@inside
def turn(source: Source, state: str, at: dt.datetime, note: str = "") -> None:
    """A source takes another state: kept once with its moment."""
    source.state = state
    source.save(update_fields=["state"])
    SourceTurn.objects.create(source=source, state=state, at=at, note=note)


@operation
def switch_off(*, by: Person | None, at: dt.datetime, source: Source, why: str) -> Source:
    """Take nothing from a source any longer, until it is switched on.

    Raises:
        NotASteward: the person is none.
        OffAlready: it is off.
    """
    check_steward(by, at)
    kept = Source.objects.select_for_update(of=("self",)).get(pk=source.pk)
    if kept.state == Source.State.OFF:
        raise OffAlready
    turn(kept, Source.State.OFF, at, why)
    record(kind="pulse.source-off", by=by, at=at, subject=subject(kept), public={"why": why})
    return kept


@operation
def switch_on(*, by: Person | None, at: dt.datetime, source: Source) -> Source:
    """Take from a source again; it is new until its first reading comes.

    Raises:
        NotASteward: the person is none.
        OffAlready: it is on.
        AgreementOver: its agreement is not in force.
        FieldsNotAgreed: it would tell more than the agreement gives.
    """
    check_steward(by, at)
    kept = (
        Source.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=source.pk)
    )
    if kept.state != Source.State.OFF:
        raise OffAlready
    _check_agreement(kept.agreement, kept.schema, at)
    turn(kept, Source.State.NEW, at)
    record(kind="pulse.source-on", by=by, at=at, subject=subject(kept))
    return kept
