"""The demo's processes come out of one, and each is the supervisor's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from veche.project import boot
from veche.project.supervisor import _adopt, _Adopted


@pytest.fixture
def adopted() -> Iterator[_Adopted]:
    """A process that one of ours has begun and let go, as the worker of the demo."""
    reading, writing = os.pipe()

    def act() -> int:
        os.write(writing, f"{os.getpid()} {os.getppid()}\n".encode())
        time.sleep(60)
        return 0

    _adopt(orphans=True)
    before = signal.signal(signal.SIGTERM, lambda *_: None)  # what a parent does is not its way
    try:
        boot._let_go(act)
        pid, parent = os.read(reading, 64).split()
    finally:
        signal.signal(signal.SIGTERM, before)
        _adopt(orphans=False)
        os.close(reading)
        os.close(writing)
    assert int(parent) == os.getpid()
    process = _Adopted(int(pid))
    yield process
    process.kill()
    process.wait(10)


def test_who_is_let_go_is_the_supervisors(adopted: _Adopted) -> None:
    assert adopted.poll() is None
    assert os.getsid(adopted.pid) == adopted.pid, "Ctrl-C is not for it"
    with pytest.raises(subprocess.TimeoutExpired):
        adopted.wait(0.05)
    adopted.terminate()
    assert adopted.wait(10) == -signal.SIGTERM == adopted.poll()
    adopted.terminate()


@pytest.mark.parametrize(("act", "status"), [(lambda: 3, 3), (lambda: int("x"), 1)])
def test_a_fork_ends_as_what_it_did(act: object, status: int) -> None:
    assert callable(act)
    assert boot._wait_for(boot._fork(act)) == status


def test_who_hears_nothing_more_begins_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """The supervisor has ended while the program was being loaded."""
    done = subprocess.run(
        [sys.executable, "-m", "veche.project.boot", "2"],
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 1 and boot.READY not in capfd.readouterr().err
