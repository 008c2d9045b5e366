"""Reads another department's PostgreSQL with one question, in a transaction that cannot write."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_noop as _

from veche.city.pulse.connectors import net
from veche.city.pulse.connectors.base import (
    Asked,
    Fault,
    Found,
    Measured,
    Refusals,
    a_moment,
    a_number,
    a_place,
)

NO_DATABASE = _("The database does not answer: {why}.")
NOT_ANSWERED = _("The question was not answered: {why}.")
NO_COLUMN = _("The answer has no column “{column}”.")
NEEDED = ("thing", "property", "at", "number")
SECONDS = 20
"""How long the other database may think."""
FIRST = dt.timedelta(days=1)
_SAFE = (
    "-c default_transaction_read_only=on -c statement_timeout={ms} -c lock_timeout=2000"
    " -c idle_in_transaction_session_timeout={ms}"
)


def _rows(asked: Asked) -> Iterable[Mapping[str, Any]]:
    import psycopg
    from psycopg.rows import dict_row

    host, port = asked.text("host"), int(a_number(asked.settings.get("port")) or 5432)
    if host.startswith(("/", "@")):
        raise Fault(net.NO_SUCH, host=host)  # a socket of this machine is no other department's
    address = net.look_up(host, port)
    since = asked.since or asked.at - FIRST
    try:
        line = psycopg.connect(
            host=host,
            hostaddr=address,
            port=port,
            dbname=asked.text("database"),
            user=asked.text("user"),
            password=asked.secrets.get("password") or None,
            passfile="/dev/null",
            connect_timeout=int(net.PATIENCE),
            application_name="veche",
            options=_SAFE.format(ms=SECONDS * 1000),
            row_factory=dict_row,
        )
    except psycopg.Error as fault:
        raise Fault(NO_DATABASE, why=_why(fault, asked)) from fault
    try:
        line.read_only = True
        # A cursor of the server takes one SELECT and nothing else.
        with line, line.cursor(name="veche") as cursor:
            cursor.execute(asked.text("query").rstrip(" ;\n").encode(), {"since": since})
            return cursor.fetchmany(asked.most)
    except (psycopg.Error, KeyError, TypeError) as fault:
        raise Fault(NOT_ANSWERED, why=_why(fault, asked)) from fault
    finally:
        line.close()


def _why(fault: BaseException, asked: Asked) -> str:
    """The first line of what the database says, without the password."""
    text = (str(fault).strip().splitlines() or [type(fault).__name__])[0][:200]
    for secret in filter(None, asked.secrets.values()):
        text = text.replace(secret, "…")
    return text.rstrip(".")


def read(asked: Asked) -> Found:
    """The rows of the answer as readings.

    Raises:
        Fault: the database may not be reached, does not answer, or a column is missing.
    """
    rows = json.loads(asked.fetch("")) if asked.simulated else _rows(asked)
    refused = Refusals()
    measured: list[Measured] = []
    for number, row in enumerate(rows):
        if number == 0:
            for column in NEEDED:
                if column not in row:
                    raise Fault(NO_COLUMN, column=column)
        at, measure = a_moment(row["at"]), a_number(row["number"])
        if at is None or not row["thing"] or not row["property"]:
            refused.add("time" if at is None else "form", row["at"])
        elif measure is None:
            refused.add("number", row["number"])
        else:
            east, north = a_place(row.get("longitude"), row.get("latitude"))
            measured.append(
                Measured(
                    str(row["thing"])[:80],
                    str(row["property"])[:60],
                    at,
                    measure,
                    None,
                    str(row.get("unit") or ""),
                    str(row.get("name") or "")[:255],
                    east,
                    north,
                )
            )
    return Found(measured, refused.found)
