"""A log as a folder of files: tiles, bundles, the checkpoint; a crash hurts nothing.

Every file is written apart, flushed, and moved to its place whole; the checkpoint comes last.
So the folder always holds everything its checkpoint speaks of.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

from veche.core.journal.tlog.merkle import inclusion
from veche.core.journal.tlog.note import Checkpoint, Note
from veche.core.journal.tlog.receipt import Receipt
from veche.core.journal.tlog.tiles import WIDTH, Edge, Reader, WrongTile, tile_path, tiles_of

CHECKPOINT = "checkpoint"
KEYS = "keys.txt"
ERASED = "erased.txt"
NEW = ".new"
"""Where a file is written before it is moved to its place: what a crash left there is nothing."""


LOCK = ".lock"
WITHHELD = ".withheld"
"""Where this lies, what the log holds is not told yet: its hashes and checkpoints are."""


class Overtaken(OSError):
    """Another sealer has published a longer log: this one has lost its lock and must begin anew."""


class BrokenFolder(Exception):
    """The files of the log are not what its checkpoint says; a person must look."""


class Folder:
    """The published files of one log."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mine = uuid.uuid4().hex

    def fetch(self, path: str) -> bytes:
        """One file. Raises: OSError."""
        return (self.path / path).read_bytes()

    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint that is published; None before the first.

        Raises:
            WrongNote: it is none.
        """
        try:
            return Checkpoint.read(Note.read(self.fetch(CHECKPOINT)).text)
        except FileNotFoundError:
            return None

    def edge(self) -> Edge:
        """The right edge of the log as it is published.

        Raises:
            BrokenFolder: files are missing or do not give the root of the checkpoint.
        """
        told = self.checkpoint()
        if told is None:
            return Edge()
        try:
            edge = Edge.read(self.fetch, told.size)
        except (WrongTile, OSError) as fault:
            raise BrokenFolder(f"{self.path}: {fault}") from fault
        if edge.frontier.root() != told.root:
            raise BrokenFolder(f"{self.path}: the tiles do not give the root of the checkpoint")
        return edge

    def receipt(self, place: int, entry: bytes) -> Receipt | None:
        """The proof that an entry stands at a place; None while no checkpoint speaks of it.

        Raises:
            WrongNote, WrongTile, OSError: the files are not what they must be.
        """
        try:
            note = Note.read(self.fetch(CHECKPOINT))
        except FileNotFoundError:
            return None
        size = Checkpoint.read(note.text).size
        if place >= size:
            return None
        proof = inclusion(place, size, Reader(self.fetch, size).node)
        return Receipt(place, tuple(proof), note, entry)

    def tidy(self) -> None:
        """Remove what a crash left half written."""
        shutil.rmtree(self.path / NEW, ignore_errors=True)

    def publish(self, files: Mapping[str, bytes], note: str) -> None:
        """Write new files, then the checkpoint that speaks of them."""
        self._put(files)
        self.put_checkpoint(note)

    def put_checkpoint(self, note: str) -> None:
        """Publish a checkpoint, never over a longer one: another sealer may have taken over.

        Raises:
            Overtaken: a longer log is published already.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / LOCK).open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            there, mine = self.checkpoint(), Checkpoint.read(Note.read(note.encode()).text)
            if there is not None and there.size > mine.size:
                raise Overtaken(f"{self.path}: another sealer has published a longer log meanwhile")
            self._put({CHECKPOINT: note.encode()})

    def put(self, path: str, data: bytes) -> None:
        """Write one file so that it is there whole or not at all."""
        self._put({path: data})

    def _put(self, files: Mapping[str, bytes]) -> None:
        """Write files apart, flush them, then move each to its place.

        All are written before the first is flushed, so that the disk takes them together.
        """
        new = self.path / NEW
        new.mkdir(parents=True, exist_ok=True)
        written: list[tuple[int, Path, Path]] = []
        try:
            for number, (path, data) in enumerate(files.items()):
                apart = new / f"{self._mine}-{number}"
                handle = os.open(apart, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
                written.append((handle, apart, self.path / path))
                os.fchmod(handle, 0o644)
                _write(handle, data)
            for handle, _apart, _target in written:
                os.fsync(handle)
        except BaseException:
            for _handle, apart, _target in written:
                apart.unlink(missing_ok=True)
            raise
        finally:
            for handle, _apart, _target in written:
                os.close(handle)
        folders = {target.parent for _handle, _apart, target in written}
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        for _handle, apart, target in written:
            apart.replace(target)
        for folder in folders:
            _flush(folder)


def _write(handle: int, data: bytes) -> None:
    """Write all of it, however little the system takes at a time."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def withheld(folder: Path) -> bool:
    """Whether what the log in a folder holds is not told yet."""
    return (folder / WITHHELD).exists()


def copy_log(source: Path, target: Path) -> None:
    """Copy a log as its checkpoint stands now; nothing where there is none yet.

    The checkpoint is read first: all it speaks of is there, and never changes after.

    Raises:
        WrongNote, OSError: the log cannot be read, or the copy not be written.
    """
    folder = Folder(source)
    try:
        note = folder.fetch(CHECKPOINT)
    except FileNotFoundError:
        return
    size = Checkpoint.read(Note.read(note).text).size
    paths = [tile_path(*tile) for tile in tiles_of(size)]
    paths += [
        tile_path("entries", begin // WIDTH, min(WIDTH, size - begin))
        for begin in range(0, size, WIDTH)
    ]
    for path in paths:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, target / path)
    target.mkdir(parents=True, exist_ok=True)
    for path in (KEYS, ERASED):
        if (source / path).exists():
            shutil.copyfile(source / path, target / path)
    (target / CHECKPOINT).write_bytes(note)


def _flush(folder: Path) -> None:
    """Make the names in a folder survive a crash."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
