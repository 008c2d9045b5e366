"""A strategy that was written as a table: one operation, one transaction, one journal record.

The rows are read in blocks and put into a temporary table; the database finds what is new, what
changed and what is the same. What a plan said before is never lost: a date, a sum or a target that
the file says otherwise is superseded with the reason that was given. What the file no longer names
stays as it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.delivery.imports.rows import NUMBERS, SUMS, Fault, Translator
from veche.city.delivery.models import Strategy
from veche.city.delivery.operations.strategy import check_plans, put_strategy
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisations
from veche.imported import CannotImport, Rejects, Row, Table, check_apart, sha256
from veche.languages import everywhere
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

BLOCK = 1_000
_TYPES = {
    **dict.fromkeys(SUMS, "numeric(16,2)"),
    **dict.fromkeys(NUMBERS, "float8"),
    **dict.fromkeys(("begins", "ends", "baseline_on", "target_on", "value_on"), "date"),
    **dict.fromkeys(("titles", "indicator", "units"), "jsonb"),
    "value": "float8",
    "line": "integer",
}
KEPT = ("begins", "ends", "planned", "spent", "baseline", "baseline_on", "target", "target_on")
"""The fields of a knot whose earlier values stay written."""
_COLUMNS = (
    "line", "code", "above", "kind", "titles", "owner", "begins", "ends", "planned", "spent",
    "indicator", "units", "baseline", "baseline_on", "target", "target_on", "value", "value_on",
    "original",
)  # fmt: skip
_SHAPE = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _COLUMNS)
_STAGE = f"""
DROP TABLE IF EXISTS pg_temp.strategy_rows;
CREATE TEMPORARY TABLE strategy_rows ({_SHAPE}, owner_id bigint) ON COMMIT DROP
"""
_FILL = f"""
INSERT INTO strategy_rows ({", ".join(_COLUMNS)})
SELECT {", ".join(_COLUMNS)} FROM jsonb_to_recordset(%s) AS x ({_SHAPE})
"""
_TWICE = """
DELETE FROM strategy_rows r USING (
    SELECT line, min(line) OVER (PARTITION BY code) AS first FROM strategy_rows
) t WHERE t.line = r.line AND t.first < r.line RETURNING r.line, t.first::text, r.original
"""
_OTHER_KIND = """
DELETE FROM strategy_rows r USING delivery_goal g
WHERE g.strategy_id = %s AND g.code = r.code AND g.kind <> r.kind
RETURNING r.line, g.kind, r.original
"""
# Without a column of its own the item above follows from the code, as far as there is one.
_NO_PREFIX = """
UPDATE strategy_rows r SET above = '' WHERE above <> ''
    AND NOT EXISTS (SELECT FROM strategy_rows a WHERE a.code = r.above)
    AND NOT EXISTS (SELECT FROM delivery_goal g WHERE g.strategy_id = %s AND g.code = r.above)
"""
# The tree as it would be: the rows of the file, and the knots that it does not name. A knot hangs
# where the one above it is reached from a root and may hold it.
_LOOSE = """
WITH RECURSIVE rank (kind, n) AS (VALUES ('goal', 1), ('task', 2), ('measure', 3)),
knot AS (
    SELECT r.code, r.above, k.n FROM strategy_rows r JOIN rank k ON k.kind = r.kind
    UNION ALL
    SELECT g.code, coalesce(a.code, ''), k.n FROM delivery_goal g
        JOIN rank k ON k.kind = g.kind LEFT JOIN delivery_goal a ON a.id = g.above_id
    WHERE g.strategy_id = %(strategy)s
        AND NOT EXISTS (SELECT FROM strategy_rows r WHERE r.code = g.code)
), hung AS (
    SELECT code, n FROM knot WHERE above = ''
    UNION
    SELECT k.code, k.n FROM knot k JOIN hung h ON h.code = k.above
    WHERE h.n <= k.n AND h.n < 3
)
DELETE FROM strategy_rows r WHERE NOT EXISTS (SELECT FROM hung h WHERE h.code = r.code)
RETURNING r.line, CASE
    WHEN NOT EXISTS (SELECT FROM knot k WHERE k.code = r.above) THEN 'unknown'
    WHEN (SELECT p.n > (SELECT n FROM rank WHERE rank.kind = r.kind) OR p.n = 3
        FROM knot p WHERE p.code = r.above) THEN 'rank'
    ELSE 'loose' END || ' ' || r.above, r.original
"""
_OWNERS = """
UPDATE strategy_rows r SET owner_id = f.id FROM (
    SELECT d.owner, (
        SELECT o.id FROM organisations_organisation o
        WHERE o.code = d.owner OR o.names->>'en' = d.owner OR o.names->>'ru' = d.owner
            OR o.names->>'zh' = d.owner
        ORDER BY o.code <> d.owner, o.imported, o.id LIMIT 1) AS id
    FROM (SELECT DISTINCT owner FROM strategy_rows WHERE owner <> '') d
) f WHERE f.owner = r.owner AND f.id IS NOT NULL AND r.owner_id IS NULL
"""
_UNKNOWN = "SELECT DISTINCT owner FROM strategy_rows WHERE owner <> '' AND owner_id IS NULL"
_NEW = """
INSERT INTO delivery_goal (strategy_id, code, kind, titles, owner_id, begins, ends, planned, spent,
    indicator, units, baseline, baseline_on, target, target_on)
SELECT %(strategy)s, code, kind, titles, owner_id, begins, ends, planned, spent, indicator, units,
    baseline, baseline_on, target, target_on
FROM strategy_rows r
WHERE NOT EXISTS (SELECT FROM delivery_goal g
    WHERE g.strategy_id = %(strategy)s AND g.code = r.code)
ORDER BY line RETURNING id
"""
_SUPERSEDE = """
INSERT INTO delivery_superseded (goal_id, field, before, after, reason, by_id, at)
SELECT g.id, '{field}', coalesce(to_jsonb(g.{field}) #>> '{{}}', ''),
    coalesce(to_jsonb(r.{field}) #>> '{{}}', ''), %(reason)s, %(by)s, %(at)s
FROM strategy_rows r JOIN delivery_goal g ON g.strategy_id = %(strategy)s AND g.code = r.code
WHERE g.{field} IS DISTINCT FROM r.{field} ORDER BY g.id
"""
_ABOVE = """(SELECT a.id FROM delivery_goal a
    WHERE a.strategy_id = %(strategy)s AND a.code = r.above)"""
_VALUES = """
WITH said AS (
    SELECT g.id, r.value_on AS day, r.value, m.value AS was FROM strategy_rows r
        JOIN delivery_goal g ON g.strategy_id = %(strategy)s AND g.code = r.code
        LEFT JOIN delivery_measured m ON m.goal_id = g.id AND m.on = r.value_on
    WHERE r.value IS NOT NULL AND r.value IS DISTINCT FROM m.value
), kept AS (
    INSERT INTO delivery_superseded (goal_id, field, before, after, reason, by_id, at)
    SELECT id, 'measured', day || ' ' || (to_jsonb(was) #>> '{}'),
        day || ' ' || (to_jsonb(value) #>> '{}'), %(reason)s, %(by)s, %(at)s
    FROM said WHERE was IS NOT NULL
)
INSERT INTO delivery_measured (goal_id, "on", value, source)
SELECT id, day, value, %(source)s FROM said
ON CONFLICT (goal_id, "on") DO UPDATE SET value = excluded.value, source = excluded.source
RETURNING goal_id
"""
_TERM = "SELECT min(begins), max(ends) FROM strategy_rows"


@operation
def import_strategy(
    *,
    by: Person | None,
    at: dt.datetime,
    file: Path,
    code: str,
    titles: Mapping[str, str],
    territory: Territory,
    reason: str = "",
    rejects: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda _what, _done, _all: None,
) -> dict[str, int]:
    """Bring a strategy in from a table; a second time only what changed there is written.

    Gives ``read``, and of these ``imported`` (new knots), ``superseded`` (knots of which the file
    says something else than before), ``unchanged`` and ``rejected``. ``reason`` stands beside
    every date, sum and target that is superseded; without one, the name of the file does.

    Raises:
        CannotImport: the file cannot be read, or none of its rows can; nothing was written.
        PlannersOnly: the person plans nothing in this territory.
    """
    check_plans(by, territory, at)
    check_apart(file, rejects)
    table, delimiter = _open(file, progress)
    try:
        translator = Translator(table.header)
        refused = Rejects(rejects, table.header, None)
        stage = _Stage(translator, refused, delimiter)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"strategy {code}"])
                cursor.execute(_STAGE)
            stage.fill(table)
            known = Strategy.objects.select_related("territory").filter(code=code).first()
            if known is not None:
                check_plans(by, known.territory, at)
            stage.sift(known.pk if known else 0)
        finally:
            refused.close()
    finally:
        table.close()
    taken = stage.read - refused.count
    if not taken and known is None:
        raise CannotImport(why=_("not one of {count} rows can be taken.").format(count=stage.read))
    digest = sha256(file)
    source = f"{file.name[:120]} {digest}"
    begins, ends = _one(_TERM)
    begins, ends = begins or at.date(), ends or begins or at.date()
    strategy = put_strategy(
        known, code=code, titles=titles, territory=territory, begins=begins, ends=ends,
        source=source,
    )  # fmt: skip
    values = {
        "strategy": strategy.pk,
        "reason": reason or f"import {file.name}",
        "by": by.pk if by else None,
        "at": at,
        "source": file.name[:200],
    }
    _find_owners(strategy.code, at)
    fresh, changed = _write(translator.fields, values)
    found = {
        "read": stage.read,
        "imported": len(fresh),
        "superseded": len(changed - fresh),
        "unchanged": taken - len(fresh) - len(changed - fresh),
        "rejected": refused.count,
    }
    record(
        kind="delivery.strategy-imported",
        by=by,
        at=at,
        subject=f"strategy:{code}",
        public={**found, "file": file.name, "sha256": digest, "reason": values["reason"]},
    )
    return found


def _open(file: Path, progress: Callable[[str, int, int], None]) -> tuple[Table, str]:
    """The table; spreadsheets of many countries put semicolons between the cells."""

    def tell(done: int, size: int) -> None:
        progress("read", done, size)

    table = Table(file, ",", tell)
    if len(table.header) == 1 and ";" in table.header[0]:
        table.close()
        return Table(file, ";", tell), ";"
    return table, ","


class _Stage:
    """The temporary table of the rows that can be taken."""

    def __init__(self, translator: Translator, refused: Rejects, delimiter: str) -> None:
        self.translator, self.refused, self.delimiter = translator, refused, delimiter
        self.read = 0

    def fill(self, table: Table) -> None:
        """Read the whole file into the table, block by block."""
        block: list[dict[str, Any]] = []
        for entry in self._entries(table):
            block.append(entry)
            if len(block) == BLOCK:
                self._send(block)
                block = []
        if block:
            self._send(block)

    def _entries(self, table: Table) -> Iterator[dict[str, Any]]:
        for row in table:
            self.read += 1
            entry = self._entry(row)
            if entry is not None:
                yield {**entry, "line": row.line, "original": json.dumps(row.cells)}

    def _entry(self, row: Row) -> dict[str, Any] | None:
        try:
            if row.fault:
                raise Fault(row.fault)
            return self.translator.entry(row.cells)
        except Fault as fault:
            self.refused.add(row.line, str(fault), row.cells)
            return None

    def _send(self, block: list[dict[str, Any]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_FILL, [json.dumps(block)])

    def sift(self, strategy: int) -> None:
        """Refuse what stands there twice, changes its kind, or hangs nowhere."""
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX ON strategy_rows (code); ANALYZE strategy_rows")
            cursor.execute(_TWICE)
            self._refuse(
                cursor.fetchall(),
                lambda first: _("The code stands in the file already, in line {line}.").format(
                    line=first
                ),
            )
            cursor.execute(_OTHER_KIND, [strategy])
            self._refuse(
                cursor.fetchall(),
                lambda kind: _("This item is a “{kind}” already; its kind does not change.").format(
                    kind=kind
                ),
            )
            if "above" not in self.translator.places:
                cursor.execute(_NO_PREFIX, [strategy])
            # A knot that is refused leaves what hangs under it without a hold: look again.
            while True:
                cursor.execute(_LOOSE, {"strategy": strategy})
                rows = cursor.fetchall()
                if not rows:
                    return
                self._refuse(rows, _loose)

    def _refuse(self, rows: list[tuple[int, str, str]], say: Callable[[str], Any]) -> None:
        for line, detail, original in sorted(rows):
            self.refused.add(line, str(say(detail)), json.loads(original))


def _loose(detail: str) -> str:
    why, _space, above = detail.partition(" ")
    sentence = {
        "unknown": _("There is no “{above}” above it, or it was not taken."),
        "rank": _("It cannot hang under “{above}”: tasks hang under goals, measures under both."),
        "loose": _("What it hangs under, “{above}”, hangs nowhere itself."),
    }[why]
    return sentence.format(above=above)


def _one(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def _find_owners(strategy: str, at: dt.datetime) -> None:
    """Who answers, by code or by name; whom nobody knows yet is noted as met in an import."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS)
        cursor.execute(_UNKNOWN)
        met = sorted(name for (name,) in cursor.fetchall())
    if not met:
        return
    kind = Organisation.Kind.DEPARTMENT
    add_organisations(
        by=None,
        at=at,
        organisations=[
            Organisation(
                code=_code_of(strategy, name), kind=kind, names=everywhere(name), imported=True
            )
            for name in met
        ],
    )
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS)


def _code_of(strategy: str, name: str) -> str:
    """The code of an office met in an import: the strategy before it, at most 80 characters."""
    code = f"{strategy}/{name}"
    return (
        code if len(code) <= 80 else f"{strategy}/{hashlib.sha256(code.encode()).hexdigest()[:24]}"
    )


def _write(fields: list[str], values: Mapping[str, Any]) -> tuple[set[int], set[int]]:
    """Write the staged rows; the knots that are new, and those of which something changed."""
    columns = {"owner": "owner_id"}
    plain = {columns.get(name, name): f"r.{columns.get(name, name)}" for name in fields}
    plain["above_id"] = _ABOVE
    differs = " OR ".join(f"g.{name} IS DISTINCT FROM {told}" for name, told in plain.items())
    setting = ", ".join(f"{name} = {told}" for name, told in plain.items())
    with connection.cursor() as cursor:
        cursor.execute(_NEW, values)
        fresh = {row[0] for row in cursor.fetchall()}
        for field in (name for name in fields if name in KEPT):
            cursor.execute(_SUPERSEDE.format(field=field), values)
        cursor.execute(
            f"""UPDATE delivery_goal g SET {setting} FROM strategy_rows r
            WHERE g.strategy_id = %(strategy)s AND g.code = r.code AND ({differs})
            RETURNING g.id""",
            values,
        )
        changed = {row[0] for row in cursor.fetchall()}
        cursor.execute(_VALUES, values)
        changed |= {row[0] for row in cursor.fetchall()}
    return fresh, changed
