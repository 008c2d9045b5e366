"""Reading the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from veche.core.journal.canonical import salted_digest
from veche.core.journal.folder import CHECKPOINT, Folder
from veche.core.journal.models import Checkpoint as Signed
from veche.core.journal.models import Leaf, Record, Secret, Unsealed
from veche.core.journal.tlog import merkle
from veche.core.journal.tlog.note import Checkpoint, Note
from veche.core.journal.tlog.receipt import Receipt
from veche.core.journal.tlog.tiles import WIDTH, Reader
from veche.errors import Refused


def about(subject: str) -> QuerySet[Record]:
    """All records about one subject, oldest first."""
    return Record.objects.filter(subject=subject).order_by("id")


def digest_holds(record: Record, secret: Secret) -> bool:
    """Whether the record and its erasable part still give the digest that was written."""
    body: Mapping[str, Any] = {
        "kind": record.kind,
        "actor": record.actor,
        "subject": record.subject,
        "public": record.public,
        "personal": secret.personal,
        "at": record.at.isoformat(timespec="microseconds"),
    }
    return salted_digest(bytes(secret.salt), body) == bytes(record.digest)


class NotSealed(Refused):
    """The record is not in a published checkpoint yet, or there is no such record."""

    code = "not-sealed"
    status = 404
    sentence = _("This record is not in the log yet. It will be within seconds.")


def receipt(record: int) -> Receipt:
    """The proof that a record is in the log, with its digest as the entry.

    Raises:
        NotSealed: it is not in a published checkpoint.
    """
    folder = Folder(settings.LOG_FOLDER)
    place = Leaf.objects.filter(record_id=record).values_list("place", flat=True).first()
    if place is None:
        raise NotSealed
    entry = bytes(Record.objects.values_list("digest", flat=True).get(pk=record))
    found = folder.receipt(place, entry)
    if found is None:
        raise NotSealed
    return found


@dataclass(frozen=True)
class Published:
    """The log as it is published: its name and length, when it was signed and by whom."""

    origin: str
    size: int
    at: dt.datetime | None
    signed_by: tuple[str, ...]
    waiting: int


def published() -> Published | None:
    """What the log's own page says; None before the first checkpoint."""
    folder = Folder(settings.LOG_FOLDER)
    told = folder.checkpoint()
    if told is None:
        return None
    note = Note.read(folder.fetch(CHECKPOINT))
    at = Signed.objects.filter(size=told.size).values_list("recorded_at", flat=True).first()
    names = tuple(dict.fromkeys(one.name for one in note.signatures))
    return Published(told.origin, told.size, at, names, Unsealed.objects.count())


@dataclass(frozen=True)
class Audit:
    """What comparing the database with the log found.

    ``same``: records whose digest follows from their words and stands at their place in the log.
    ``erased``: records whose personal part and salt were erased; their digest stands in the log.
    ``waiting``: not sealed yet. ``changed`` and ``elsewhere`` are numbers of records whose words
    no longer give their digest, and whose digest is not what the log holds at their place.
    """

    size: int
    same: int
    erased: int
    waiting: int
    changed: tuple[int, ...]
    elsewhere: tuple[int, ...]
    missing: int
    """Leaves of the log for which there is no record."""

    @property
    def good(self) -> bool:
        """Whether database and log agree."""
        return not (self.changed or self.elsewhere or self.missing)

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        return {"good": self.good, **asdict(self)}

    def sentence(self) -> str:
        """For a person."""
        told = (
            f"{self.size:,} entries in the log: {self.same:,} records agree with it,"
            f" {self.erased:,} erased, {self.waiting:,} wait to be sealed."
        )
        if self.changed:
            told += f" CHANGED since they were sealed: {_some(self.changed)}."
        if self.elsewhere:
            told += f" NOT WHAT THE LOG HOLDS: {_some(self.elsewhere)}."
        if self.missing:
            told += f" GONE from the database: {self.missing:,}."
        return told


def _some(numbers: tuple[int, ...]) -> str:
    more = f" and {len(numbers) - 20:,} more" if len(numbers) > 20 else ""
    return "record " + ", ".join(map(str, numbers[:20])) + more


BATCH = 20 * WIDTH
"""Records compared at a time."""


def _sealed(begin: int, end: int) -> Iterator[tuple[int, Record, Secret | None]]:
    """Records with their places in the log, and what of them can be erased."""
    places = dict(
        Leaf.objects.filter(place__gte=begin, place__lt=end).values_list("record_id", "place")
    )
    secrets = Secret.objects.in_bulk(places)
    for record in Record.objects.filter(pk__in=places).iterator():
        yield places[record.pk], record, secrets.get(record.pk)


def audit() -> Audit:
    """Compare every record with the log, in the order of the log, holding few at a time."""
    folder = Folder(settings.LOG_FOLDER)
    told = folder.checkpoint() or Checkpoint("", 0, merkle.EMPTY)
    same = erased = seen = 0
    changed: list[int] = []
    elsewhere: list[int] = []
    for begin in range(0, told.size, BATCH):
        reader = Reader(folder.fetch, told.size)
        end = min(begin + BATCH, told.size)
        for place, record, secret in _sealed(begin, end):
            seen += 1
            leaf = reader.tile(0, place // WIDTH)[place % WIDTH]
            if merkle.leaf_hash(bytes(record.digest)) != leaf:
                elsewhere.append(record.pk)
            elif secret is None:
                erased += 1
            elif digest_holds(record, secret):
                same += 1
            else:
                changed.append(record.pk)
    waiting = Unsealed.objects.count()
    missing = told.size - seen
    return Audit(told.size, same, erased, waiting, tuple(changed), tuple(elsewhere), missing)
