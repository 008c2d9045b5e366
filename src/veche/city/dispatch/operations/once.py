"""Two presses of one button in the same instant: one waits for the other."""

from __future__ import annotations

from django.db import connection

from veche.operation import inside


@inside
def hold(word: str) -> None:
    """Wait until nobody else writes under this word; it is held until the operation ends.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dispatch'), hashtext(%s))", [word])
