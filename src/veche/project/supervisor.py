"""The demo: one process that starts the others, starts them again when they die, and stops them.

It runs the very code a city runs: the database, the web process, the worker. This file needs no
Django; what does (migrating, loading the town) runs in a process of its own, `prepare`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from veche.project import home as homes
from veche.project import postgres

HOST = "127.0.0.1"
FIRST_PORT = 8000
PATIENCE = 90.0
"""Seconds the first page may take before something is said to be wrong."""
STOP_PATIENCE = 12.0
SMALL = {"VECHE_POOL": "4", "MALLOC_ARENA_MAX": "2"}
"""A town on a laptop: few database processes, and memory that threads have freed comes back."""


def command(words: list[str]) -> int:
    """``veche demo``."""
    parser = argparse.ArgumentParser(prog="veche demo")
    parser.add_argument("--port", type=int, default=None, help="0 or nothing: a free one")
    parser.add_argument("--no-browser", action="store_true", help="only say the address")
    parser.add_argument("--fresh", action="store_true", help="forget the town and make it anew")
    asked = parser.parse_args(words)
    if os.environ.get("DATABASE_URL"):
        print("The demo brings its own database: unset DATABASE_URL.", file=sys.stderr)
        return 1
    home = homes.current()
    os.environ["VECHE_HOME"] = str(home.path)
    homes.make_way(home.path)
    with _only_one(home) as first:
        if not first:
            print(f"The demo is already running at {_address(home)}")
            return 1 if asked.fresh else 0
        if asked.fresh:
            _forget(home)
        return _Demo(home, asked.port, browser=not asked.no_browser).run()


@contextlib.contextmanager
def _only_one(home: homes.Home) -> Iterator[bool]:
    with (home.path / "demo.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _address(home: homes.Home) -> str:
    try:
        return str(json.loads((home.path / "demo.json").read_text())["address"])
    except (OSError, ValueError, KeyError):
        return "an address it is about to say"


def _forget(home: homes.Home) -> None:
    """Remove everything of this home but its lock.

    Raises:
        ClusterFault: another command uses it.
    """
    if home.data.exists():
        if not postgres.Cluster(home).stop():
            raise postgres.ClusterFault(f"Another command uses {home.path}; let it end first.")
        shutil.rmtree(home.data)
    for item in home.path.iterdir():
        if item.name not in ("demo.lock", "start.lock", "use.lock"):
            shutil.rmtree(item) if item.is_dir() else item.unlink()


@dataclass
class _Child:
    """One process that must run."""

    name: str
    words: list[str]
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        environment = SMALL | os.environ | {"VECHE_SUPERVISED": "1", "VECHE_DEMO": "1"}
        self.born = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.words],
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the supervisor, which stops them in order
            preexec_fn=_end_with_parent,
        )

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _end_with_parent() -> None:  # pragma: no cover - runs in the child
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class _Stop(BaseException):
    """Somebody asked the demo to end."""


class _Demo:
    def __init__(self, home: homes.Home, port: int | None, *, browser: bool) -> None:
        self.home = home
        self.port = port
        self.browser = browser
        self.began = time.monotonic()
        self.children: list[_Child] = []

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        self.cluster: postgres.Cluster | None = None
        try:
            self._say("Starting the database …")
            self.cluster = postgres.ensure(self.home)
            self._prepare()
            port = _free_port(self.port)
            address = f"http://{HOST}:{port}/"
            os.environ["VECHE_ADDRESS"] = address  # what letters of the demo lead to
            web = ["veche.project.web", HOST, str(port), "1"]
            self.children = [
                _Child("web", web),
                _Child("worker", ["veche", "worker"]),
                _Child("sealer", ["veche.project.sealer"]),
            ]
            for child in self.children:
                child.start()
            self._await(address)
            (self.home.path / "demo.json").write_text(json.dumps({"address": address}))
            self._say(f"The town is up: {address}   (Ctrl-C ends it)")
            if self.browser and _has_screen():
                import webbrowser

                threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
            while True:
                self._look_after()
                time.sleep(0.5)
        except (_Stop, KeyboardInterrupt):
            self._say("Stopping …")
            return 0
        finally:
            self._end()

    def _stop(self, *_: Any) -> None:
        raise _Stop

    def _say(self, sentence: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {sentence}", flush=True)

    def _prepare(self) -> None:
        """Migrate and load the town, in a process that then gives its memory back."""
        child = subprocess.Popen(
            [sys.executable, "-m", "veche.project.prepare"],
            env=os.environ | {"VECHE_DEMO": "1"},
            stdout=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        try:
            assert child.stdout is not None
            for line in child.stdout:
                self._say(line.decode().rstrip())
            if child.wait():
                raise postgres.ClusterFault("The town could not be prepared; see above.")
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()

    def _await(self, address: str) -> None:
        """Wait until the web process and the home page answer.

        Raises:
            ClusterFault: they do not.
        """
        until = time.monotonic() + PATIENCE
        while not _answers(f"{address}healthz"):
            self._look_after()
            if time.monotonic() > until:
                raise postgres.ClusterFault("The web process does not answer; see above.")
            time.sleep(0.05)
        if not _answers(address):
            self._say("The home page does not answer as it should; see above.")

    def _look_after(self) -> None:
        """Start again what has died; give up on what dies over and over."""
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            now = time.monotonic()
            child.deaths = [moment for moment in child.deaths if moment > now - 60] + [now]
            if len(child.deaths) > 5:
                raise postgres.ClusterFault(f"The {child.name} process dies over and over.")
            self._say(f"The {child.name} process ended; starting it again.")
            time.sleep(min(len(child.deaths) - 1, 3))
            child.start()
        if not postgres.is_up(self.home):
            self._say("The database ended; starting it again.")
            before, self.cluster = self.cluster, None
            if before is not None:
                before.release()
            self.cluster = postgres.ensure(self.home)

    def _end(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        for child in self.children:
            child.stop()
        if self.cluster is not None:
            self.cluster.stop()
        (self.home.path / "demo.json").unlink(missing_ok=True)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _free_port(asked: int | None) -> int:
    """The port asked for, else the usual one, else any that is free.

    Raises:
        ClusterFault: the port asked for is taken.
    """
    for port in (asked or FIRST_PORT, 0):
        if asked == 0 and port:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                if asked:
                    raise postgres.ClusterFault(f"Port {asked} is taken.") from None
                continue
            return int(probe.getsockname()[1])
    raise postgres.ClusterFault("No port is free.")


def _has_screen() -> bool:
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def serve(words: list[str]) -> int:
    """``veche serve``: the web process of a city."""
    from veche.project import cli, web

    parser = argparse.ArgumentParser(prog="veche serve")
    parser.add_argument("--host", default=HOST, help="the address to listen on")
    parser.add_argument("--port", type=int, default=FIRST_PORT, help="the port to listen on")
    parser.add_argument("--workers", type=int, default=2, help="how many web processes")
    asked = parser.parse_args(words)
    done = cli.open_database()
    try:
        if os.environ.get("VECHE_DEMO") == "1" and asked.host not in (HOST, "localhost", "::1"):
            raise postgres.ClusterFault(
                "A demo's database is served to this machine only; name a city's with DATABASE_URL."
            )
        cli.prepare()
        cli.bring_up_to_date()
        from django.db import connections

        connections.close_all()
        web.run(asked.host, asked.port, asked.workers)
        return 0
    finally:
        done()
