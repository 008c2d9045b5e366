"""The command line: a few words of its own, every other word belongs to a module.

Imports are made where they are needed: ``veche --version`` must not wait for Django.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from veche.project import home as homes

if TYPE_CHECKING:
    from django.db.migrations.loader import MigrationLoader

OVERVIEW = """\
usage: veche COMMAND …

  demo [--port N] [--no-browser] [--fresh]   bring up the invented town in the browser
  test [pytest arguments]                    run the tests
  check                                      run every check of the code
  bench [NAME …], soak [NAME …]              measure; put under load for long
  serve [--host H] [--port N]                answer web requests (a city's web process)
  worker                                     do the queued and the timed work
  migrate                                    bring the database to this version
  reference [--check]                        write docs/reference from what the code declares

and the commands of the modules:
"""


WITHOUT_DATABASE = (
    ("verify",),
    ("help",),
    ("ballots", "count"),
    ("ballots", "explain"),
    ("ideas", "opinion-map"),
    ("ideas", "similar"),
    ("pilots", "match"),
    ("pulse", "anomalies"),
    ("pulse", "hotspots"),
)
"""First words of the modules' commands that need no database."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; the exit status: 0 done, 1 refused or failed, 2 wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veche.project.settings")
    if words[:1] in (["--version"], ["version"]):
        print(f"veche {version()}")
        return 0
    own: dict[str, Callable[[list[str]], int]] = {
        "demo": _demo,
        "test": _test,
        "check": _check,
        "bench": _measure("bench"),
        "soak": _measure("soak"),
        "serve": _serve,
        "worker": _worker,
        "migrate": _migrate,
        "reference": _reference,
    }
    try:
        if words and words[0] in own:
            return own[words[0]](words[1:])
        return _module_command(words)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as fault:
        sentence = _expected(fault)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1


def version() -> str:
    """The version of the installed package."""
    from importlib.metadata import version as installed

    return installed("veche")


def _expected(fault: Exception) -> str | None:
    """The sentence for a fault that a command may meet; None for a fault of the program."""
    from veche.project.postgres import ClusterFault

    if isinstance(fault, ClusterFault):
        return str(fault)
    if isinstance(fault, OSError) and fault.strerror:
        return f"{fault.filename}: {fault.strerror}" if fault.filename else fault.strerror
    if isinstance(fault, UnicodeDecodeError):
        return f"This is not UTF-8 text: {fault.reason} at byte {fault.start}."
    if "django" in sys.modules:
        from django.db import InterfaceError, OperationalError

        from veche.errors import Refused

        if isinstance(fault, Refused):
            return str(fault)
        if isinstance(fault, (OperationalError, InterfaceError)):
            return f"The database does not answer: {' '.join(str(fault).split())}"
    return None


# --- what a command needs ---------------------------------------------------------------------


def prepare() -> None:
    """Django ready, messages compiled, the reader's language chosen; no database yet."""
    import django
    from django.utils import translation

    from veche.look.messages import ensure_compiled

    ensure_compiled()
    django.setup()
    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    translation.activate({"ru": "ru", "zh": "zh-hans"}.get(spoken[:2], "en"))


def open_database() -> Callable[[], None]:
    """The database of this home runs; returns what lets it go again.

    Raises:
        ClusterFault: it cannot be used.
    """
    from veche.project import postgres

    url = os.environ.get("DATABASE_URL")
    if url:
        postgres.check_given(url)
        return lambda: None
    cluster = postgres.ensure(homes.current())
    if postgres.is_marked(cluster.home):
        os.environ["VECHE_DEMO"] = "1"  # the demo's clock counts for its commands too
    return cluster.release


def bring_up_to_date(*, quiet: bool = True) -> None:
    """Run missing migrations and sync what Python declares; one process at a time."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from veche.project.migrating import quickly

    migrations_lock = 0x7665636865
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [migrations_lock])
        try:
            executor = MigrationExecutor(connection)
            _refuse_half_way(executor.loader)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                with quickly():
                    call_command("migrate", verbosity=0 if quiet else 1, interactive=False)
            sync()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [migrations_lock])


def _refuse_half_way(loader: MigrationLoader) -> None:
    """A database of before the history was begun anew must have come to its end.

    Raises:
        ClusterFault: it stopped half-way, where no migration goes on from.
    """
    from veche.project.postgres import ClusterFault

    applied = set(loader.applied_migrations)
    for key, migration in (loader.disk_migrations or {}).items():
        done = [one in applied for one in migration.replaces]
        if key not in applied and any(done) and not all(done):
            raise ClusterFault(
                "This database was made by an early version that was never released, and cannot be"
                " brought to this one. A demo is made anew by: veche demo --fresh"
            )


def sync() -> None:
    """Write into the database what is declared in Python: the procedures of all modules."""
    from veche.core.cases.sync import sync_procedures

    sync_procedures()


# --- commands ---------------------------------------------------------------------------------


def _module_command(words: list[str]) -> int:
    from veche import module

    asked = words[0] if words else ""
    done: Callable[[], None] | None = None
    try:
        if asked and not asked.startswith("-") and not _without_database(words):
            # Before Django reads its settings: a demo's cluster says that it is one.
            done = open_database()
        prepare()
        parser = argparse.ArgumentParser(prog="veche", usage="veche COMMAND …")
        parser.add_argument("--version", action="version", version=f"veche {version()}")
        commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog="veche")
        for manifest in module.load():
            if manifest.commands:
                register = module.resolve(manifest.commands)
                assert callable(register)
                register(commands)
        if not asked or asked in ("-h", "--help", "help"):
            print(OVERVIEW + "  " + "\n  ".join(sorted(commands.choices)))
            return 0 if asked else 2
        try:
            arguments = parser.parse_args(words)
        except SystemExit as ended:
            return ended.code if isinstance(ended.code, int) else 2
        run = getattr(arguments, "run", None)
        if run is None:
            commands.choices[asked].print_usage(sys.stderr)
            return 2
        if done is not None:
            bring_up_to_date()
        return int(run(arguments) or 0)
    finally:
        let_go(done)


def _without_database(words: list[str]) -> bool:
    return any(tuple(words[: len(first)]) == first for first in WITHOUT_DATABASE)


def let_go(done: Callable[[], None] | None) -> None:
    """Close the connections and let the database go that `open_database` has opened."""
    if done is None:
        return
    from django.db import connections

    connections.close_all()
    done()


def _demo(words: list[str]) -> int:
    from veche.project import supervisor

    return supervisor.command(words)


def _serve(words: list[str]) -> int:
    from veche.project import supervisor

    return supervisor.serve(words)


def _worker(words: list[str]) -> int:
    argparse.ArgumentParser(prog="veche worker").parse_args(words)
    done = open_database()
    try:
        prepare()
        bring_up_to_date()
        from veche.project import jobs

        jobs.work()
        return 0
    finally:
        let_go(done)


def _migrate(words: list[str]) -> int:
    argparse.ArgumentParser(prog="veche migrate").parse_args(words)
    done = open_database()
    try:
        prepare()
        bring_up_to_date(quiet=False)
        return 0
    finally:
        let_go(done)


def _test(words: list[str]) -> int:
    os.environ["VECHE_HOME"] = str(homes.root() / "var" / "test")
    os.chdir(homes.root())
    # All of them on all processors, the tests of a file together, in the order that
    # tests/conftest.py gives them; what is named runs in one.
    everything = ["-n", "auto", "--dist", "loadscope", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *(words or everything)]
    sys.stdout.flush()
    os.execv(sys.executable, command)


def _reference(words: list[str]) -> int:
    from veche.project import reference

    return reference.command(words)


def _check(words: list[str]) -> int:
    from veche.project import checks

    return checks.command(words)


def _measure(kind: str) -> Callable[[list[str]], int]:
    def run(words: list[str]) -> int:
        from veche.project import measure

        return measure.command(kind, words)

    return run


if __name__ == "__main__":
    sys.exit(main())
