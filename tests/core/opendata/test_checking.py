"""One command for everything that was published: folders, addresses, receipts, counts."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.core.journal.tlog.test_notes import signer
from tests.core.journal.tlog.test_tree import made
from tests.core.journal.tlog.test_walk import LOG, checkpoint, log, receipt_of

from veche.city.ballots import commands as ballots
from veche.core.opendata import checking, standalone
from veche.project import cli

ENTRIES = made(700)
BALLOTS = "choice,count\nAnn,3\nBo,2\nAnn;Bo,4\n"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-alone file."""
    path = tmp_path_factory.mktemp("alone") / "verify.py"
    path.write_text(standalone.build(), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a log."""
    _write(tmp_path / "town", log(ENTRIES, older=300))
    return tmp_path / "town"


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def kept(folder: Path, name: str, data: bytes) -> str:
    (folder.parent / name).write_bytes(data)
    return str(folder.parent / name)


def run(alone: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """The stand-alone file in a Python of its own, without anything of veche."""
    done = subprocess.run(
        [sys.executable, "-I", str(alone), *words, "--json"],
        capture_output=True, text=True, check=False, cwd=alone.parent,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_a_log_alone(alone: Path, folder: Path) -> None:
    older = kept(folder, "older", checkpoint(ENTRIES[:300]))
    receipt = kept(folder, "mine.tlog-proof", receipt_of(5, ENTRIES[:300]))
    code, found = run(alone, str(folder), "--older-checkpoint", older, "--receipt", receipt)
    assert (code, found["ok"]) == (0, True)
    assert found["logs"][0] | {"ok": None} == {
        "origin": "town.example/log", "size": 700, "entries": 700, "erased": 0,
        "signed_by": ["town.example/log"], "ok": None,
    }  # fmt: skip
    assert any("does not show" in sentence for sentence in found["not_proven"])
    other = [*ENTRIES[:200], b"another", *ENTRIES[201:]]
    forked = kept(folder, "forked", checkpoint(other[:300]))
    code, found = run(alone, str(folder), "--older-checkpoint", forked)
    assert code == 1
    assert "forked" in found["first_difference"]


def test_without_packages_signatures_are_said_to_be_unchecked(alone: Path, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(alone), str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "Signatures were not checked" in done.stdout


def test_a_receipt_by_itself_is_quick(alone: Path, folder: Path) -> None:
    receipt = kept(folder, "mine.tlog-proof", receipt_of(5, ENTRIES))
    policy = kept(folder, "policy", f"log {LOG.key}\nquorum none\n".encode())
    begun = time.process_time()
    code, found = run(alone, receipt, "--policy", policy)
    assert (code, found["not_checked"]) == (0, [])
    assert time.process_time() - begun < 0.2, "the child's time is not even counted here"
    _code, without = run(alone, receipt)
    assert "Who signed it was not checked" in without["not_checked"][0]
    wanting = f"log {LOG.key}\nwitness w {signer('w.example', 9, 4).key}\nquorum w\n".encode()
    code, found = run(alone, receipt, "--policy", kept(folder, "quorum", wanting))
    assert code == 1
    assert "Too few witnesses" in found["first_difference"]
    stranger = kept(folder, "other", f"log {signer('x.example', 8).key}\nquorum none\n".encode())
    code, found = run(alone, receipt, "--policy", stranger)
    assert code == 1
    data = receipt_of(5, ENTRIES)
    code, found = run(alone, kept(folder, "bad", data.replace(b"index 5", b"index 6")))
    assert code == 1
    assert "does not hold" in found["first_difference"]
    assert run(alone, kept(folder, "rubbish", b"rubbish"))[0] == 2


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """The folder at an address of this machine."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0),
        partial(quiet, directory=str(folder)),  # type: ignore[arg-type]
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_at_an_address(alone: Path, folder: Path, served: str) -> None:
    code, found = run(alone, served + "/")
    assert (code, found["logs"][0]["entries"]) == (0, 700)
    (folder / "tile/0/001").unlink()
    code, found = run(alone, served)
    assert code == 1
    assert found["first_difference"] == "The file tile/0/001 is missing."
    code, found = run(alone, served + "/nowhere")
    assert code == 2
    assert run(alone, "ftp://127.0.0.1/")[0] == 2


@pytest.fixture
def counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A count that was announced with its ballots."""
    (tmp_path / "votes.csv").write_text(BALLOTS)
    words = ["ballots", "count", str(tmp_path / "votes.csv"), "--format", "votes-csv",
             "--rule", "approval", "--save", str(tmp_path / "count")]  # fmt: skip
    assert cli.main(words) == 0
    capsys.readouterr()
    return tmp_path / "count"


def test_a_count_is_counted_again(alone: Path, counted: Path) -> None:
    code, found = run(alone, str(counted))
    assert code == 0
    assert "Counted again: 9 ballots" in found["checked"][0]
    told = json.loads((counted / "count.json").read_text())
    told["count"]["winners"] = ["Bo"]
    told["count"]["rounds"][0]["tally"]["Bo"] = 60
    (counted / "count.json").write_text(json.dumps(told))
    code, found = run(alone, str(counted))
    assert code == 1
    assert found["differences"] == [
        "Announced as elected: Bo; counted again: Ann.",
        "Round 1 was announced otherwise: Bo had 60, counted again 6.",
    ]
    (counted / "votes.csv").write_text(BALLOTS.replace("Ann,3", "Ann,1"))
    code, found = run(alone, str(counted))
    assert code == 1
    assert "not the ballots that were counted" in found["first_difference"]


def test_a_lottery_is_drawn_again(
    alone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "votes.csv").write_text("choice,count\nAnn,2\nBo,2\nCy,2\n")
    words = ["ballots", "count", str(tmp_path / "votes.csv"), "--format", "votes-csv",
             "--rule", "plurality", "--ties", "lottery", "--root", "ab" * 32, "--dice", "3 5",
             "--save", str(tmp_path / "count")]  # fmt: skip
    assert cli.main(words) == 0
    capsys.readouterr()
    code, found = run(alone, str(tmp_path / "count"))
    assert code == 0
    assert "the dice 3 5" in found["checked"][0]
    told = json.loads((tmp_path / "count/count.json").read_text())
    winners = set()
    for dice in ("1 1", "2 6", "4 4", "6 3", "5 2", "1 6"):
        told["lottery"]["dice"] = dice
        (tmp_path / "count/count.json").write_text(json.dumps(told))
        winners.add(run(alone, str(tmp_path / "count"))[0])
    assert winners == {0, 1}, "other dice elect others"


def test_every_field_of_a_count_matters(counted: Path) -> None:
    from veche.city.ballots.recount import recount

    assert recount(counted)[0] == []
    whole = json.loads((counted / "count.json").read_text())

    def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        yield way
        inner = (
            value.items()
            if isinstance(value, dict)
            else (enumerate(value) if isinstance(value, list) else ())
        )
        for key, one in inner:
            yield from places(one, (*way, key))

    for way in places(whole):
        if not way or way[:2] == ("ballots", "write_ins"):
            continue
        if way[0] == "rule" and way[-1] in ("overvote", "skips", "together", "score", "ties"):
            continue  # these say nothing to a count of crosses
        told = json.loads(json.dumps(whole))
        place = told
        for key in way[:-1]:
            place = place[key]
        place[way[-1]] = "something else"
        (counted / "count.json").write_text(json.dumps(told))
        differences, _summary = recount(counted)
        assert differences, way
        assert all(isinstance(one, str) for one in differences)


def test_a_folder_of_nothing(alone: Path, tmp_path: Path) -> None:
    code, found = run(alone, str(tmp_path))
    assert code == 2
    assert "no publication" in found["first_difference"]
    assert run(alone, str(tmp_path / "nowhere"))[0] == 2


def test_the_command_of_veche_does_the_same(
    folder: Path, counted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["verify", str(folder)]) == 0
    assert "Everything agrees." in capsys.readouterr().out
    assert cli.main(["verify", str(counted)]) == 0
    assert "Counted again" in capsys.readouterr().out
    shutil.rmtree(folder / "tile")
    assert cli.main(["verify", str(folder), "--json"]) == 1
    assert ballots.COUNT_FILE == "count.json"
    assert checking.CHECKS


def test_no_name_stands_twice_in_the_one_file() -> None:
    text = standalone.build()
    compile(text, "verify.py", "exec")
    assert "veche." not in "".join(
        line for line in text.splitlines() if line.startswith(("import ", "from "))
    )
