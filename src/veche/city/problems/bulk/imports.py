"""The import itself: one operation, one transaction, one journal record.

The rows are checked and put into a temporary table first, so that the database finds what is new,
changed, the same or there twice, whatever the size of the file. Everything is one transaction: an
import that is cut off leaves nothing, and beginning again costs seconds; half a file on the map
would cost the reader's trust. Nobody is notified and no clock is started: these problems are the
other system's, and the steps it does not tell are not invented.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.problems.bulk import Kind, analyze, set_categories
from veche.city.problems.bulk.around import LOOK_UP, ROOMY, TIDY
from veche.city.problems.bulk.copying import copy_lines, line, special, written
from veche.city.problems.imports.areas import Areas, code_of
from veche.city.problems.imports.mapping import Mapping
from veche.city.problems.imports.rows import Entry, Fault, Translator, iso
from veche.city.problems.models import Category
from veche.city.problems.operations.recurrence import link_imported
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisations
from veche.imported import Rejects, Row, Table, sha256
from veche.languages import everywhere
from veche.operation import operation

BLOCK = 5_000
_BETWEEN = "\x1f"
"""The character made to stand between the cells of a row."""
_STAGE = """
SET LOCAL work_mem = '64MB';
DROP TABLE IF EXISTS pg_temp.import_rows, pg_temp.import_kinds, pg_temp.import_offices,
    pg_temp.import_new, pg_temp.import_changed;
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
_MET = """
CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS SELECT m.value, m.code, r.id
FROM unnest(%s::text[], %s::text[]) AS m (value, code) JOIN {rows} r ON r.code = m.code
"""
_NEW = """
CREATE TEMPORARY TABLE import_new ON COMMIT DROP AS
SELECT nextval('cases_case_id_seq') AS case_id, nextval('cases_number')::text AS n, x.*,
    x.is_open OR coalesce(x.closed > x.opened, false) AS was_open
FROM (
    SELECT r.*, k.id AS kind_id, k.code AS kind, o.id AS office_id, t.id AS territory_id
    FROM import_rows r JOIN import_kinds k ON k.value = r.category
        JOIN places_territory t ON t.code = r.territory
        LEFT JOIN import_offices o ON o.value = r.organisation
    WHERE NOT EXISTS (SELECT FROM problems_problem p
        WHERE p.source = %s AND p.source_id = r.source_id)
    ORDER BY r.opened, r.line
) x
"""
_INSERTS = (
    """
INSERT INTO cases_birth (id, number, procedure, theme, territory_id, opened_at)
SELECT case_id, to_char(opened AT TIME ZONE 'UTC', 'YYYY') || '-'
    || lpad(n, greatest(6, length(n)), '0'), 'problem', kind, territory_id, opened
FROM import_new
""",
    # Closed there and nobody says when: one step at the opening; no time is invented.
    """
INSERT INTO cases_caseevent (case_id, seq, move, source, target, organisation_id, at, batch, public)
SELECT case_id, 1, s.state, '', s.state, office_id, opened, %(batch)s, '{}'::jsonb
FROM import_new, LATERAL (SELECT CASE WHEN was_open THEN 'record_open' ELSE 'record_closed' END) AS
    s (state)
UNION ALL
SELECT case_id, 2, 'close_record', 'record_open', 'record_closed', office_id, closed, %(batch)s,
    '{}'::jsonb
FROM import_new WHERE was_open AND NOT is_open
""",
    """
INSERT INTO cases_assignment (case_id, organisation_id, since)
SELECT case_id, office_id, opened FROM import_new WHERE office_id IS NOT NULL
""",
    """
INSERT INTO problems_problem (case_id, category_id, text, address, longitude, latitude, answers,
    returns, source, source_id, source_status, source_due_at, source_closed_at, source_digest)
SELECT case_id, kind_id, body, address, longitude, latitude, '{}', 0, %(source)s, source_id,
    status, due, closed, digest FROM import_new ORDER BY case_id
""",
)
_CHANGED = """
CREATE TEMPORARY TABLE import_changed ON COMMIT DROP AS
SELECT p.case_id, r.*, c.state, c.seq, c.moved_at, t.id AS territory_id, k.id AS kind_id,
    k.code AS kind, o.id AS office_id
FROM import_rows r JOIN import_kinds k ON k.value = r.category
    LEFT JOIN import_offices o ON o.value = r.organisation
    JOIN problems_problem p ON p.source = %s AND p.source_id = r.source_id
    JOIN cases_case c ON c.id = p.case_id JOIN places_territory t ON t.code = r.territory
WHERE p.source_digest IS DISTINCT FROM r.digest OR c.territory_id <> t.id
"""
_MOVES = """
INSERT INTO cases_caseevent (case_id, seq, move, source, target, organisation_id, at, batch, public)
SELECT r.case_id, r.seq + 1, m.move, r.state, m.target,
    coalesce(r.office_id, c.organisation_id),
    greatest(r.moved_at, CASE WHEN m.target = 'record_closed' THEN coalesce(r.closed, %(at)s)
        ELSE %(at)s END), %(batch)s, '{}'::jsonb
FROM import_changed r JOIN cases_case c ON c.id = r.case_id
JOIN (VALUES (true, 'record_closed', 'reopen_record', 'record_open'),
    (false, 'record_open', 'close_record', 'record_closed')) AS m (is_open, state, move, target)
    ON m.is_open = r.is_open AND m.state = r.state
"""
_REWRITE = (
    """
UPDATE problems_problem p SET text = r.body, address = r.address, longitude = r.longitude,
    latitude = r.latitude, source_status = r.status, source_due_at = r.due,
    source_closed_at = r.closed, source_digest = r.digest, category_id = r.kind_id
FROM import_changed r WHERE p.case_id = r.case_id
""",
    """
UPDATE cases_case c SET theme = r.kind, territory_id = r.territory_id
FROM import_changed r WHERE c.id = r.case_id
""",
)


_HAND_OVER = (
    """
UPDATE cases_assignment a SET until = c.moved_at FROM cases_case c, import_changed r
WHERE c.id = r.case_id AND a.case_id = c.id AND a.until IS NULL
    AND a.organisation_id IS DISTINCT FROM c.organisation_id
""",
    """
INSERT INTO cases_assignment (case_id, organisation_id, since)
SELECT c.id, c.organisation_id, c.moved_at FROM import_changed r JOIN cases_case c
    ON c.id = r.case_id
WHERE c.organisation_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM cases_assignment a WHERE a.case_id = c.id AND a.until IS NULL)
""",
)


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

    Gives ``read``, ``imported``, ``updated``, ``unchanged`` and ``rejected``, and ``came_back``:
    how many of the new are wrong again where another of that system had been closed shortly before.
    ``progress`` is told what is going on, how much is done and of how much.

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
    if stage.read > refused.count:
        areas.write(at)
    _things_met(mapping, stage, at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_rows (source_id, category, organisation, territory)")
        cursor.execute(_COUNTS, [source])
        new, unchanged = cursor.fetchone()
    found = {
        "read": stage.read,
        "imported": new,
        "updated": stage.read - refused.count - new - unchanged,
        "unchanged": unchanged,
        "rejected": refused.count,
        "came_back": 0,
    }
    batch = record(
        kind="problems.imported",
        by=by,
        at=at,
        subject=f"import:{source}",
        public={**found, "source": source, "sha256": sha256(file)},
    )
    if found["updated"]:
        _update(source, batch, at)
    if new:
        with connection.cursor() as cursor:
            cursor.execute(_NEW, [source])
            # Nobody counts a temporary table by itself: unknown, it was gone through again and
            # again when what came back is looked for (a third of the import's whole cost).
            cursor.execute("ANALYZE import_new")
            cursor.execute(ROOMY)
            for done, statement in enumerate(_INSERTS):
                progress("write", done, len(_INSERTS))
                cursor.execute(statement, {"batch": batch, "source": source})
            cursor.execute(TIDY)
    if new or found["updated"]:
        analyze()
    if new:
        progress("look", 0, 1)
        ids = "SELECT case_id FROM import_new"
        found["came_back"] = link_imported(by=None, at=at, source=source, ids=ids)
        with connection.cursor() as cursor:
            cursor.execute(LOOK_UP)
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
        copy_lines("COPY import_rows FROM STDIN", self._rows(table))

    def _rows(self, table: Table) -> Iterator[str]:
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

    def _placed(self, block: list[tuple[Row, Entry]]) -> Iterator[str]:
        codes = self.areas.locate([(e.longitude, e.latitude) for _row, e in block])
        for (row, entry), code in zip(block, codes, strict=True):
            if not code:
                self.refused.add(row.line, str(_("The point lies outside the area.")), row.cells)
                continue
            self.categories[entry.category] = None
            self.organisations[entry.organisation] = None
            # The row as it came, in case its id is found to stand there twice.
            original = _BETWEEN.join(self.refused.blanked(row.cells))
            if special(original):
                yield line((row.line, *entry, code, original))
            else:
                # What was taken of a plain row is plain: nothing to look for in each cell.
                yield _plain(row.line, entry, written(code), original)

    def drop_doubles(self) -> None:
        """Refuse every row whose id stood in the file before."""
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX ON import_rows (source_id)")
            cursor.execute(_TWICE)
            for line, first, original in sorted(cursor.fetchall()):
                cells = original.split(_BETWEEN)
                sentence = _("The id stands in the file already, in line {line}.")
                self.refused.add(line, str(sentence.format(line=first)), cells)


def _plain(number: int, e: Entry, code: str, original: str) -> str:
    """`line` of a row in which nothing needs escaping, in a third of the time."""
    closed = iso(e.closed) if e.closed else "\\N"
    due = iso(e.due) if e.due else "\\N"
    return (
        f"{number}\t{e.id}\t{e.text}\t{e.category}\t{e.longitude!r}\t{e.latitude!r}\t{e.address}"
        f"\t{iso(e.opened)}\t{closed}\t{due}\t{e.status}\t{e.open}\t{e.organisation}"
        f"\t\\\\x{e.digest.hex()}\t{code}\t{original}"
    )


def _things_met(mapping: Mapping, stage: _Stage, at: dt.datetime) -> None:
    """Make the categories and organisations met for the first time; note all for the database."""
    source = mapping.source
    codes = {value: code_of(source, value or "-") for value in stage.categories}
    known = set(Category.objects.filter(code__in=codes.values()).values_list("code", flat=True))
    fresh = [
        Kind(
            code,
            mapping.categories.get(value) or _called(_CATEGORY, value or source),
            imported=True,
            active=False,  # residents of this city do not choose it
        )
        for value, code in codes.items()
        if code not in known
    ]
    if fresh:
        set_categories(by=None, at=at, kinds=fresh)
    offices = {value: code_of(source, value) for value in stage.organisations if value}
    there = set(
        Organisation.objects.filter(code__in=offices.values()).values_list("code", flat=True)
    )
    new = [
        Organisation(
            code=code,
            kind=Organisation.Kind.DEPARTMENT,
            names=dict(mapping.organisations.get(value) or _called(_OFFICE, value)),
            imported=True,
        )
        for value, code in offices.items()
        if code not in there
    ]
    if new:
        add_organisations(by=None, at=at, organisations=new)
    with connection.cursor() as cursor:
        for name, rows, met in (
            ("import_kinds", "problems_category", codes),
            ("import_offices", "organisations_organisation", offices),
        ):
            statement = _MET.format(table=name, rows=rows)
            cursor.execute(statement, [list(met), list(met.values())])


_CATEGORY = {"en": "Category {}", "ru": "Категория {}", "zh": "类别{}"}
_OFFICE = {"en": "Office {}", "ru": "Служба {}", "zh": "部门{}"}


def _called(words: dict[str, str], value: str) -> dict[str, str]:
    """The name of a thing met; a bare number of theirs is at least said to be one."""
    if value.isdecimal():
        return {language: word.format(value) for language, word in words.items()}
    return everywhere(value)


def _update(source: str, batch: int, at: dt.datetime) -> None:
    """Write what changed in the other system since the last import."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [source])
        cursor.execute(_MOVES, {"at": at, "batch": batch})
        for statement in (*_HAND_OVER, *_REWRITE):
            cursor.execute(statement)
