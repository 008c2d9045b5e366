"""Trees, tiles and proofs against the definitions of RFC 6962, written once more as they stand."""

from __future__ import annotations

import hashlib
import random

import pytest

from veche.core.journal.tlog import merkle
from veche.core.journal.tlog.merkle import Frontier, leaf_hash
from veche.core.journal.tlog.tiles import (
    Edge,
    Reader,
    WrongTile,
    bundle,
    entries_of,
    number_path,
    tile_path,
    tiles_of,
)


def mth(entries: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """The definition of RFC 6962, section 2.1.1."""
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: list[bytes], known: bool = True) -> list[bytes]:
    """The definition of RFC 6962, section 2.1.2."""
    if m == len(entries):
        return [] if known else [mth(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m <= k:
        return [*proof(m, entries[:k], known), mth(entries[k:])]
    return [*proof(m - k, entries[k:], False), mth(entries[:k])]


def made(number: int) -> list[bytes]:
    return [b"entry %d" % at for at in range(number)]


def files_of(entries: list[bytes], steps: list[int]) -> tuple[dict[str, bytes], Edge]:
    """The files of a log that grew to the given sizes, one checkpoint each."""
    edge, files, at = Edge(), {}, 0
    for size in [*steps, len(entries)]:
        fresh = entries[at:size]
        files.update(edge.grow(fresh, [leaf_hash(entry) for entry in fresh]))
        at = size
    return files, edge


def test_roots_of_all_sizes_to_a_thousand() -> None:
    frontier = Frontier()
    entries = made(1000)
    for size in range(1001):
        if size:
            frontier.append(leaf_hash(entries[size - 1]))
        if size <= 130 or size % 37 == 0 or size in (255, 256, 257, 511, 512, 513, 1000):
            assert frontier.root() == mth(entries[:size]), size
        assert len(frontier.peaks) == size.bit_count()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 64, 255, 256, 257, 300, 600])
def test_every_leaf_can_be_shown_to_be_in(size: int) -> None:
    entries = made(size)
    files, edge = files_of(entries, [])
    reader = Reader(files.__getitem__, size)
    root = edge.frontier.root()
    assert root == mth(entries)
    for index in range(0, size, 1 if size < 70 else 41):
        found = merkle.inclusion(index, size, reader.node)
        assert found == path(index, entries)
        leaf = leaf_hash(entries[index])
        assert merkle.root_from_inclusion(leaf, index, size, found) == root
        for wrong in (
            merkle.root_from_inclusion(leaf_hash(b"another"), index, size, found),
            merkle.root_from_inclusion(leaf, index, size, [*found, root]),
            merkle.root_from_inclusion(leaf, index, size, found[:-1]) if found else None,
            merkle.root_from_inclusion(leaf, (index + 1) % size, size, found) if found else None,
        ):
            assert wrong != root
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion(size, size, reader.node)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 33, 64, 256, 259])
def test_every_size_is_the_beginning_of_every_later_one(size: int) -> None:
    entries = made(size)
    files, edge = files_of(entries, [])
    reader = Reader(files.__getitem__, size)
    root = edge.frontier.root()
    for older in range(size + 1):
        found = merkle.consistency(older, size, reader.node)
        if older:
            assert found == proof(older, entries)
        old_root = mth(entries[:older])
        assert merkle.grew(older, old_root, size, root, found)
        if 0 < older < size:
            assert not merkle.grew(older, mth(entries[1 : older + 1]), size, root, found)
            assert not merkle.grew(older, old_root, size, mth([*entries[:-1], b"x"]), found)
            assert not merkle.grew(older, old_root, size, root, found[:-1])
            assert not merkle.grew(older, old_root, size, root, [*found, root])
            for at in range(len(found)):
                changed = [*found[:at], b"\0" * 32, *found[at + 1 :]]
                assert not merkle.grew(older, old_root, size, root, changed)


def test_a_log_that_grows_in_steps_has_the_same_files() -> None:
    entries = made(70_000)
    once, edge = files_of(entries, [])
    dice = random.Random(11)
    steps = sorted(dice.sample(range(1, 70_000), 60))
    stepwise, other = files_of(entries, steps)
    assert edge.frontier.root() == other.frontier.root() == merkle.root_of(map(leaf_hash, entries))
    needed = {tile_path(level, index, width) for level, index, width in tiles_of(70_000)}
    # The standard's own example: 273 + 1 tiles, 1 + 1 above them, 1 at the top.
    assert len(needed) == 277
    assert {path for path in once if "entries" not in path} == needed
    assert all(stepwise[path] == data for path, data in once.items())
    # Every size that had a checkpoint has its partial tiles.
    for size in steps:
        for level, index, width in tiles_of(size):
            assert tile_path(level, index, width) in stepwise


def test_the_edge_is_read_back_from_the_files() -> None:
    entries = made(3000)
    for size in (0, 1, 255, 256, 257, 511, 512, 1000, 2560):
        files, edge = files_of(entries[:size], [])
        again = Edge.read(files.__getitem__, size)
        assert again.frontier.peaks == edge.frontier.peaks
        rest = entries[size:]
        leaves = [leaf_hash(entry) for entry in rest]
        assert again.grow(rest, leaves) == edge.grow(rest, leaves)
        assert again.frontier.root() == mth(entries)


def test_paths() -> None:
    assert number_path(0) == "000"
    assert number_path(1_234_067) == "x001/x234/067"
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert tile_path("entries", 5) == "tile/entries/005"


def test_bundles_hold_entries_and_nothing_else() -> None:
    entries = [b"", b"one", b"x" * 65_535]
    packed = bundle(entries)
    assert entries_of(packed, 3) == entries
    for wrong in (packed[:-1], packed + b"\0", packed + b"\0\0", packed[1:]):
        with pytest.raises(WrongTile):
            entries_of(wrong, 3)
    with pytest.raises(WrongTile, match="too long"):
        bundle([b"x" * 65_536])


def test_a_tile_of_the_wrong_length_or_place_is_refused() -> None:
    entries = made(300)
    files, _edge = files_of(entries, [])
    short = Reader(lambda path: files[path][:-1], 300)
    with pytest.raises(WrongTile, match="bytes long"):
        short.node(0, 0)
    whole = Reader(files.__getitem__, 300)
    with pytest.raises(WrongTile, match="no tile"):
        whole.tile(0, 2)
    with pytest.raises(WrongTile, match="reach"):
        whole.node(6, 4)
