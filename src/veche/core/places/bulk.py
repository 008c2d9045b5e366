"""Bringing whole registries in: one operation, one transaction, one journal record.

The rows go through a temporary table, so that the database finds what is new, changed or the
same, whatever the size of the file. A second import of the same file writes nothing. What a file
does not say is left as it was; what a resident's correction repaired stays repaired until the
owner's file says something new of that object.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.places.models import ObjectKind
from veche.core.places.queries import atlas
from veche.core.places.reader import CannotRead, Entry, Fault, Told, entry, rows
from veche.languages import everywhere
from veche.operation import operation

BLOCK = 5_000
_STAGE = """
DROP TABLE IF EXISTS pg_temp.places_rows, pg_temp.places_met;
CREATE TEMPORARY TABLE places_rows (
    line integer, kind text, identifier text, names jsonb, address text, longitude float8,
    latitude float8, outline jsonb, owner text, since date, until date, digest bytea,
    territory_id bigint, original text
) ON COMMIT DROP
"""
_TWICE = """
DELETE FROM places_rows r USING (
    SELECT line, min(line) OVER (PARTITION BY kind, identifier) AS first FROM places_rows
) t WHERE t.line = r.line AND t.first < r.line RETURNING r.line, t.first, r.original
"""
_NO_OWNER = """
DELETE FROM places_rows r WHERE r.owner IS NOT NULL AND NOT EXISTS (
    SELECT FROM organisations_organisation o WHERE o.code = r.owner)
RETURNING r.line, r.owner, r.original
"""
_TOLD = """jsonb_build_object('names', {t}.names, 'address', {t}.address, 'longitude',
    {t}.longitude, 'latitude', {t}.latitude, 'outline', {t}.outline, 'territory', {t}.territory,
    'owner', {t}.owner, 'since', {t}.since, 'until', {t}.until)"""
_MET = """
CREATE TEMPORARY TABLE places_met ON COMMIT DROP AS
SELECT c.id, r.kind, k.id AS kind_id, r.identifier, r.digest, r.territory_id,
    coalesce(r.names, c.names, '{}'::jsonb) AS names, coalesce(r.address, c.address, '') AS address,
    r.longitude, r.latitude, coalesce(r.outline, c.outline) AS outline,
    coalesce(o.id, c.owner_id) AS owner_id, coalesce(r.owner, was.code) AS owner,
    coalesce(r.since, c.since) AS since,
    CASE WHEN r.until IS NOT NULL THEN r.until WHEN r.since > c.until THEN NULL ELSE c.until END
    AS until, t.code AS territory,
    CASE WHEN c.id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('names', c.names, 'address',
    c.address, 'longitude', c.longitude, 'latitude', c.latitude, 'outline', c.outline, 'territory',
    there.code, 'owner', was.code, 'since', c.since, 'until', c.until) END AS before
FROM places_rows r JOIN places_objectkind k ON k.code = r.kind
    JOIN places_territory t ON t.id = r.territory_id
    LEFT JOIN organisations_organisation o ON o.code = r.owner
    LEFT JOIN places_cityobject c ON c.kind_id = k.id AND c.identifier = r.identifier
    LEFT JOIN organisations_organisation was ON was.id = c.owner_id
    LEFT JOIN places_territory there ON there.id = c.territory_id
WHERE c.id IS NULL OR c.digest IS DISTINCT FROM r.digest
"""
_INSERT = """
INSERT INTO places_cityobject (kind_id, identifier, names, address, longitude, latitude, outline,
    territory_id, owner_id, since, until, source, digest)
SELECT kind_id, identifier, names, address, longitude, latitude, outline, territory_id, owner_id,
    since, until, %(source)s, digest FROM places_met WHERE id IS NULL ORDER BY kind_id, identifier
"""
_UPDATE = """
UPDATE places_cityobject c SET names = m.names, address = m.address, longitude = m.longitude,
    latitude = m.latitude, outline = m.outline, territory_id = m.territory_id,
    owner_id = m.owner_id, since = m.since, until = m.until, source = %(source)s, digest = m.digest
FROM places_met m WHERE c.id = m.id
"""
_CHANGES = f"""
INSERT INTO places_objectchange (object_id, what, at, before, after, reason, source, matter)
SELECT c.id, CASE WHEN m.id IS NULL THEN 'added'
        WHEN m.before->>'until' IS NULL AND m.until IS NOT NULL THEN 'ended'
        WHEN m.before->>'until' IS NOT NULL AND m.until IS NULL THEN 'restored'
        ELSE 'changed' END,
    %(at)s, d.before, d.after, '', %(source)s, ''
FROM places_met m
    JOIN places_cityobject c ON c.kind_id = m.kind_id AND c.identifier = m.identifier
    CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(n.key, m.before->n.key) FILTER (WHERE m.before ? n.key),
                '{{}}'::jsonb) AS before,
            jsonb_object_agg(n.key, n.value) AS after
        FROM jsonb_each({_TOLD.format(t="m")}) n
        WHERE n.value IS DISTINCT FROM m.before->n.key
    ) d
WHERE d.after IS NOT NULL ORDER BY c.id
"""
_GONE = """
WITH gone AS (
    UPDATE places_cityobject c SET until = greatest(%(day)s::date, c.since)
    FROM places_objectkind k
    WHERE k.id = c.kind_id AND c.source = %(source)s AND c.until IS NULL
        AND k.code IN (SELECT kind FROM places_rows)
        AND NOT EXISTS (SELECT FROM places_rows r
            WHERE r.kind = k.code AND r.identifier = c.identifier)
    RETURNING c.id, c.until
)
INSERT INTO places_objectchange (object_id, what, at, before, after, reason, source, matter)
SELECT id, 'ended', %(at)s, '{"until": null}', jsonb_build_object('until', until), '',
    %(source)s, '' FROM gone ORDER BY id
"""


class Rejects:
    """The file of rows that were not taken; without a path they are only counted.

    Raises:
        CannotRead: the file cannot be written.
    """

    def __init__(self, path: Path | None) -> None:
        self.count = 0
        self._file: TextIO | None = None
        if path is not None:
            try:
                self._file = path.open("w", encoding="utf-8", newline="", errors="replace")
            except OSError as error:
                raise CannotRead(why=f"{path}: {error.strerror}") from error
            self._rows = csv.writer(self._file)
            self._rows.writerow(["line", "reason", "row"])

    def add(self, line: int, reason: str, original: str) -> None:
        """Keep a row with where it stood and the reason in words."""
        self.count += 1
        if self._file is not None:
            self._rows.writerow([line, reason, original])

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()


def _original(told: Told) -> str:
    return "; ".join(f"{k}={v}" for k, v in told.values.items())[:2000]


@operation
def import_objects(
    *,
    by: None,
    at: dt.datetime,
    file: Path,
    kind: str = "",
    source: str = "",
    complete: bool = False,
    rejects: Path | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> dict[str, int]:
    """Bring the objects of a file into the registry; a second time only what changed is written.

    ``kind`` is what the objects are where the rows do not say; with ``complete`` the objects of
    this source that the file no longer lists have ended. Gives ``read``, ``added``, ``changed``,
    ``unchanged``, ``ended`` and ``rejected``.

    Raises:
        CannotRead: the file cannot be used; nothing was written.
    """
    source = (source or file.name.split(".", 1)[0])[:80]
    refused = Rejects(rejects)
    try:
        found = _enter(
            rows(file), kind=kind, source=source, complete=complete, refused=refused, at=at,
            progress=progress,
        )  # fmt: skip
    finally:
        refused.close()
    record(
        kind="places.objects-imported",
        by=by,
        at=at,
        subject=f"import:{source}",
        public={**found, "source": source, "sha256": _sha256(file)},
    )
    return found


@operation
def enter_objects(
    *, by: None, at: dt.datetime, told: Iterable[Told], source: str
) -> dict[str, int]:
    """Enter many objects that no file tells of, as those of an invented town; the same counts."""
    found = _enter(
        iter(told), kind="", source=source, complete=False, refused=Rejects(None), at=at,
        progress=lambda _done: None,
    )  # fmt: skip
    record(
        kind="places.objects-imported",
        by=by,
        at=at,
        subject=f"import:{source}",
        public={**found, "source": source, "sha256": ""},
    )
    return found


def _enter(
    told: Iterator[Told],
    *,
    kind: str,
    source: str,
    complete: bool,
    refused: Rejects,
    at: dt.datetime,
    progress: Callable[[int], None],
) -> dict[str, int]:
    stage = _Stage(kind, refused, progress)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import objects'))")
        cursor.execute(_STAGE)
        with cursor.copy("COPY places_rows FROM STDIN") as copy:
            for row in stage.placed(told):
                copy.write_row(row)
        cursor.execute(_TWICE)
        for line, first, original in sorted(cursor.fetchall()):
            why = _("The id stands in the file already, in line {line}.").format(line=first)
            refused.add(line, why, original)
        cursor.execute(_NO_OWNER)
        for line, code, original in sorted(cursor.fetchall()):
            why = _("There is no office with the code “{asked}”.").format(asked=code)
            refused.add(line, why, original)
    _kinds_met(stage.kinds)
    found = _write(stage.read - refused.count, source, complete, at)
    return found | {"read": stage.read, "rejected": refused.count}


def _kinds_met(codes: dict[str, None]) -> None:
    ObjectKind.objects.bulk_create(
        [ObjectKind(code=code, names=everywhere(code)) for code in codes], ignore_conflicts=True
    )


def _write(good: int, source: str, complete: bool, at: dt.datetime) -> dict[str, int]:
    given: dict[str, Any] = {"source": source, "at": at, "day": at.date()}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE places_rows")
        cursor.execute(_MET)
        cursor.execute(_INSERT, given)
        added = cursor.rowcount
        cursor.execute(_UPDATE, given)
        written = cursor.rowcount
        cursor.execute(_CHANGES, given)
        ended = 0
        if complete:
            cursor.execute(_GONE, given)
            ended = cursor.rowcount
        if added + written > BLOCK:
            cursor.execute("ANALYZE places_cityobject")
    return {
        "added": added,
        "changed": written,
        "unchanged": good - added - written,
        "ended": ended,
    }


class _Stage:
    """Checks rows and finds where they lie, block by block."""

    def __init__(self, kind: str, refused: Rejects, progress: Callable[[int], None]) -> None:
        self.kind, self.refused, self.progress = kind, refused, progress
        self.read = 0
        self.places = atlas()  # before the COPY begins: nothing else can be asked while it runs
        self.kinds: dict[str, None] = {}

    def placed(self, told: Iterator[Told]) -> Iterator[tuple[Any, ...]]:
        """The rows as the table of the import holds them."""
        block: list[tuple[Told, Entry]] = []
        for row in told:
            self.read += 1
            try:
                block.append((row, entry(row, self.kind)))
            except Fault as fault:
                self.refused.add(row.line, str(fault), _original(row))
            if len(block) == BLOCK:
                yield from self._located(block)
                block = []
                self.progress(self.read)
        yield from self._located(block)

    def _located(self, block: list[tuple[Told, Entry]]) -> Iterator[tuple[Any, ...]]:
        home = self.places.home()
        numbers = self.places.locate(
            np.array([e.longitude for _row, e in block], dtype=float),
            np.array([e.latitude for _row, e in block], dtype=float),
            home.pk if home else None,
        )
        for (row, one), number in zip(block, numbers, strict=True):
            if not number:
                why = str(_("This point lies outside the city. Choose a place inside it."))
                self.refused.add(row.line, why, _original(row))
                continue
            self.kinds[one.kind] = None
            yield (row.line, *one, int(number), _original(row))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
