"""What the database is told before and after many rows come at once, in their transaction."""

from __future__ import annotations

_WORDS = "problems_words_trgm"
ROOMY = "SET LOCAL gin_pending_list_limit = '2MB'"
"""The index of words keeps what is new in a list that is put in its place when full: for many rows
at once a longer list costs half, and until the commit nobody else reads these rows."""
TIDY = f"""
SET LOCAL gin_pending_list_limit TO DEFAULT;
SELECT gin_clean_pending_list('{_WORDS}'::regclass)
"""
"""The list is short again, and empty."""
LOOK_UP = """
ANALYZE problems_category;
SET LOCAL enable_seqscan = off;
SET CONSTRAINTS ALL IMMEDIATE;
SET LOCAL enable_seqscan TO DEFAULT;
SET CONSTRAINTS ALL DEFERRED
"""
"""What rows point to is looked up at the end, row by row; a plan that reads the whole table of
categories for each problem, because it is short, costs more than all other look-ups together."""
