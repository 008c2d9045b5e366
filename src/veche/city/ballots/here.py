"""The sequencer in this process: for the command line, the demo's history, and tests."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from veche.city.ballots.sequencer import LOCK, Placed, Sequencer


def place_here() -> Placed | None:
    """Place and sign everything that waits; None where another process does that already.

    Raises:
        veche.core.journal.signing.SealerFault: there is no key to sign with.
    """
    connection.ensure_connection()
    sequencer = Sequencer(connection.connection, settings.LOG_FOLDER, settings.KEY_FOLDER)
    if not sequencer.take():
        return None
    try:
        return sequencer.all()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
