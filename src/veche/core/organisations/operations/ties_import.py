"""Reading what registers say of ties and shares from a table; what is wrong is told by line."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation, Source, Stake, Tie
from veche.core.organisations.operations.ties import TieWrong, check_steward
from veche.core.people.models import Person
from veche.operation import operation
from veche.texts import readable

if TYPE_CHECKING:
    from django.utils.functional import Promise

MOST_BYTES = 5_000_000
MOST_LINES = 20_000
TIES = ("email", "organisation", "identifier", "kind", "share", "since", "until")
STAKES = ("owner", "owned", "share", "since", "until")
_TIES_IN = """COPY organisations_tie (person_id, organisation_id, named, identifier, kind, share,
    since, until, source, words, declared_at, by_id, struck_because) FROM STDIN"""
_STAKES_IN = """COPY organisations_stake (owner_id, owned_id, share, since, until, source, words,
    declared_at, by_id) FROM STDIN"""


class NotATable(TieWrong):
    """The file is not a table of ties."""

    code = "ties-file"
    sentence = _("This is not a CSV file with the columns {ties}, or {stakes}.")
    field = "file"

    def __init__(self) -> None:
        super().__init__(ties=", ".join(TIES), stakes=", ".join(STAKES))


class TooLong(TieWrong):
    """The file is too long."""

    code = "ties-file-long"
    sentence = _("The file is too long: at most {lines} lines and {megabytes} MB.")
    field = "file"

    def __init__(self) -> None:
        super().__init__(lines=MOST_LINES, megabytes=MOST_BYTES // 1_000_000)


@dataclass
class Imported:
    """What became of a file."""

    taken: int = 0
    known: int = 0
    """Rows that stood there already."""
    rejected: list[tuple[int, str | Promise]] = field(default_factory=list)
    """Line of the file and why it was not taken."""


@operation
def import_ties(*, by: Person | None, at: dt.datetime, data: bytes) -> Imported:
    """Read ties of people, or shares of organisations, from a CSV file; its head says which.

    Rows that are wrong are told by line, the others are taken; a file read twice changes nothing.

    Raises:
        NotASteward: ``by`` does not look after ties.
        NotATable, TooLong: it is no such file.
    """
    check_steward(by, at)
    head, rows = _table(data)
    done = Imported()
    offices = {one.code: one for one in Organisation.objects.all()}
    if head >= set(TIES) - {"identifier", "share"}:
        _ties(done, rows, offices, by, at)
    else:
        _stakes(done, rows, offices, by, at)
    record(
        kind="organisations.ties-imported",
        by=by,
        at=at,
        subject="ties",
        public={
            "taken": done.taken,
            "known": done.known,
            "rejected": len(done.rejected),
            "sha256": hashlib.sha256(data).hexdigest(),
        },
    )
    return done


def _table(data: bytes) -> tuple[set[str], list[tuple[int, dict[str, str]]]]:
    """The head, and the rows with the line each ends at."""
    if len(data) > MOST_BYTES:
        raise TooLong
    try:
        text = data.decode("utf-8-sig")
        if "\x00" in text:
            raise NotATable
        first = text.partition("\n")[0]
        reader = csv.DictReader(
            io.StringIO(text, newline=""),
            delimiter=";" if first.count(";") > first.count(",") else ",",
        )
        head = {str(name).strip().lower() for name in reader.fieldnames or ()}
        if not (head >= set(TIES) - {"identifier", "share"} or head >= set(STAKES)):
            raise NotATable
        rows: list[tuple[int, dict[str, str]]] = []
        for row in reader:
            if len(rows) >= MOST_LINES:
                raise TooLong
            cells = {
                str(k).strip().lower(): (v or "").strip()
                for k, v in row.items()
                if k and not isinstance(v, list)
            }
            rows.append((reader.line_num, cells))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise NotATable from fault
    return head, rows


class _Wrong(Exception):
    """A row cannot be taken; the sentence says why."""

    def __init__(self, sentence: str | Promise) -> None:
        self.sentence = sentence


def _day(text: str, *, last: bool = False) -> dt.datetime | None:
    """The beginning of a day in the city, or of the one after it."""
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text[:10])
        return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=last), dt.time()))
    except (ValueError, OverflowError) as fault:
        raise _Wrong(_("A day is not written as 2026-12-31.")) from fault


def _term(row: Mapping[str, str]) -> tuple[dt.datetime, dt.datetime | None]:
    since, until = _day(row.get("since", "")), _day(row.get("until", ""), last=True)
    if since is None:
        raise _Wrong(_("The first day is missing."))
    if until is not None and until <= since:
        raise _Wrong(_("It ends before it begins."))
    return since, until


def _share(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        share = Decimal(text.replace(",", ".").removesuffix("%").strip())
    except InvalidOperation as fault:
        raise _Wrong(_("The share is no percentage.")) from fault
    if not (share.is_finite() and 0 < share <= 100):
        raise _Wrong(_("The share is no percentage."))
    return share.quantize(Decimal("0.0001")) or Decimal("0.0001")


def _office(code: str, offices: Mapping[str, Organisation]) -> Organisation:
    if code not in offices:
        raise _Wrong(_("There is no organisation with this code."))
    return offices[code]


def _ties(
    done: Imported,
    rows: list[tuple[int, dict[str, str]]],
    offices: Mapping[str, Organisation],
    by: Person | None,
    at: dt.datetime,
) -> None:
    emails = {row.get("email", "").lower() for _line, row in rows}
    people = dict(
        Person.objects.annotate(low=Lower("email"))
        .filter(low__in=emails, is_active=True)
        .values_list("low", "pk")
    )
    there: set[tuple[int, int | None, str, str, dt.datetime]] = set(
        Tie.objects.filter(person_id__in=people.values()).values_list(
            "person_id", "organisation_id", "identifier", "kind", "since"
        )
    )

    def read(row: Mapping[str, str]) -> tuple[Any, ...] | None:
        person = people.get(row.get("email", "").lower())
        if person is None:
            raise _Wrong(_("No account has this address."))
        if by is not None and person == by.pk:
            raise _Wrong(_("Your own ties you declare yourself."))
        kind, code = row.get("kind", ""), row.get("organisation", "")
        if kind not in Tie.Kind.values:
            raise _Wrong(_("There is no such kind of tie."))
        identifier = "".join(row.get("identifier", "").split())[:40]
        office = _office(code, offices) if code or not identifier else None
        share, (since, until) = _share(row.get("share", "")), _term(row)
        if share is not None and kind != Tie.Kind.OWNERSHIP:
            raise _Wrong(_("A share belongs to owning alone."))
        key = (person, office.pk if office else None, identifier, kind, since)
        if key in there:
            return None
        there.add(key)
        words = readable(row.get("words", ""))[:300]
        return (
            person, office.pk if office else None, "", identifier, kind, share, since, until,
            Source.REGISTRY, words, at, by.pk if by else None, "",
        )  # fmt: skip

    _copy(done, _TIES_IN, _judged(done, rows, read))


def _stakes(
    done: Imported,
    rows: list[tuple[int, dict[str, str]]],
    offices: Mapping[str, Organisation],
    by: Person | None,
    at: dt.datetime,
) -> None:
    there = set(Stake.objects.values_list("owner_id", "owned_id", "since"))
    lasting = set(Stake.objects.filter(until__isnull=True).values_list("owner_id", "owned_id"))

    def read(row: Mapping[str, str]) -> tuple[Any, ...] | None:
        owner, owned = (_office(row.get(name, ""), offices) for name in ("owner", "owned"))
        share, (since, until) = _share(row.get("share", "")), _term(row)
        if share is None:
            raise _Wrong(_("The share is no percentage."))
        if owner.pk == owned.pk:
            raise _Wrong(_("An organisation does not own itself."))
        if (owner.pk, owned.pk, since) in there:
            return None
        if until is None and (owner.pk, owned.pk) in lasting:
            raise _Wrong(_("This share is written down already: end it first."))
        there.add((owner.pk, owned.pk, since))
        if until is None:
            lasting.add((owner.pk, owned.pk))
        return (
            owner.pk, owned.pk, share, since, until, Source.REGISTRY,
            readable(row.get("words", ""))[:300], at, by.pk if by else None,
        )  # fmt: skip

    _copy(done, _STAKES_IN, _judged(done, rows, read))


def _judged(
    done: Imported, rows: list[tuple[int, dict[str, str]]], read: Any
) -> Iterator[tuple[Any, ...]]:
    for line, row in rows:
        try:
            made = read(row)
        except _Wrong as wrong:
            done.rejected.append((line, wrong.sentence))
            continue
        if made is None:
            done.known += 1
        else:
            done.taken += 1
            yield made


def _copy(done: Imported, sql: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Judged first: a row that raises must not break the stream."""
    ready = list(rows)
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(sql) as out:
        for row in ready:
            out.write_row(row)
