"""The launcher: starts, is shared, survives what happens to processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from veche.project import postgres
from veche.project.home import Home

USE = """
import sys
from pathlib import Path
from veche.project import postgres
from veche.project.home import Home
cluster = postgres.ensure(Home(Path(sys.argv[1])), safe=False)
print("up", flush=True)
sys.stdin.readline()
cluster.release()
"""


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="veche-test-"))
    folder.chmod(0o711)
    yield Home(folder)
    deadline = time.monotonic() + 20
    while (folder / "cluster").exists() and postgres._postmaster(Home(folder)):
        assert time.monotonic() < deadline, "the server outlived everybody who used it"
        time.sleep(0.05)
    shutil.rmtree(folder)


def user_of(home: Home) -> subprocess.Popen[str]:
    """Another process that uses the cluster until its standard input says enough."""
    return subprocess.Popen(
        [sys.executable, "-c", USE, str(home.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.communicate("enough\n", timeout=20)


def test_it_starts_is_shared_and_stops_with_the_last_user(home: Home) -> None:
    cluster = postgres.ensure(home, safe=False)
    other = user_of(home)
    assert said(other) == "up"
    assert cluster.stop() is False
    assert postgres.is_up(home)
    end(other)
    deadline = time.monotonic() + 20
    while postgres.is_up(home):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_starters_at_once_start_one_server(home: Home) -> None:
    users = [user_of(home) for _ in range(2)]
    assert [said(user) for user in users] == ["up", "up"]
    for user in users:
        end(user)


def test_what_was_committed_survives_kill_9_of_the_server(home: Home) -> None:
    cluster = postgres.ensure(home, safe=True)
    with psycopg.connect(**postgres.parameters(home)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(postgres._postmaster(home), signal.SIGKILL)
    again = postgres.ensure(home)
    with psycopg.connect(**postgres.parameters(home)) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    cluster.release()
    again.stop()


def test_kill_9_of_the_only_user_stops_the_server(home: Home) -> None:
    user = user_of(home)
    assert said(user) == "up"
    user.kill()
    user.wait()
    deadline = time.monotonic() + 20
    while postgres._postmaster(home):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    postgres.ensure(home, safe=False).stop()


def test_a_pid_file_that_names_a_living_stranger_is_no_obstacle(home: Home) -> None:
    postgres.ensure(home, safe=False).stop()
    left = home.data / "postmaster.pid"
    left.write_text(f"{os.getpid()}\n{home.data}\n1\n5432\n{home.socket}\n\n")
    if os.geteuid() == 0:
        os.chown(left, 65534, 65534)
    cluster = postgres.ensure(home, safe=False)
    assert postgres.is_up(home)
    cluster.stop()


def test_permissions_of_what_existed_stay_as_they_were(home: Home) -> None:
    before = home.path.stat()
    postgres.ensure(home, safe=False).stop()
    after = home.path.stat()
    assert (before.st_mode, before.st_uid) == (after.st_mode, after.st_uid)
    assert home.data.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_out_of_reach_of_the_servers_user_the_cluster_stands_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = Home(closed / "demo")
    assert home.base.parent == Path("/var/lib/veche")
    try:
        cluster = postgres.ensure(home, safe=False)
        assert postgres.is_up(home)
        assert cluster.stop()
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(home.base, ignore_errors=True)


def test_a_given_database_that_does_not_answer_is_said_in_one_sentence() -> None:
    with pytest.raises(postgres.ClusterFault) as fault:
        postgres.check_given("postgresql://nobody@127.0.0.1:1/none")
    assert "does not answer" in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_given_database_is_checked_for_version_and_extensions(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = postgres.ensure(home, safe=False)
    url = psycopg.conninfo.make_conninfo(**postgres.parameters(home))
    postgres.check_given(url)
    monkeypatch.setattr(postgres, "EXTENSIONS", ("btree_gist", "no_such_thing"))
    with pytest.raises(postgres.ClusterFault, match="lacks the extension no_such_thing"):
        postgres.check_given(url)
    monkeypatch.setattr(postgres, "OLDEST", 99)
    with pytest.raises(postgres.ClusterFault, match="needs 99 or later"):
        postgres.check_given(url)
    cluster.stop()


def test_a_wrong_folder_of_binaries_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECHE_PG_BIN", "/nowhere")
    with pytest.raises(postgres.ClusterFault, match="VECHE_PG_BIN=/nowhere"):
        postgres.binaries()
