"""A log that was tampered with, in every way we could think of: each is found, and named."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from tests.core.journal.tlog.test_notes import signer
from tests.core.journal.tlog.test_tree import files_of, made

from veche.core.journal.tlog import keys, merkle
from veche.core.journal.tlog.note import COSIGNATURE, Checkpoint, Note
from veche.core.journal.tlog.policy import Policy
from veche.core.journal.tlog.receipt import Receipt
from veche.core.journal.tlog.report import LogReport
from veche.core.journal.tlog.tiles import Reader, bundle, entries_of, tile_path
from veche.core.journal.tlog.walk import walk_log

NAME = "town.example/log"
LOG = signer(NAME, 1)
SIZE = 700

Files = dict[str, bytes]


def log(entries: list[bytes], older: int = 0) -> Files:
    """A whole log of these entries, signed."""
    files, edge = files_of(entries, [older] if older else [])
    told = Checkpoint(NAME, len(entries), edge.frontier.root())
    files["checkpoint"] = str(LOG.note(told)).encode()
    files["keys.txt"] = f"{LOG.key} active 0\n".encode()
    return files


def walked(files: Files, **more: object) -> LogReport:
    def fetch(path: str) -> bytes:
        try:
            return files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    return walk_log(fetch, verify=keys.verify, **more)  # type: ignore[arg-type]


def told(files: Files, **more: object) -> str:
    """The first fault."""
    found = walked(files, **more)
    assert not found.ok
    assert all(sentence.endswith(".") for sentence in found.faults)
    return found.faults[0]


def checkpoint(entries: list[bytes]) -> bytes:
    return log(entries)["checkpoint"]


ENTRIES = made(SIZE)


def test_an_honest_log_agrees() -> None:
    files = log(ENTRIES, older=300)
    found = walked(files, older=[checkpoint(ENTRIES[:300]), checkpoint(ENTRIES[:1])])
    assert found.ok, found.faults
    assert (found.size, found.entries, found.signed_by) == (SIZE, SIZE, (NAME,))
    assert "another way" in found.notes[0], "the keys beside a log are not proof of themselves"
    trusted = walked(files, policy=Policy.read(f"log {LOG.key}\nquorum none\n"))
    assert trusted.ok
    assert trusted.notes == []
    empty = walked(log([]))
    assert empty.ok
    assert empty.size == 0


def bundled(files: Files, change: Callable[[list[bytes]], list[bytes]], index: int = 1) -> Files:
    """The log with one bundle of entries changed."""
    path = tile_path("entries", index)
    return files | {path: bundle(change(entries_of(files[path], 256)))}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda e: [*e[:9], b"another", *e[10:]], "Entry 265 was changed"),
        (lambda e: [b"another", *e[1:]], "Entry 256 was changed"),
        (lambda e: [*e[:255], b"another"], "Entry 511 was changed"),
        (lambda e: [*e[:9], *e[10:]], "Entry 265 was dropped"),
        (lambda e: e[1:], "Entry 256 was dropped"),
        (lambda e: e[:-1], "Entry 511 was dropped"),
        (lambda e: [*e[:10], e[9], *e[10:]], "An entry was doubled: it stands again before place"),
        (lambda e: [*e[:10], b"another", *e[10:]], "An entry was inserted before place 266"),
        (lambda e: [*e, b"another"], "An entry was inserted before place 512"),
        (lambda e: [*e[:9], e[10], e[9], *e[11:]], "Entries were reordered: those at 265, 266"),
        (lambda e: e[::-1], "Entries were reordered"),
        (lambda e: [], "Entry 256 was dropped"),
    ],
)
def test_what_was_done_to_entries_is_named(
    change: Callable[[list[bytes]], list[bytes]], sentence: str
) -> None:
    assert sentence in told(bundled(log(ENTRIES), change))


def test_every_byte_of_every_file_counts() -> None:
    entries = made(520)
    files = log(entries)
    for path, data in files.items():
        for at in range(0, len(data), 1 if len(data) < 400 else 97):
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            found = walked(files | {path: changed})
            if path == "keys.txt" and found.ok:
                # The words after the key say only since when; a lost key is no key.
                assert at > len(str(LOG.key)), f"byte {at} of {path}"
                continue
            assert not found.ok, f"byte {at} of {path} was changed and nothing was found"


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 700])
def test_every_missing_file_is_named(size: int) -> None:
    files = log(made(size))
    for path in files:
        left = {name: data for name, data in files.items() if name != path}
        found = walked(left)
        assert not found.ok, path
        if path not in ("keys.txt", "checkpoint"):
            assert path in found.faults[0]


def test_a_forged_checkpoint() -> None:
    files = log(ENTRIES)
    stranger = signer(NAME, 2)
    root = Checkpoint(NAME, SIZE, merkle.root_of(map(merkle.leaf_hash, ENTRIES)))
    forged = files | {"checkpoint": str(stranger.note(root)).encode()}
    assert "not signed by a key of this log" in told(forged)
    changed = Checkpoint(NAME, SIZE, b"x" * 32)
    honest = Note.read(files["checkpoint"])
    moved = files | {"checkpoint": str(Note(changed.text, honest.signatures)).encode()}
    assert "forged" in told(moved)
    # Whoever holds another key can rewrite everything, but not for those who know the right key.
    rewritten = files | {
        "checkpoint": str(stranger.note(root)).encode(),
        "keys.txt": f"{stranger.key} active 0\n".encode(),
    }
    assert walked(rewritten).ok
    trusted = Policy.read(f"log {LOG.key}\nquorum none\n")
    assert "not signed by a key of this log" in told(rewritten, policy=trusted)


def test_a_forked_history() -> None:
    other = [*ENTRIES[:200], b"another", *ENTRIES[201:]]
    found = told(log(other), older=[checkpoint(ENTRIES[:300])])
    assert "forked: the older checkpoint of 300 entries" in found
    # A fork after the older checkpoint is not seen by it, and is by a later one.
    assert walked(log(other), older=[checkpoint(ENTRIES[:200])]).ok
    assert "forked" in told(log(other), older=[checkpoint(ENTRIES)])


def test_an_old_checkpoint() -> None:
    assert "shorter than it was" in told(log(ENTRIES[:300]), older=[checkpoint(ENTRIES)])


def test_a_wrong_or_broken_older_checkpoint() -> None:
    stranger = signer(NAME, 2)
    older = Checkpoint(NAME, 2, merkle.root_of(map(merkle.leaf_hash, ENTRIES[:2])))
    assert "older checkpoint is not signed" in told(
        log(ENTRIES), older=[str(stranger.note(older)).encode()]
    )
    elsewhere = signer("other.example/log", 1)
    foreign = Checkpoint("other.example/log", 2, older.root)
    assert "of another log" in told(log(ENTRIES), older=[str(elsewhere.note(foreign)).encode()])
    assert "cannot be read" in told(log(ENTRIES), older=[b"rubbish"])


def test_the_root_of_changed_tiles_and_entries() -> None:
    """Everything rewritten but the checkpoint: only the root tells, and an older one since when."""
    other = [*ENTRIES[:650], b"another", *ENTRIES[651:]]
    files = log(other) | {"checkpoint": checkpoint(ENTRIES)}
    assert "another root than the one the checkpoint signs" in told(files)


def receipt_of(index: int, entries: list[bytes]) -> bytes:
    files = log(entries)
    note = Note.read(files["checkpoint"])
    proof = merkle.inclusion(index, len(entries), Reader(files.__getitem__, len(entries)).node)
    return str(Receipt(index, tuple(proof), note, entries[index])).encode()


def test_receipts() -> None:
    files = log(ENTRIES)
    for index, size in ((0, 1), (5, 9), (299, 300), (699, 700)):
        assert walked(files, receipts=[receipt_of(index, ENTRIES[:size])]).ok
    other = [*ENTRIES[:200], b"another", *ENTRIES[201:]]
    assert "receipt is of another history" in told(files, receipts=[receipt_of(3, other[:300])])
    assert "of a longer log" in told(log(ENTRIES[:10]), receipts=[receipt_of(3, ENTRIES)])
    good = receipt_of(5, ENTRIES)
    swapped = good.replace(base64.b64encode(ENTRIES[5]), base64.b64encode(ENTRIES[6]))
    assert "does not hold" in told(files, receipts=[swapped])
    assert "cannot be read" in told(files, receipts=[b"rubbish"])


def test_every_changed_field_of_a_receipt() -> None:
    files = log(ENTRIES)
    good = receipt_of(300, ENTRIES[:500])
    for at in range(len(good)):
        wrong = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        assert not walked_offline(files, wrong), f"byte {at}"


def walked_offline(files: Files, receipt: bytes) -> bool:
    """Whether a receipt is accepted; the log itself is not walked again each time."""
    from veche.core.journal.tlog.marks import Marks
    from veche.core.journal.tlog.report import read_keys

    report = LogReport()
    its = Checkpoint.read(Note.read(files["checkpoint"]).text)
    marks = Marks(read_keys(files["keys.txt"].decode()), keys.verify, its, report)
    marks.add_receipt(receipt)
    return report.ok


def test_keys_that_ended() -> None:
    files = log(ENTRIES)
    revoked = f"{LOG.key} revoked 0 300\n".encode()
    found = walked(files | {"keys.txt": revoked})
    assert not found.ok
    assert any("only up to 300 entries" in note for note in found.notes)
    short = log(ENTRIES[:300])
    assert walked(short | {"keys.txt": revoked}).ok, "what it signed before stands"
    newer = signer(NAME, 9)
    root = Checkpoint(NAME, SIZE, merkle.root_of(map(merkle.leaf_hash, ENTRIES)))
    both = str(Note(root.text, (LOG.sign(root), newer.sign(root)))).encode()
    rotated = revoked + f"{newer.key} active 300\n".encode()
    assert walked(files | {"checkpoint": both, "keys.txt": rotated}).ok


def test_what_a_revoked_key_signs_later_accuses_nobody() -> None:
    newer = signer(NAME, 9)
    root = Checkpoint(NAME, SIZE, merkle.root_of(map(merkle.leaf_hash, ENTRIES)))
    keys_now = f"{LOG.key} revoked 0 300\n{newer.key} active 300\n".encode()
    files = log(ENTRIES) | {"checkpoint": str(newer.note(root)).encode(), "keys.txt": keys_now}
    stolen = str(LOG.note(Checkpoint(NAME, 900, b"x" * 32))).encode()
    assert "older checkpoint is not signed by a key of this log that still stands" in told(
        files, older=[stolen]
    )
    assert walked(files, older=[checkpoint(ENTRIES[:300])]).ok, "what it signed before stands"


def test_another_log_under_the_same_key_is_another_log() -> None:
    evil = signer("evil.example/log", 1)
    root = Checkpoint("evil.example/log", SIZE, merkle.root_of(map(merkle.leaf_hash, ENTRIES)))
    files = log(ENTRIES) | {
        "checkpoint": str(evil.note(root)).encode(),
        "keys.txt": f"{evil.key} active 0\n".encode(),
    }
    assert not walked(files, policy=Policy.read(f"log {LOG.key}\nquorum none\n")).ok


def test_a_quorum_of_witnesses() -> None:
    one, two = (signer(f"w{n}.example", 30 + n, COSIGNATURE) for n in range(2))
    policy = Policy.read(
        f"log {LOG.key}\nwitness a {one.key}\nwitness b {two.key}\ngroup g all a b\nquorum g\n"
    )
    files = log(ENTRIES)
    assert "Too few witnesses" in told(files, policy=policy)
    its = Checkpoint.read(Note.read(files["checkpoint"]).text)
    note = LOG.note(its, one.cosign(its, 1_800_000_000), two.cosign(its, 1_800_000_000))
    found = walked(files | {"checkpoint": str(note).encode()}, policy=policy)
    assert found.ok, found.faults
    assert found.signed_by == (NAME, "w0.example", "w1.example")


def test_erased_entries_are_counted_and_verify() -> None:
    files = log(ENTRIES) | {"erased.txt": b"17\n"}
    found = walked(files)
    assert found.ok
    assert "1 erased" in found.log_summary()
    for wrong in (b"700\n", b"x\n", b"\xff"):
        assert not walked(files | {"erased.txt": wrong}).ok


def test_without_cryptography_it_says_so() -> None:
    files = log(ENTRIES)
    found = walk_log(lambda path: _get(files, path), verify=None)
    assert found.ok
    assert found.signed_by == ()
    assert any("cryptography" in note for note in found.notes)


def _get(files: Files, path: str) -> bytes:
    try:
        return files[path]
    except KeyError:
        raise FileNotFoundError(path) from None


def test_garbage_is_a_sentence() -> None:
    for rubbish in (b"", b"\0" * 100, b"x" * 70_000, "é".encode() * 99):
        for path in ("checkpoint", "keys.txt", "tile/0/000", "tile/entries/000", "erased.txt"):
            found = walked(log(ENTRIES) | {path: rubbish})
            assert all(isinstance(sentence, str) for sentence in found.faults)
            assert not found.ok or (path, rubbish) in (("keys.txt", b""), ("erased.txt", b""))
