"""Files that were accepted while the rest of a form was not: kept on a shelf for the next try.

They lie clean under ``FILES_DIR`` by a random key that only the form knows, in parts: ``<key>-0``,
``<key>-1``; ``<key>-of-<mark>`` tells whose they are by a keyed digest, so that they can be counted
and thrown away with their person; ``<key>`` says what it is and comes last. Nothing refers to them.

A shelf is bounded twice: nobody fills more than their share, and all together not more than the
whole; what is oldest goes first.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

MEGABYTE = 1024 * 1024
KEEP_SECONDS = 6 * 3600
MOST_BYTES = 1024 * MEGABYTE
"""What one shelf holds in all."""
MOST_OF_ONE = 100 * MEGABYTE
"""What one person, or one e-mail address shown, has on it."""
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass
class _Lot:
    """The files of one key."""

    newest: float = 0.0
    size: int = 0
    mark: str = ""
    paths: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Shelf:
    """One module's files that wait."""

    name: str
    """Of the folder under ``FILES_DIR``."""
    most_bytes: int = MOST_BYTES
    most_of_one: int = MOST_OF_ONE

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return Path(settings.FILES_DIR) / self.name

    def put(self, about: Mapping[str, object], parts: Sequence[bytes], owner: str = "") -> str:
        """Keep the parts of a file; returns the key to ask for it by. ``owner`` says whose it is,
        as ``person:7``, where that is known."""
        folder, key = self.folder, secrets.token_hex(16)
        folder.mkdir(parents=True, exist_ok=True)
        for n, part in enumerate(parts):
            (folder / f"{key}-{n}").write_bytes(part)
        if owner:
            (folder / f"{key}-of-{_mark(owner)}").touch()
        # What it is comes last: a file is known only when all of it is there.
        (folder / key).write_text(json.dumps(dict(about)))
        self.sweep()
        return key

    def get(self, key: str) -> tuple[dict[str, Any], list[bytes]] | None:
        """What the file of this key is, and its parts; None when it was swept away or never was."""
        if not _KEY.fullmatch(key):
            return None
        try:
            about = json.loads((self.folder / key).read_text())
            parts: list[bytes] = []
            while (path := self.folder / f"{key}-{len(parts)}").exists():
                parts.append(path.read_bytes())
        except (OSError, ValueError):
            return None
        return about, parts

    def part(self, key: str, n: int) -> bytes | None:
        """One part of the file of this key; None when it is not there."""
        if not _KEY.fullmatch(key):
            return None
        try:
            return (self.folder / f"{key}-{n}").read_bytes()
        except OSError:
            return None

    def drop(self, keys: Iterable[str]) -> None:
        """Throw away what was sent with its form, or is not wanted."""
        for key in keys:
            if _KEY.fullmatch(key):
                _unlink(self.folder.glob(f"{key}*"))

    def forget(self, owner: str) -> None:
        """Throw away what somebody has begun to send and not sent."""
        whose = self.folder.glob(f"*-of-{_mark(owner)}")
        self.drop([path.name.partition("-")[0] for path in whose])

    def sweep(self) -> int:
        """Throw away what has waited too long or is too much; returns how many files."""
        lots: dict[str, _Lot] = {}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            with contextlib.suppress(OSError):  # another process swept it
                kept = path.stat()
                key, _dash, rest = path.name.partition("-")
                lot = lots.setdefault(key, _Lot())
                lot.newest = max(lot.newest, kept.st_mtime)
                lot.size += kept.st_size
                lot.paths.append(path)
                if rest.startswith("of-"):
                    lot.mark = rest
        old, whole, gone = time.time() - KEEP_SECONDS, 0, 0
        of_one: dict[str, int] = {}
        for lot in sorted(lots.values(), key=lambda lot: lot.newest, reverse=True):
            share = of_one.get(lot.mark, 0) + lot.size
            too_much = whole + lot.size > self.most_bytes or bool(
                lot.mark and share > self.most_of_one
            )
            if lot.newest < old or too_much:
                gone += _unlink(lot.paths)
            else:
                whole += lot.size
                of_one[lot.mark] = share
        return gone


def _unlink(paths: Iterable[Path]) -> int:
    gone = 0
    for path in list(paths):
        path.unlink(missing_ok=True)
        gone += 1
    return gone


def _mark(owner: str) -> str:
    key = str(settings.SECRET_KEY).encode()
    return hmac.new(key, f"pending:{owner}".encode(), hashlib.sha256).hexdigest()[:24]
