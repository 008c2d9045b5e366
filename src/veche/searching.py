"""Finding words in texts by an index: one condition, and what a migration makes for it.

A search is for what stands anywhere in a text, whatever its letters' size; ё is е, as people write
it. Three letters or more
are found by trigrams (PostgreSQL's pg_trgm); pairs of Chinese characters, most of whose words are
two long, by an index of such pairs, which holds nothing of other texts. One or two letters, and a
single Chinese character, are found by reading every text.
"""

from __future__ import annotations

import re
from typing import Any

from django.apps.registry import Apps
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.utils import ProgrammingError

HAN = r"\u3400-\u9fff\uf900-\ufaff"
_INDEXED = re.compile(rf"[^\W_]{{3}}|[{HAN}]{{2}}")
"""What an index finds: three letters or digits in a row, or two Chinese characters."""
_RUNS = re.compile(f"[{HAN}]{{2,}}")

SEARCHED = """
CREATE OR REPLACE FUNCTION searched(words text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 400 AS $$
BEGIN
    RETURN translate(lower(words), 'ё', 'е');
END
$$
"""
"""A text as it is compared. Its cost is what reading one costs a server, so that the index is used;
a function that is inlined would hide it."""

PAIRS = rf"""
CREATE OR REPLACE FUNCTION han_pairs(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
    SELECT coalesce(array_agg(DISTINCT pair), '{{}}') FROM (
        SELECT letter || lead(letter) OVER (ORDER BY place) AS pair
        FROM string_to_table(words, NULL) WITH ORDINALITY AS t (letter, place)
    ) one WHERE pair ~ '^[{HAN}]{{2}}$'
$$
"""
"""The pairs of Chinese characters that stand side by side in a text."""


PENDING = 256
"""Kilobytes of what is new that wait in a list of the index, which every search reads: it is kept
short. What brings many rows at once may lengthen it until it has put them in their place."""
SHORT_LISTS = f"""
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET gin_pending_list_limit = {PENDING}', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'gin_pending_list_limit stays as it is: only the owner of a database sets it';
END $$
"""
"""Every later session keeps lists short whose index says nothing else; an import can lengthen its
own without a lock on the index. Where the user does not own the database, searches are slower."""


def holds(words: str, text: str) -> tuple[str, list[Any]]:
    """The condition that ``words``, an expression in SQL, holds a text: its SQL and its values.

    ``words`` must be written as in :func:`indexes`, with or without the name of the table.
    """
    like = f"%{connection.ops.prep_for_like_query(text)}%"
    if not _INDEXED.search(text):  # every text is read, the cheapest way: ILIKE where it will do
        if re.search("[её]", text, re.IGNORECASE):
            return f"translate(lower({words}), 'ё', 'е') LIKE translate(lower(%s), 'ё', 'е')", [
                like
            ]
        return f"({words}) ILIKE %s", [like]
    sql, values = f"searched({words}) LIKE searched(%s)", [like]
    pairs = {run[n : n + 2] for run in _RUNS.findall(text) for n in range(len(run) - 1)}
    if not pairs:
        return sql, values
    paired = f"({words}) ~ '[{HAN}]' AND han_pairs({words}) @> %s"
    if text in pairs:  # one pair and nothing else: whoever has the pair holds the text
        return f"({paired})", [[text]]
    return f"({sql} AND {paired})", [*values, sorted(pairs)]


def indexes(name: str, table: str, words: str) -> list[str]:
    """The statements that make the indexes of an expression; ``name`` begins their names."""
    return [
        SEARCHED,
        PAIRS,
        f"CREATE INDEX {name}_trgm ON {table} USING gin (searched({words}) gin_trgm_ops)"
        f" WITH (gin_pending_list_limit = {PENDING})",
        f"CREATE INDEX {name}_han ON {table} USING gin (han_pairs({words}))"
        f" WITH (gin_pending_list_limit = {PENDING}) WHERE ({words}) ~ '[{HAN}]'",
    ]


def drops(name: str) -> list[str]:
    """The statements that take :func:`indexes` back; the functions may serve another table."""
    return [f"DROP INDEX {name}_trgm", f"DROP INDEX {name}_han"]


def need_trigrams(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """For a migration: the extension is there, or is made.

    Raises:
        ProgrammingError: the database's user may not make it; it says who must do what.
    """
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone() is not None:
            return
        cursor.execute("SELECT has_database_privilege(current_database(), 'CREATE')")
        if not cursor.fetchone()[0]:
            raise ProgrammingError(
                "The database's user may not create the extension pg_trgm. Let an administrator of"
                " the database run CREATE EXTENSION pg_trgm in it once, then migrate again."
            )
        cursor.execute("CREATE EXTENSION pg_trgm")
