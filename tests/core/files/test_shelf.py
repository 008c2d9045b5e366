"""Files that wait for their form: bounded for each and for all, kept for some hours, forgotten."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from veche.core.files.shelf import KEEP_SECONDS, Shelf


@pytest.fixture
def shelf(settings: Any, tmp_path: Path) -> Shelf:
    settings.FILES_DIR = tmp_path
    return Shelf("waiting", most_bytes=10_000, most_of_one=3_000)


def older(shelf: Shelf, key: str, seconds: float) -> str:
    moment = time.time() - seconds
    for path in shelf.folder.glob(f"{key}*"):
        os.utime(path, (moment, moment))
    return key


def size(shelf: Shelf) -> int:
    return sum(path.stat().st_size for path in shelf.folder.iterdir())


def test_what_was_put_is_got_until_it_is_dropped(shelf: Shelf) -> None:
    key = shelf.put({"name": "a.txt"}, [b"large", b"small"], "person:1")
    assert shelf.get(key) == ({"name": "a.txt"}, [b"large", b"small"])
    assert (shelf.part(key, 1), shelf.part(key, 2)) == (b"small", None)
    for wrong in ("", "..", key[:-1], f"../{key}", key.upper() + "x"):
        assert shelf.get(wrong) is None and shelf.part(wrong, 0) is None
    shelf.drop(["..", key])
    assert shelf.get(key) is None and not list(shelf.folder.iterdir())


def test_nobody_has_more_than_their_share(shelf: Shelf) -> None:
    other = older(shelf, shelf.put({}, [b"x" * 1_000], "person:2"), 900)
    mine = [
        older(shelf, shelf.put({}, [b"x" * 1_000], "person:1"), 800 - n * 100) for n in range(6)
    ]
    shelf.sweep()
    assert [shelf.get(key) is not None for key in mine] == [False] * 4 + [True] * 2
    assert shelf.get(other) is not None, "what others have is not counted against them"


def test_all_together_have_a_bound_and_the_oldest_goes_first(shelf: Shelf) -> None:
    keys = [older(shelf, shelf.put({}, [b"x" * 2_400]), 900 - n * 100) for n in range(6)]
    shelf.sweep()
    assert [shelf.get(key) is not None for key in keys] == [False, False, True, True, True, True]
    assert size(shelf) <= shelf.most_bytes


def test_what_waited_too_long_goes_whole(shelf: Shelf) -> None:
    key = older(shelf, shelf.put({}, [b"x"], "person:1"), KEEP_SECONDS + 60)
    fresh = shelf.put({}, [b"y"], "person:1")  # a new one sweeps
    assert shelf.get(key) is None and shelf.get(fresh) is not None
    assert not list(shelf.folder.glob(f"{key}*"))


def test_one_is_forgotten_and_others_are_not(shelf: Shelf) -> None:
    mine, other, nobodys = (shelf.put({}, [b"x"], whose) for whose in ("person:1", "person:11", ""))
    shelf.forget("person:1")
    assert [shelf.get(key) is not None for key in (mine, other, nobodys)] == [False, True, True]
    assert "person" not in " ".join(path.name for path in shelf.folder.iterdir())
