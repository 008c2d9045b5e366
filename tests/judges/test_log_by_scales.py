"""Our log before tlog-scales, another's reader of C2SP logs; and its roots for every size."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tlog_scales import backend, signing, tiles, tlog
from tlog_scales.reader import TilesReader

from tests.judges.log import Handed, written
from veche.core.journal.tlog import merkle
from veche.core.journal.tlog.receipt import Receipt
from veche.core.journal.tlog.tiles import Edge, bundle, entries_of

SIZES = range(1, 1001)


@pytest.fixture
def handed(tmp_path: Path, settings: Any, transactional_db: None) -> Handed:
    settings.LOG_FOLDER = tmp_path / "log"
    settings.KEY_FOLDER = tmp_path / "keys"
    settings.LOG_NAME = "town.example/log/journal"
    return written(tmp_path, (256, 300))


def scales(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Its command line."""
    command = "import sys; from tlog_scales.cli import main; main()"
    return subprocess.run([sys.executable, "-c", command, *words], capture_output=True, check=False)


def test_scales_reads_and_proves_the_log(handed: Handed) -> None:
    reader = TilesReader(backend.make_backend(str(handed.log)))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(signing.Vkey.from_string(handed.keys.read_text().strip()))
    assert checkpoint.size >= 556
    assert reader.calculate_root_hash() == checkpoint.root_hash
    for place in range(checkpoint.size):
        proof = reader.get_inclusion_proof(place, checkpoint.size)
        proof.check(tiles.leaf_hash(reader.get_entry(place)), checkpoint.root_hash)
    for path in handed.older:
        older = tlog.Checkpoint.from_text(path.read_text())
        assert 0 < older.size < checkpoint.size
        grown = reader.get_consistency_proof(older.size, checkpoint.size)
        grown.check(older.root_hash, checkpoint.root_hash)


def test_its_command_gives_our_receipt_to_the_letter(handed: Handed) -> None:
    for path in handed.receipts:
        ours = Receipt.read(path.read_bytes())
        made = scales("gen-proof", str(handed.log), str(ours.index))
        assert made.returncode == 0, made.stderr
        theirs = Receipt.read(made.stdout)
        assert theirs == Receipt(ours.index, ours.proof, ours.checkpoint)
        leaf = scales("get-leaf", "-c", str(handed.log), str(ours.index))
        assert (leaf.returncode, leaf.stdout) == (0, ours.extra), leaf.stderr


def test_scales_refuses_a_changed_leaf(handed: Handed) -> None:
    path = handed.log / "tile/entries/001"
    entries = entries_of(path.read_bytes(), 256)
    entries[7] = bytes(32)
    path.write_bytes(bundle(entries))
    assert scales("get-leaf", "-c", str(handed.log), "263").returncode != 0
    assert scales("get-leaf", "-c", str(handed.log), "262").returncode == 0


def test_scales_gives_the_same_root_for_every_size(tmp_path: Path) -> None:
    """Our tiles at each size, read by its reader: the root is ours."""
    edge = Edge()
    for size in SIZES:
        entry = random.Random(size).randbytes(size % 70)
        for name, data in edge.grow([entry], [merkle.leaf_hash(entry)]).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
        reader = TilesReader(backend.make_backend(str(tmp_path)))
        reader.set_size(size)
        assert reader.calculate_root_hash() == edge.frontier.root(), size
    reader.set_size(0)
    assert reader.calculate_root_hash() == merkle.EMPTY
