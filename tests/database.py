"""The database of the tests: made once for a set of migrations, cloned by every run of tests.

Migrating an empty database takes seconds, a copy of one that was migrated a fraction of one. The
copies' origin stays in the cluster of the tests and is made anew when a migration, its SQL or a
pinned package changes. Rows can be kept and put back as text: what stood in every table at first
(after tests that commit), and what a small town is made of.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import connection, transaction

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "veche_origin_"
KEPT = 4
"""Origins that stay in the cluster: of branches one goes back and forth between."""
LOCK = 0x6F726967696E
DEAD = 1000
"""So many rows that nobody sees are left in a table before it is tidied."""
UNTOUCHED = {"django_migrations"}

Rows = dict[str, list[bytes]]
"""The rows of each table, as PostgreSQL's COPY writes them."""


# --- the origin and its copies ----------------------------------------------------------------


def _origin_name() -> str:
    """The name of the database that all of these migrations have made."""
    digest = hashlib.sha256(str(connection.pg_version).encode())
    source = ROOT / "src" / "veche"
    files = [ROOT / "requirements" / "test.txt", *source.rglob("migrations/*.py")]
    for path in sorted([*files, *source.rglob("*.sql")]):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes() + b"\0")
    for model in apps.get_models(include_auto_created=True):
        digest.update(model._meta.label.encode() + b"\n")  # each has its permissions
    return PREFIX + digest.hexdigest()[:16]


@contextmanager
def _inside(name: str) -> Iterator[None]:
    """Django's connection leads into the database named."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _make_origin(cursor: Any, name: str) -> None:
    from django.core.management import call_command

    from veche.project.migrating import quickly

    half = f"{name}_half"
    cursor.execute(f'DROP DATABASE IF EXISTS "{half}" WITH (FORCE)')
    cursor.execute(f'CREATE DATABASE "{half}"')
    with _inside(half), quickly():
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        call_command("createcachetable")
    cursor.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
    cursor.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        " AND datname NOT LIKE '%%\\_half' ORDER BY oid DESC OFFSET %s",
        [PREFIX, KEPT],
    )
    for (old,) in cursor.fetchall():
        cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')


def create() -> str:
    """A fresh database for this process; Django's connection leads into it. Returns its name."""
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined]
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        connection.pg_version  # noqa: B018  asked for while there is a database to ask
        origin = _origin_name()
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [origin])
        if cursor.fetchone() is None:
            _make_origin(cursor, origin)
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{origin}"')
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    connection.close()
    connection.settings_dict["NAME"] = name
    return name


def destroy(name: str, before: str) -> None:
    """Drop the database of this process; the connection leads where it led before."""
    connection.close()
    connection.settings_dict["NAME"] = before
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


_LEFT = """
SELECT format('%%I.%%I', schemaname, relname) FROM pg_stat_all_tables
WHERE schemaname IN ('public', 'pg_catalog') AND n_dead_tup > %s
"""
_FORGET = """
UPDATE pg_class SET relpages = 0, reltuples = CASE relkind WHEN 'r' THEN -1 ELSE 0 END
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
    AND (relpages <> 0 OR reltuples > 0)
"""
_FORGET_VALUES = """
DELETE FROM pg_statistic WHERE starelid IN (
    SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
)
"""


def tidy() -> None:
    """Clear away what rolled-back tests have left in the tables; outside any transaction.

    What was counted in the tables is forgotten too, their values as well as their size: it was true
    of one test, and the planner of the next looks at their size when it knows nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [DEAD])
        left = [name for (name,) in cursor.fetchall()]
        if left:
            cursor.execute(f"VACUUM {', '.join(left)}")
        cursor.execute(_FORGET)
        cursor.execute(_FORGET_VALUES)


def analyze() -> None:
    """Let the planner know the tables as they stand, within the transaction of a test.

    Ours alone: a bare ANALYZE takes the catalogs that all databases of a server share along, and
    the process beside this one would wait for them until the test is over, for minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(_tables(cursor))}")


# --- rows, kept and put back ------------------------------------------------------------------


def _tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace ORDER BY relname"
    )
    return [name for (name,) in cursor.fetchall() if name not in UNTOUCHED]


def _filled(cursor: Any, tables: list[str]) -> list[str]:
    """Those of the tables that hold anything."""
    cursor.execute(
        " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in tables)
    )
    return [name for (name,) in cursor.fetchall()]


def rows() -> Rows:
    """Every row of the database."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in _filled(cursor, _tables(cursor)):
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                found[table] = b"".join(copy).splitlines(keepends=True)
    return found


def added(before: Rows, after: Rows) -> Rows:
    """The rows that came in between.

    Raises:
        ValueError: a row that stood before has changed, which cannot be put back.
    """
    fresh: Rows = {}
    for table in before.keys() | after.keys():
        old, new = before.get(table, []), after.get(table, [])
        known = set(old)
        if known - set(new):
            raise ValueError(f"rows of {table} were changed: they cannot be put back")
        if found := [row for row in new if row not in known]:
            fresh[table] = found
    return fresh


def _put(cursor: Any, kept: Rows) -> None:
    for table, lines in kept.items():
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            copy.write(b"".join(lines))


@contextmanager
def _silence() -> Iterator[Any]:
    """A cursor under which no trigger speaks, in a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


def put(kept: Rows) -> None:
    """Put rows back as they were; triggers have spoken of them once already."""
    with _silence() as cursor:
        _put(cursor, kept)


def begin_again(first: Rows) -> None:
    """Empty every table, those no model knows too, and put back what stood there at first."""
    with _silence() as cursor:
        tables = _tables(cursor)
        # Waits for whoever still writes: a process that was killed may have a server that lives.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        for table in _filled(cursor, tables):
            cursor.execute(f"DELETE FROM {table}")
        _put(cursor, first)


# --- what is made once ------------------------------------------------------------------------

Made = TypeVar("Made")


class Once(Generic[Made]):
    """Something made in an empty database: by the operations the first time in a process, and put
    back from its rows after that."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._kept: tuple[Made, Rows] | None = None

    def __call__(self) -> Made:
        """A copy of what was made; its rows are in the database."""
        from veche.core.places.operations import _touch_atlas

        if self._kept is None:
            before = rows()
            made = self._make()
            self._kept = (copy.deepcopy(made), added(before, rows()))
            return made
        made, kept = self._kept
        put(kept)
        _touch_atlas()
        return copy.deepcopy(made)
