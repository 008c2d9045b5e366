"""The demo: one process that starts the others, starts them again when they die, and stops them.

It runs the very code a city runs: the database, the web process, the worker. This file needs no
Django; what does comes out of `veche.project.boot`.
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
from typing import IO, Any

from veche.project import home as homes
from veche.project import postgres
from veche.project.boot import READY, WORKER

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


class _Adopted:
    """A process that another one of ours has begun and let go: told of by its number alone."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it runs on.
        """
        until = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.02)
        return status

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


@dataclass
class _Child:
    """One process that must run."""

    name: str
    words: list[str]
    process: subprocess.Popen[bytes] | _Adopted | None = None
    born: float = 0.0
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.born = time.monotonic()
        self.process = _begin(self.words)

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


def _begin(words: list[str], **more: Any) -> subprocess.Popen[bytes]:
    """A Python of ours that runs a module with its words."""
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        env=SMALL | os.environ | {"VECHE_SUPERVISED": "1", "VECHE_DEMO": "1"},
        start_new_session=True,  # Ctrl-C is for the supervisor, which stops them in order
        preexec_fn=_end_with_parent,
        **{"stdin": subprocess.DEVNULL, **more},
    )


def _end_with_parent() -> None:  # pragma: no cover - runs in the child
    _control_process(1, signal.SIGTERM)


def _adopt(*, orphans: bool) -> None:
    """Whether processes whose parents have ended become this one's."""
    _control_process(36, int(orphans))


def _control_process(option: int, value: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(option, value)


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
            _adopt(orphans=True)
            with self._boot() as (boot, said):
                self.cluster = postgres.ensure(self.home)
                self._tell(boot, "prepare")
                self._hear(said, READY)
                port = _free_port(self.port)
                address = f"http://{HOST}:{port}/"
                os.environ["VECHE_ADDRESS"] = address  # what letters of the demo lead to
                sealer = _Child("sealer", ["veche.project.sealer"])
                sealer.start()
                self.children.append(sealer)
                self._tell(boot, f"serve {HOST} {port}")
                web = ["veche.project.web", HOST, str(port)]
                self.children.append(_Child("web", web, boot, time.monotonic()))
                worker = _Adopted(int(self._hear(said, WORKER)))
                words = ["veche", "worker"]
                self.children.append(_Child("worker", words, worker, time.monotonic()))
            _adopt(orphans=False)  # a browser's processes are not ours
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

    @contextlib.contextmanager
    def _boot(self) -> Iterator[tuple[subprocess.Popen[bytes], IO[str]]]:
        """The process out of which pages and worker come, and what it says; ended on a fault."""
        reading, writing = os.pipe()
        boot = _begin(
            ["veche.project.boot", str(writing)], stdin=subprocess.PIPE, pass_fds=(writing,)
        )
        os.close(writing)
        try:
            with os.fdopen(reading, encoding="utf-8") as said:
                yield boot, said
        except BaseException:
            boot.terminate()
            boot.wait()
            raise
        finally:
            assert boot.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                boot.stdin.close()

    def _tell(self, boot: subprocess.Popen[bytes], sentence: str) -> None:
        assert boot.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended: what it says says so too
            boot.stdin.write(f"{sentence}\n".encode())
            boot.stdin.flush()

    def _hear(self, said: IO[str], answer: str) -> str:
        """Show progress until the answer comes; what follows it.

        Raises:
            ClusterFault: it ended without one.
        """
        for line in said:
            if line.startswith(answer):
                return line.removeprefix(answer).strip()
            self._say(line.rstrip())
        raise postgres.ClusterFault("The town could not be prepared; see above.")

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
