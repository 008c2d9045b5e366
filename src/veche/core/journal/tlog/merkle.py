"""Merkle trees of RFC 6962: roots, proofs that an entry is in, proofs that a log only grew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

Hash = bytes
"""32 bytes of SHA-256."""
Node = Callable[[int, int], Hash]
"""``node(level, index)``: the root of the whole subtree of ``2**level`` leaves at ``index``."""

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> Hash:
    """The hash of an entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """The hash of two subtrees joined."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the whole subtrees a growing tree consists of, the largest first.

    All that is needed to append and to know the root: at most 64 hashes, however large the tree.
    """

    def __init__(self, size: int = 0, peaks: Sequence[Hash] = ()) -> None:
        if len(peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks")
        self.size = size
        self.peaks = list(peaks)

    def append(self, leaf: Hash) -> None:
        """Add one leaf, given by its hash."""
        size, peaks, sha256 = self.size, self.peaks, hashlib.sha256
        while size & 1:
            leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[Hash]) -> None:
        """Add leaves, given by their hashes."""
        for leaf in leaves:
            self.append(leaf)

    def join(self, root: Hash, level: int) -> None:
        """Add a whole subtree of ``2**level`` leaves, given by its root.

        Raises:
            ValueError: the tree does not end where such a subtree can begin.
        """
        size = self.size >> level
        if size << level != self.size:
            raise ValueError(f"a tree of {self.size} cannot be joined by a subtree so large")
        while size & 1:
            root = node_hash(self.peaks.pop(), root)
            size >>= 1
        self.peaks.append(root)
        self.size += 1 << level

    def root(self) -> Hash:
        """The root of the tree as it stands."""
        if not self.peaks:
            return EMPTY
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found


def root_of(leaves: Iterable[Hash]) -> Hash:
    """The root over leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def whole(leaves: Sequence[Hash]) -> Hash:
    """The root of a whole subtree: the number of leaves is a power of two."""
    row = list(leaves)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def subtree(begin: int, end: int, node: Node) -> Hash:
    """The root over leaves ``begin`` to ``end`` (not included), as RFC 6962 splits them."""
    number = end - begin
    if number <= 0:
        return EMPTY
    if number & (number - 1) == 0 and begin % number == 0:
        level = number.bit_length() - 1
        return node(level, begin >> level)
    left = _split(number)
    return node_hash(subtree(begin, begin + left, node), subtree(begin + left, end, node))


def _split(number: int) -> int:
    """The largest power of two below ``number``."""
    return 1 << ((number - 1).bit_length() - 1)


def inclusion(index: int, size: int, node: Node) -> list[Hash]:
    """The proof that leaf ``index`` is in the tree of ``size`` (RFC 6962, 2.1.1).

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} has no leaf {index}")
    proof: list[Hash] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(subtree(middle, end, node))
            end = middle
        else:
            proof.append(subtree(begin, middle, node))
            begin = middle
    return proof[::-1]


def consistency(older: int, size: int, node: Node) -> list[Hash]:
    """The proof that the tree of ``older`` leaves is the beginning of that of ``size``.

    Source: RFC 6962, 2.1.2.

    Raises:
        ValueError: ``older`` is larger than ``size``, or below nothing.
    """
    if not 0 <= older <= size:
        raise ValueError(f"{older} is no earlier size of {size}")
    if older in (0, size):
        return []
    proof: list[Hash] = []
    begin, end, known = 0, size, True
    while older != end:
        middle = begin + _split(end - begin)
        if older <= middle:
            proof.append(subtree(middle, end, node))
            end = middle
        else:
            proof.append(subtree(begin, middle, node))
            begin, known = middle, False
    if not known:
        proof.append(subtree(begin, end, node))
    return proof[::-1]


def root_from_inclusion(leaf: Hash, index: int, size: int, proof: Sequence[Hash]) -> Hash | None:
    """The root that ``proof`` leads to from ``leaf``; None where the proof cannot be one.

    Source: RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            found = node_hash(found, step)
        at >>= 1
        last >>= 1
    return found if last == 0 else None


def grew(older: int, old_root: Hash, size: int, root: Hash, proof: Sequence[Hash]) -> bool:
    """Whether ``proof`` shows that the older tree is the beginning of the newer.

    Source: RFC 9162, 2.1.4.2.
    """
    if older == size:
        return not proof and old_root == root
    if older == 0:
        return not proof and old_root == EMPTY
    if not 0 < older < size:
        return False
    steps = list(proof)
    if older & (older - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    at, last = older - 1, size - 1
    while at & 1:
        at >>= 1
        last >>= 1
    old_found = new_found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_found, new_found = node_hash(step, old_found), node_hash(step, new_found)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            new_found = node_hash(new_found, step)
        at >>= 1
        last >>= 1
    return last == 0 and old_found == old_root and new_found == root
