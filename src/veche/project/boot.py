"""The demo's pages and worker out of one Python: ``python -m veche.project.boot CONTROL``.

Loading the program takes seconds and a hundred megabytes. The demo loads it once, while the
database starts: the town is prepared in a fork that gives its memory back, the worker is a second
fork, and what is left becomes the web process; what they share is held once. The supervisor says
what to do next on the standard input (``prepare``, then ``serve HOST PORT``) and is answered on the
descriptor CONTROL. One of them that dies is started again from a Python of its own.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections.abc import Callable

from veche.project import cli

READY, WORKER = "\0ready", "\0worker "
"""Answers that are not sentences of progress: the town stands; the number of the worker."""


def main(words: list[str]) -> int:
    """Load, prepare, fork the worker, serve; 1 when the town could not be prepared."""
    control = int(words[0])
    os.set_inheritable(control, False)
    _load()
    if _heard() != ["prepare"] or _wait_for(_fork(lambda: _prepare(control))):
        return 1
    _tell(control, READY)
    word, *where = _heard() or ["end"]
    if word != "serve":
        return 1
    host, port = where
    _live_at(f"http://{host}:{port}/")
    _let_go(lambda: _work(control))
    os.close(control)
    from veche.project import web

    # Only now there may be other threads.
    web.run_alone(host, int(port))
    return 0


def _load() -> None:
    """Everything that pages and jobs need, before there is a database or a second thread."""
    cli.prepare()
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  imports every page
    get_resolver().reverse_dict  # noqa: B018
    import veche.project.asgi
    import veche.project.jobs  # noqa: F401

    gc.collect()
    gc.freeze()  # what is shared is not written to again for counting


def _heard() -> list[str]:
    """The next words of the supervisor; none when it has ended."""
    return sys.stdin.readline().split()


def _tell(control: int, sentence: str) -> None:
    os.write(control, f"{sentence}\n".encode())


def _fork(act: Callable[[], int]) -> int:
    """Do ``act`` in a fork, which ends with what it returns; the number of the fork."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        # What its parent does about a signal is not its own way to end.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        status = act()
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _wait_for(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _let_go(act: Callable[[], int]) -> None:
    """Do ``act`` in a process of nobody here: the supervisor, which adopts, becomes its parent."""

    def between() -> int:
        parent = os.getpid()

        def alone() -> int:
            os.setsid()
            while os.getppid() == parent:
                time.sleep(0.001)
            return act()

        _fork(alone)
        return 0

    _wait_for(_fork(between))


def _prepare(control: int) -> int:
    """Prepare the town; what is printed goes to the supervisor."""
    from django.db import connection

    from veche.project import asgi, prepare

    asgi.end_with_parent()
    os.dup2(control, sys.stdout.fileno())
    # One connection that keeps what is set for it.
    connection.settings_dict["OPTIONS"].pop("pool", None)
    return prepare.main()


def _live_at(address: str) -> None:
    """Let letters lead to where this town answers."""
    from django.conf import settings

    os.environ["VECHE_ADDRESS"] = address
    settings.ADDRESS = address.rstrip("/")


def _work(control: int) -> int:
    from veche.project import jobs

    _tell(control, f"{WORKER}{os.getpid()}")
    os.close(control)
    done = cli.open_database()
    try:
        jobs.work()
        return 0
    finally:
        cli.let_go(done)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
