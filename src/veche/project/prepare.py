"""Bring the demo's database to life: migrate, sync, load the town once.

`veche.project.boot` runs it in a process of its own; each line it prints is shown as progress. A
load that was cut off is thrown away and begun again.
"""

from __future__ import annotations

import shutil

import psycopg
from psycopg import sql

from veche.project import cli, postgres
from veche.project import home as homes

_TOWN = "veche.town"


def _town_state() -> str:
    """Empty, ``loading`` or ``loaded``."""
    with psycopg.connect(**postgres.parameters(homes.current())) as connection:
        row = connection.execute("SELECT current_setting(%s, true)", [_TOWN]).fetchone()
    return (row and row[0]) or ""


def _set_town_state(state: str) -> None:
    with psycopg.connect(
        **postgres.parameters(homes.current(), "postgres"), autocommit=True
    ) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} SET veche.town = {}").format(
                sql.Identifier(postgres.DATABASE), sql.Literal(state)
            )
        )


def _begin_again() -> None:
    with psycopg.connect(
        **postgres.parameters(homes.current(), "postgres"), autocommit=True
    ) as connection:
        name = sql.Identifier(postgres.DATABASE)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    # What the votes of that load have published speaks of rows that are gone.
    shutil.rmtree(homes.current().sealed / "votes", ignore_errors=True)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def main() -> int:
    """Prepare the home's database; 1 when it is not the demo's to fill."""
    if _town_state() == "loading":
        _say("The last load was cut off; beginning again …")
        _begin_again()
    cli.prepare()
    from django.db import connection

    from veche import demo_guard

    with connection.cursor() as cursor:
        # A load that is cut off is begun again; "loaded" itself is written durably, after it all.
        cursor.execute("SET synchronous_commit = off")
    _say("Bringing the database to this version …")
    cli.bring_up_to_date()
    state = _town_state()
    if state != "loaded" and homes.current().path.name != "demo" and _holds_matters():
        _say(f"{homes.current().path} holds data that are not a demo's: name another VECHE_HOME.")
        return 1
    demo_guard.mark()
    from veche.core.journal.commands import first_key

    first_key()
    if state != "loaded":
        _set_town_state("loading")
        _load()
        _set_town_state("loaded")
    return 0


def _holds_matters() -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM journal_record)")
        row = cursor.fetchone()
    return bool(row and row[0])


def _load() -> None:
    from veche import clock, module, town

    _say("Drawing the town …")
    at = clock.now()
    for manifest in module.load():
        if not manifest.demo:
            continue
        load = module.resolve(manifest.demo)
        assert callable(load)
        load(town=town, at=at, report=_say)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
