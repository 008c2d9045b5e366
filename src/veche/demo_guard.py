"""Whether this program may offer what only a demo may: signing in as anybody, turning the clock.

Three things must agree: the supervisor of the demo said so, the web server is bound to this
machine only, and the database itself is marked as a demo's. A city's database never is.
"""

from __future__ import annotations

import functools
import os

from django.conf import settings
from django.db import DatabaseError, connection, transaction

LOOPBACK = ("127.0.0.1", "::1", "localhost")
MARK = "veche.demo"


def is_demo() -> bool:
    """Whether demo features are allowed in this process; asked of the database once."""
    if not getattr(settings, "DEMO", False) or os.environ.get("DATABASE_URL"):
        return False
    if os.environ.get("VECHE_BIND", "127.0.0.1") not in LOOPBACK:
        return False
    return marked()


@functools.cache
def marked() -> bool:
    """Whether the database is marked as a demo's; the mark is made before any process starts."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s, true)", [MARK])
            row = cursor.fetchone()
    except DatabaseError:
        return False
    return row is not None and row[0] == "on"


def mark() -> None:
    """Mark the database of this process as a demo's (the supervisor, on a home of its own)."""
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {connection.ops.quote_name(name)} SET {MARK} = 'on'")
        cursor.execute(f"SET {MARK} = 'on'")
    marked.cache_clear()
