"""Our log before Go's own code (golang.org/x/mod/sumdb): what holds, and what it refuses."""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.judges.log import Handed, written
from tests.judges.present import missing
from veche.core.journal.tlog import keys, merkle
from veche.core.journal.tlog.note import Checkpoint, Note
from veche.core.journal.tlog.tiles import bundle, entries_of, tile_path, tiles_of

SOURCE = Path(__file__).with_name("go") / "judge.go"
LIBRARY = Path("/usr/share/gocode")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The judge, built from Debian's packages; nothing is fetched."""
    if not shutil.which("go") or not (LIBRARY / "src/golang.org/x/mod/sumdb/tlog").exists():
        missing("Go", "apt-get install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("judge")
    asked = {
        "GO111MODULE": "off", "GOPATH": str(LIBRARY), "GOFLAGS": "", "GOPROXY": "off",
        "GOCACHE": str(folder / "cache"), "GOTELEMETRY": "off",
    }  # fmt: skip
    subprocess.run(
        ["go", "build", "-o", str(folder / "judge"), str(SOURCE)],
        check=True,
        env=dict(os.environ) | asked,
    )
    return folder / "judge"


@pytest.fixture
def handed(tmp_path: Path, settings: Any, transactional_db: None) -> Handed:
    settings.LOG_FOLDER = tmp_path / "log"
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.LOG_NAME = "town.example/log/journal"
    return written(tmp_path, (1, 255, 300, 444))


def say(judge: Path, handed: Handed, older: Path | None = None) -> dict[str, Any]:
    words = [str(judge), "log", "--keys", str(handed.keys), "--log", str(handed.log)]
    words += ["--older", str(older)] if older else []
    for one in handed.receipts:
        words += ["--receipt", str(one)]
    done = subprocess.run(words, capture_output=True, check=False)
    told: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (1 if told["faults"] else 0), done.stderr
    return told


def test_go_finds_the_log_whole(judge: Path, handed: Handed) -> None:
    sizes = []
    for older in handed.older:
        told = say(judge, handed, older)
        assert told["faults"] == []
        size = told["size"]
        assert size >= 1000
        assert told["found"][1:3] == [
            "The entries give the signed root.",
            f"The tiles prove {size} of {size} entries.",
        ]
        before = Checkpoint.read(Note.read(older.read_bytes()).text).size
        sizes.append(before)
        assert told["found"][3] == f"The log goes on from the checkpoint of {before} entries."
        proven = [one for one in told["found"] if one.startswith("The receipt proves")]
        assert len(proven) == len(handed.receipts)
    assert sizes == sorted(set(sizes))


def test_go_refuses_a_changed_leaf(judge: Path, handed: Handed) -> None:
    path = handed.log / "tile/entries/001"
    entries = entries_of(path.read_bytes(), 256)
    entries[7] = bytes(32)
    path.write_bytes(bundle(entries))
    assert say(judge, handed)["faults"] == [
        "The entries give another root than the signed one.",
        f"Entry {256 + 7} is not proven by the tiles: invalid transparency proof.",
    ]


def test_go_refuses_any_changed_tile(judge: Path, handed: Handed) -> None:
    size = say(judge, handed)["size"]
    tiles = [handed.log / tile_path(*tile) for tile in tiles_of(size)]
    assert len(tiles) == 5
    for path in tiles:
        before = path.read_bytes()
        at = random.Random(path.name).randrange(len(before))
        path.write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
        assert say(judge, handed)["faults"], path
        path.write_bytes(before)
    assert not say(judge, handed)["faults"]


def test_go_refuses_forged_checkpoints(judge: Path, handed: Handed, tmp_path: Path) -> None:
    path = handed.log / "checkpoint"
    note = Note.read(path.read_bytes())
    told = Checkpoint.read(note.text)
    path.write_text(str(Note(Checkpoint(told.origin, told.size - 1, told.root).text,
                             note.signatures)))  # fmt: skip
    assert say(judge, handed)["faults"][0].startswith(
        "The checkpoint is refused: invalid signature"
    )
    other = keys.Signer(told.origin, keys.make(tmp_path / "other.pem"))
    path.write_text(str(other.note(told)))
    faults = say(judge, handed)["faults"]
    assert faults[0] == "The checkpoint is refused: note has no verifiable signatures."
    path.write_text(str(note))
    assert not say(judge, handed)["faults"]


def test_go_refuses_a_forked_history(judge: Path, handed: Handed, tmp_path: Path) -> None:
    """The same key signed another history before: the worst that the key's holder can do."""
    told = Checkpoint.read(Note.read(handed.older[1].read_bytes()).text)
    private = next(iter((tmp_path / "keys").glob("*.pem")))
    signer = keys.Signer(told.origin, keys.load(private))
    fork = tmp_path / "fork"
    other = merkle.root_of(merkle.leaf_hash(b"x%d" % n) for n in range(told.size))
    fork.write_text(str(signer.note(Checkpoint(told.origin, told.size, other))))
    assert say(judge, handed, fork)["faults"] == [
        f"The log does not go on from the checkpoint of {told.size} entries:"
        " invalid transparency proof."
    ]


def test_go_refuses_changed_receipts(judge: Path, handed: Handed) -> None:
    path = handed.receipts[-1]
    lines = path.read_text().split("\n")
    whole = path.read_text()
    wrong = base64.b64encode(bytes(32)).decode()
    for number, line in ((1, f"extra {wrong}"), (2, "index 0"), (3, wrong)):
        path.write_text("\n".join([*lines[:number], line, *lines[number + 1 :]]))
        faults = say(judge, handed)["faults"]
        assert len(faults) == 1 and faults[0].startswith("The receipt does not prove"), faults
    path.write_text(whole)
    assert not say(judge, handed)["faults"]


def test_go_gives_the_same_root_for_every_size(judge: Path) -> None:
    entries = [random.Random(n).randbytes(n % 70) for n in range(1000)]
    done = subprocess.run(
        [str(judge), "roots"],
        input="".join(f"{entry.hex()}\n" for entry in entries).encode(),
        capture_output=True,
        check=True,
    )
    theirs = done.stdout.decode().split()
    ours = merkle.Frontier()
    assert len(theirs) == len(entries)
    for entry, root in zip(entries, theirs, strict=True):
        ours.append(merkle.leaf_hash(entry))
        assert ours.root().hex() == root, ours.size
