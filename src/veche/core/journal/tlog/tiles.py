"""Tiles: a log as files that never change, of 256 hashes or 256 entries each (C2SP tlog-tiles)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from veche.core.journal.tlog.merkle import Frontier, Hash, whole

WIDTH = 256
HEIGHT = 8
"""Levels of the tree in one tile: ``2**HEIGHT == WIDTH``."""
HASH = 32
LARGEST_ENTRY = 65_535
"""Bytes; two bytes hold the length."""


class WrongTile(ValueError):
    """A tile or a bundle that is not what it must be; the sentence says how."""


def number_path(index: int) -> str:
    """A tile's number as path: ``x001/x234/067`` for 1,234,067."""
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts))


def tile_path(level: int | str, index: int, width: int = WIDTH) -> str:
    """Where a tile lies under the log's prefix; ``level`` ``entries`` for a bundle."""
    path = f"tile/{level}/{number_path(index)}"
    return path if width == WIDTH else f"{path}.p/{width}"


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """All hash tiles of a tree of ``size``: level, index, width."""
    level = 0
    while size:
        for index in range(size // WIDTH):
            yield level, index, WIDTH
        if size % WIDTH:
            yield level, size // WIDTH, size % WIDTH
        size //= WIDTH
        level += 1


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries, each after its length in two bytes.

    Raises:
        WrongTile: an entry is longer than 65,535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > LARGEST_ENTRY:
            raise WrongTile(f"an entry of {len(entry)} bytes is too long for a log")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def all_entries(data: bytes) -> list[bytes]:
    """The entries of a bundle, however many there are.

    Raises:
        WrongTile: it ends within an entry, or holds far more than a bundle may.
    """
    found = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise WrongTile("it ends within an entry")
        found.append(entry)
        if len(found) > 2 * WIDTH:
            raise WrongTile("it holds far more entries than a bundle may")
        at += 2 + length
    return found


def entries_of(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        WrongTile: it does not hold ``width`` of them and nothing else.
    """
    found = all_entries(data)
    if len(found) != width:
        raise WrongTile(f"the bundle holds {len(found)} entries instead of {width}")
    return found


def hashes_of(data: bytes, width: int) -> list[Hash]:
    """The hashes of a tile.

    Raises:
        WrongTile: its length is not that of ``width`` hashes.
    """
    if len(data) != width * HASH:
        raise WrongTile(f"the tile is {len(data)} bytes long instead of {width * HASH}")
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]


class Reader:
    """Subtrees of a tree of ``size``, read from its tiles by ``fetch(path)``."""

    def __init__(self, fetch: Callable[[str], bytes], size: int) -> None:
        self.fetch = fetch
        self.size = size
        self._kept: dict[tuple[int, int], list[Hash]] = {}

    def tile(self, level: int, index: int) -> list[Hash]:
        """The hashes of one tile.

        Raises:
            WrongTile: it is outside of the tree, or not of its length.
        """
        if (level, index) not in self._kept:
            there = (self.size >> (HEIGHT * level)) - index * WIDTH
            if there <= 0 or index < 0:
                raise WrongTile(f"a log of {self.size} has no tile {index} at level {level}")
            width = min(WIDTH, there)
            self._kept[level, index] = hashes_of(self.fetch(tile_path(level, index, width)), width)
        return self._kept[level, index]

    def node(self, level: int, index: int) -> Hash:
        """The root of the whole subtree of ``2**level`` leaves at ``index``."""
        high, low = divmod(level, HEIGHT)
        number = 1 << low
        tile, offset = divmod(index * number, WIDTH)
        found = self.tile(high, tile)[offset : offset + number]
        if len(found) != number:
            raise WrongTile(f"tile {tile} at level {high} does not reach so far")
        return whole(found)


class Edge:
    """The right edge of a growing log: its last partial tile of each level, and its last bundle.

    ``grow`` returns the files that a larger tree adds; what it does not return does not change.
    """

    def __init__(self) -> None:
        self.frontier = Frontier()
        self.levels: list[list[Hash]] = []
        self.entries: list[bytes] = []

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self.frontier.size

    @classmethod
    def read(cls, fetch: Callable[[str], bytes], size: int) -> Edge:
        """The edge of a log of ``size`` that lies in files.

        Raises:
            WrongTile: a file is not what it must be.
        """
        edge = cls()
        left, level = size, 0
        while left:
            index, width = divmod(left, WIDTH)
            edge.levels.append(
                hashes_of(fetch(tile_path(level, index, width)), width) if width else []
            )
            left //= WIDTH
            level += 1
        index, width = divmod(size, WIDTH)
        if width:
            edge.entries = entries_of(fetch(tile_path("entries", index, width)), width)
        reader = Reader(fetch, size)
        peaks = []
        begin = 0
        for bit in reversed(range(size.bit_length())):
            if size >> bit & 1:
                peaks.append(reader.node(bit, begin >> bit))
                begin += 1 << bit
        edge.frontier = Frontier(size, peaks)
        return edge

    def grow(self, entries: Sequence[bytes], leaves: Sequence[Hash]) -> dict[str, bytes]:
        """Add entries with their leaf hashes; the new and the grown files, by path.

        Of what stays partial only the last state is returned.
        """
        files: dict[str, bytes] = {}
        first = self.size // WIDTH
        held = self.entries + list(entries)
        index = first
        while len(held) >= WIDTH:
            files[tile_path("entries", index)] = bundle(held[:WIDTH])
            held = held[WIDTH:]
            index += 1
        if held and entries:
            files[tile_path("entries", index, len(held))] = bundle(held)
        self.entries = held
        up = self._grow(0, first, list(leaves), files)
        # Whole tiles join the frontier by the root they have anyhow; the rest leaf by leaf.
        begun = self.size % WIDTH
        head = WIDTH - begun if begun else 0
        self.frontier.extend(leaves[:head])
        for root in up[1:] if begun else up:
            self.frontier.join(root, HEIGHT)
            head += WIDTH
        self.frontier.extend(leaves[head:])
        return files

    def _grow(self, level: int, index: int, new: list[Hash], files: dict[str, bytes]) -> list[Hash]:
        """Add hashes to one level; whole tiles give a hash each to the next, and are returned."""
        if not new:
            return []
        if level == len(self.levels):
            self.levels.append([])
        row = self.levels[level] + new
        begun = index
        up: list[Hash] = []
        for at in range(0, len(row) - WIDTH + 1, WIDTH):
            tile = row[at : at + WIDTH]
            files[tile_path(level, index)] = b"".join(tile)
            up.append(whole(tile))
            index += 1
        left = row[len(up) * WIDTH :]
        if left:
            files[tile_path(level, index, len(left))] = b"".join(left)
        self.levels[level] = left
        self._grow(level + 1, begun // WIDTH, up, files)
        return up
