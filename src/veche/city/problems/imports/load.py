"""The import itself: one operation, one transaction, one journal record.

The rows are checked and put into a temporary table first, so that the database finds what is new,
changed, the same or there twice, whatever the size of the file. Everything is one transaction: an
import that is cut off leaves nothing, and beginning again costs seconds; half a file on the map
would cost the reader's trust. Nobody is notified and no clock is started: these problems are the
other system's, and the steps it does not tell are not invented.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.problems.bulk import Kind, Life, Terms, analyze, copy, set_categories, write_block
from veche.city.problems.imports.areas import Areas, code_of
from veche.city.problems.imports.mapping import CannotImport, Mapping
from veche.city.problems.imports.reader import Row, Table, sha256
from veche.city.problems.imports.rows import Entry, Fault, Translator
from veche.city.problems.models import Category
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisations
from veche.languages import everywhere
from veche.operation import operation

BLOCK = 5_000
_STAGE = """
CREATE TEMPORARY TABLE import_rows (
    line integer, source_id text, body text, category text, longitude float8, latitude float8,
    address text, opened timestamptz, closed timestamptz, due timestamptz, status text,
    is_open boolean, organisation text, digest bytea, territory text, original text
) ON COMMIT DROP
"""
_TWICE = """
DELETE FROM import_rows r USING (
    SELECT line, min(line) OVER (PARTITION BY source_id) AS first FROM import_rows
) t WHERE t.line = r.line AND t.first < r.line RETURNING r.line, t.first, r.original
"""
_COUNTS = """
SELECT count(*) FILTER (WHERE p.case_id IS NULL),
    count(*) FILTER (WHERE p.source_digest = r.digest AND t.code = r.territory)
FROM import_rows r LEFT JOIN problems_problem p ON p.source = %s AND p.source_id = r.source_id
    LEFT JOIN cases_case c ON c.id = p.case_id LEFT JOIN places_territory t ON t.id = c.territory_id
"""
_NEW = """
SELECT r.source_id, r.body, r.category, r.longitude, r.latitude, r.address, r.opened, r.closed,
    r.due, r.status, r.is_open, r.organisation, r.digest, r.territory
FROM import_rows r LEFT JOIN problems_problem p ON p.source = %s AND p.source_id = r.source_id
WHERE p.case_id IS NULL ORDER BY r.opened, r.line
"""
_CHANGED = """
CREATE TEMPORARY TABLE import_changed ON COMMIT DROP AS
SELECT p.case_id, r.*, c.state, c.seq, c.moved_at, t.id AS territory_id
FROM import_rows r JOIN problems_problem p ON p.source = %s AND p.source_id = r.source_id
    JOIN cases_case c ON c.id = p.case_id JOIN places_territory t ON t.code = r.territory
WHERE p.source_digest IS DISTINCT FROM r.digest OR c.territory_id <> t.id
"""
_MOVES = """
INSERT INTO cases_caseevent (case_id, seq, move, source, target, organisation_id, at, batch, public)
SELECT r.case_id, r.seq + 1, m.move, r.state, m.target,
    coalesce((SELECT id FROM organisations_organisation o WHERE o.code = ANY(%(codes)s)
        AND o.code = r.office), c.organisation_id),
    greatest(r.moved_at, CASE WHEN m.target = 'record_closed' THEN coalesce(r.closed, %(at)s)
        ELSE %(at)s END), %(batch)s, '{}'
FROM import_changed r JOIN cases_case c ON c.id = r.case_id
JOIN (VALUES (true, 'record_closed', 'reopen_record', 'record_open'),
    (false, 'record_open', 'close_record', 'record_closed')) AS m (is_open, state, move, target)
    ON m.is_open = r.is_open AND m.state = r.state
"""
_REWRITE = (
    """
UPDATE problems_problem p SET text = r.body, address = r.address, longitude = r.longitude,
    latitude = r.latitude, source_status = r.status, source_due_at = r.due,
    source_closed_at = r.closed, source_digest = r.digest, category_id = k.id
FROM import_changed r JOIN problems_category k ON k.code = r.kind WHERE p.case_id = r.case_id
""",
    """
UPDATE cases_case c SET theme = r.kind, territory_id = r.territory_id
FROM import_changed r WHERE c.id = r.case_id
""",
)


class Rejects:
    """The file of rows that were not taken; without a path they are only counted.

    Raises:
        CannotImport: the file cannot be written.
    """

    def __init__(self, path: Path | None, header: Sequence[str], author: int | None) -> None:
        self.count, self._author = 0, author
        self._file: TextIO | None = None
        if path is not None:
            try:
                self._file = path.open("w", encoding="utf-8", newline="", errors="replace")
            except OSError as error:
                raise CannotImport(why=f"{path}: {error.strerror}") from error
            self._rows = csv.writer(self._file)
            self._rows.writerow(["line", "reason", *header])

    def add(self, line: int, reason: str, cells: Sequence[str]) -> None:
        """Keep a row with the line of the file it began on and the reason in words."""
        self.count += 1
        if self._file is not None:
            self._rows.writerow([line, reason, *self.blanked(cells)])

    def blanked(self, cells: Sequence[str]) -> list[str]:
        """The row without the name of its author."""
        return ["" if place == self._author else cell for place, cell in enumerate(cells)]

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()


@operation
def import_problems(
    *,
    by: None,
    at: dt.datetime,
    file: Path,
    mapping: Mapping,
    area: Path | None = None,
    rejects: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda _what, _done, _all: None,
) -> dict[str, int]:
    """Bring the records of another system in; a second time only what changed there is written.

    Gives ``read``, ``imported``, ``updated``, ``unchanged`` and ``rejected``. ``progress`` is told
    what is going on, how much is done and of how much.

    Raises:
        CannotImport: the file, the outlines or the mapping cannot be used; nothing was written.
    """
    source = mapping.source
    table = Table(file, mapping.delimiter, lambda done, size: progress("read", done, size))
    try:
        translator = Translator(mapping, table.header, at)
        areas = Areas(mapping, area)
        refused = Rejects(rejects, table.header, translator.author)
        try:
            with connection.cursor() as cursor:
                # Two imports of one source wait for each other.
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import {source}"])
                cursor.execute(_STAGE)
            stage = _Stage(translator, areas, refused)
            stage.fill(table)
            stage.drop_doubles()
        finally:
            refused.close()
    finally:
        table.close()
    territories = areas.write(at) if stage.read > refused.count else {}
    kinds, offices = _things_met(mapping, stage, at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_rows")
        cursor.execute(_COUNTS, [source])
        new, unchanged = cursor.fetchone()
    found = {
        "read": stage.read,
        "imported": new,
        "updated": stage.read - refused.count - new - unchanged,
        "unchanged": unchanged,
        "rejected": refused.count,
    }
    batch = record(
        kind="problems.imported",
        by=by,
        at=at,
        subject=f"import:{source}",
        public={**found, "source": source, "sha256": sha256(file)},
    )
    if found["updated"]:
        _update(mapping, batch, at)
    if new:
        done = 0
        for block in _lives(source, kinds, offices, territories):
            write_block(block, batch)
            done += len(block)
            progress("write", done, new)
    if new or found["updated"]:
        analyze()
    return found


class _Stage:
    """The temporary table of checked rows, and what was met in them."""

    def __init__(self, translator: Translator, areas: Areas, refused: Rejects) -> None:
        self.translator, self.areas, self.refused = translator, areas, refused
        self.read = 0
        self.categories: dict[str, None] = {}
        self.organisations: dict[str, None] = {}

    def fill(self, table: Table) -> None:
        """Read the whole file into the table."""
        copy("COPY import_rows FROM STDIN", self._rows(table))

    def _rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        block: list[tuple[Row, Entry]] = []
        for row in table:
            self.read += 1
            if row.fault:
                self.refused.add(row.line, row.fault, row.cells)
                continue
            try:
                block.append((row, self.translator.entry(row.cells)))
            except Fault as fault:
                self.refused.add(row.line, str(fault), row.cells)
            if len(block) == BLOCK:
                yield from self._placed(block)
                block = []
        if block:
            yield from self._placed(block)

    def _placed(self, block: list[tuple[Row, Entry]]) -> Iterator[tuple[Any, ...]]:
        codes = self.areas.locate([(e.longitude, e.latitude) for _row, e in block])
        line = io.StringIO()
        write = csv.writer(line).writerow
        for (row, entry), code in zip(block, codes, strict=True):
            if not code:
                self.refused.add(row.line, str(_("The point lies outside the area.")), row.cells)
                continue
            self.categories[entry.category] = None
            self.organisations[entry.organisation] = None
            line.seek(0)
            line.truncate()
            write(self.refused.blanked(row.cells))
            yield (row.line, *entry, code, line.getvalue())

    def drop_doubles(self) -> None:
        """Refuse every row whose id stood in the file before."""
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX ON import_rows (source_id)")
            cursor.execute(_TWICE)
            for line, first, original in sorted(cursor.fetchall()):
                cells = next(csv.reader([original]), [])
                sentence = _("The id stands in the file already, in line {line}.")
                self.refused.add(line, str(sentence.format(line=first)), cells)


def _things_met(
    mapping: Mapping, stage: _Stage, at: dt.datetime
) -> tuple[dict[str, int], dict[str, int | None]]:
    """Categories and organisations by their own value; those met for the first time are made."""
    source = mapping.source
    codes = {value: code_of(source, value or "-") for value in stage.categories}
    known = dict(Category.objects.filter(code__in=codes.values()).values_list("code", "pk"))
    fresh = [
        Kind(
            code,
            mapping.categories.get(value) or everywhere(value or source),
            imported=True,
            active=False,  # residents of this city do not choose it
        )
        for value, code in codes.items()
        if code not in known
    ]
    if fresh:
        known |= set_categories(by=None, at=at, kinds=fresh)
    kinds = {value: known[code] for value, code in codes.items()}
    wanted = {value: code_of(source, value) for value in stage.organisations if value}
    rows = dict(Organisation.objects.filter(code__in=wanted.values()).values_list("code", "pk"))
    new = [
        Organisation(
            code=code,
            kind=Organisation.Kind.DEPARTMENT,
            names=dict(mapping.organisations.get(value) or everywhere(value)),
            imported=True,
        )
        for value, code in wanted.items()
        if code not in rows
    ]
    if new:
        made = add_organisations(by=None, at=at, organisations=new)
        rows |= {code: organisation.pk for code, organisation in made.items()}
    offices: dict[str, int | None] = {value: rows[code] for value, code in wanted.items()}
    offices[""] = None
    return kinds, offices


def _lives(
    source: str,
    kinds: dict[str, int],
    offices: dict[str, int | None],
    territories: dict[str, int],
) -> Iterator[list[Life]]:
    """The new records in blocks, oldest first."""
    terms = Terms()
    codes = {value: code_of(source, value or "-") for value in kinds}
    assert connection.connection is not None
    with connection.connection.cursor(name="import_new") as cursor:
        cursor.execute(_NEW, [source])
        while rows := cursor.fetchmany(BLOCK):
            block = []
            for (
                number, text, category, longitude, latitude, address, opened, closed, due, status,
                is_open, organisation, digest, territory,
            ) in rows:  # fmt: skip
                life = Life(
                    category=kinds[category],
                    theme=codes[category],
                    territory=territories[territory],
                    opened_at=opened,
                    text=text,
                    longitude=longitude,
                    latitude=latitude,
                    address=address,
                    source=(source, number, status, due, closed, bytes(digest)),
                )
                office = offices[organisation]
                if is_open:
                    life.step("record_open", opened, terms, office=office)
                elif closed is not None and closed > opened:
                    life.step("record_open", opened, terms, office=office)
                    life.step("close_record", closed, terms)
                else:
                    # Closed there, nobody says when: the step invents no time of its own.
                    life.step("record_closed", opened, terms, office=office)
                block.append(life)
            yield block


def _update(mapping: Mapping, batch: int, at: dt.datetime) -> None:
    """Write what changed in the other system since the last import."""
    source = mapping.source
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [source])
        cursor.execute("ALTER TABLE import_changed ADD kind text, ADD office text")
        for column, own in (("kind", "category"), ("office", "organisation")):
            cursor.execute(f"SELECT DISTINCT {own} FROM import_changed")
            pairs = [(row[0], code_of(source, row[0] or "-")) for row in cursor.fetchall()]
            cursor.execute(
                f"UPDATE import_changed r SET {column} = m.code "
                f"FROM unnest(%s::text[], %s::text[]) AS m (value, code) WHERE m.value = r.{own}",
                [[value for value, _code in pairs], [code for _value, code in pairs]],
            )
        cursor.execute("SELECT DISTINCT office FROM import_changed")
        codes = [row[0] for row in cursor.fetchall()]
        cursor.execute(_MOVES, {"at": at, "batch": batch, "codes": codes})
        cursor.execute(
            """UPDATE cases_assignment a SET until = c.moved_at FROM cases_case c, import_changed r
            WHERE c.id = r.case_id AND a.case_id = c.id AND a.until IS NULL
                AND a.organisation_id IS DISTINCT FROM c.organisation_id"""
        )
        cursor.execute(
            """INSERT INTO cases_assignment (case_id, organisation_id, since)
            SELECT c.id, c.organisation_id, c.moved_at FROM import_changed r
            JOIN cases_case c ON c.id = r.case_id WHERE c.organisation_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM cases_assignment a WHERE a.case_id = c.id
                AND a.until IS NULL)"""
        )
        for statement in _REWRITE:
            cursor.execute(statement)
