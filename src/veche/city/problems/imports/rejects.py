"""The rows of another system's file that were not taken, each with its reason in words."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from veche.city.problems.imports.mapping import CannotImport


class Rejects:
    """The file of rows that were not taken; without a path they are only counted.

    Raises:
        CannotImport: the file cannot be written.
    """

    def __init__(self, path: Path | None, header: Sequence[str], author: int | None) -> None:
        self.count, self._author = 0, author
        self._file: TextIO | None = None
        if path is not None:
            try:
                self._file = path.open("w", encoding="utf-8", newline="", errors="replace")
            except OSError as error:
                raise CannotImport(why=f"{path}: {error.strerror}") from error
            self._rows = csv.writer(self._file)
            self._rows.writerow(["line", "reason", *header])

    def add(self, line: int, reason: str, cells: Sequence[str]) -> None:
        """Keep a row with the line of the file it began on and the reason in words."""
        self.count += 1
        if self._file is not None:
            self._rows.writerow([line, reason, *self.blanked(cells)])

    def blanked(self, cells: Sequence[str]) -> list[str]:
        """The row without the name of its author."""
        if self._author is None or self._author >= len(cells):
            return list(cells)
        kept = list(cells)
        kept[self._author] = ""
        return kept

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
