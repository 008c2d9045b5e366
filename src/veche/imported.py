"""Files of another system: a CSV file of any size, plain or packed by gzip, read row by row with
the true line of each, and the rows that were not taken, each with its reason in words."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from django.utils.translation import gettext_lazy as _

from veche.errors import Invalid


class CannotImport(Invalid):
    """The file or its description cannot be used; nothing was imported."""

    code = "import-impossible"
    sentence = _("Nothing was imported: {why}")


GZIP = b"\x1f\x8b"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
TELL_EVERY = 2_000
"""Rows between two reports of progress."""


class Row(NamedTuple):
    """One row: the line of the file it begins on, its cells, and why it cannot be read, if so."""

    line: int
    cells: list[str]
    fault: str


class Table:
    """An open CSV file: `header`, and the rows by iteration, once.

    Raises:
        CannotImport: there is no such file, it is not text in UTF-8, or it has no header; later,
            while rows are read, when the packed file is broken.
    """

    def __init__(
        self, path: Path, delimiter: str = ",", progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.path, self.progress = path, progress
        if not path.is_file():
            raise CannotImport(why=_("there is no file {path}.").format(path=path))
        try:
            self._raw: BinaryIO = path.open("rb")
            self.size = path.stat().st_size
            start = self._raw.read(2)
            self._raw.seek(0)
        except OSError as error:
            raise CannotImport(why=f"{path}: {error.strerror}") from error
        if start in UTF16:
            raise CannotImport(why=_("{path} is not UTF-8 text.").format(path=path))
        binary: BinaryIO = self._raw
        if start == GZIP:
            binary = io.BufferedReader(gzip.GzipFile(fileobj=self._raw))
        # What is not UTF-8 comes through as lone surrogates: one bad row does not stop the rest.
        text = io.TextIOWrapper(binary, "utf-8-sig", errors="surrogateescape", newline="")
        self._reader = csv.reader(text, delimiter=delimiter)
        self.header = self._head()

    def _head(self) -> list[str]:
        try:
            header = [cell.strip() for cell in next(self._reader)]
        except StopIteration:
            header = []
        except csv.Error as error:
            raise CannotImport(
                why=_("{path} is not a CSV file: {why}.").format(path=self.path, why=error)
            ) from error
        except _BROKEN as error:
            raise self._broken(error) from error
        if not any(header):
            raise CannotImport(why=_("{path} is empty.").format(path=self.path))
        if _odd("".join(header)):
            raise CannotImport(why=_("{path} is not a CSV file in UTF-8.").format(path=self.path))
        return header

    def __iter__(self) -> Iterator[Row]:
        reader, width = self._reader, len(self.header)
        count = 0
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error:
                yield Row(line, [], str(_("The row is too long: is a quotation mark left open?")))
                continue
            except _BROKEN as error:
                raise self._broken(error) from error
            if not cells:
                continue
            fault = ""
            if len(cells) != width:
                fault = str(
                    _("The row has {count} columns, the header has {width}.").format(
                        count=len(cells), width=width))  # fmt: skip
            elif _odd("".join(cells)):
                fault = str(_("The row holds zero bytes or is not UTF-8."))
            yield Row(line, cells, fault)
            count += 1
            if self.progress is not None and count % TELL_EVERY == 0:
                self.progress(self._raw.tell(), self.size)
        if self.progress is not None:
            self.progress(self.size, self.size)

    def _broken(self, error: Exception) -> CannotImport:
        sentence = _("{path} is broken off or damaged: {why}.")
        return CannotImport(why=sentence.format(path=self.path, why=error))

    def close(self) -> None:
        """Let the file go."""
        self._raw.close()


_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, OSError)


def _odd(text: str) -> bool:
    """Whether there are zero bytes in it, or bytes that were not UTF-8."""
    if "\0" in text:
        return True
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def sha256(path: Path) -> str:
    """The SHA-256 of a file as it lies there."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_apart(file: Path, rejects: Path | None) -> None:
    """Rows that are not taken are never written over the file they come from.

    Raises:
        CannotImport: both are the same file.
    """
    if rejects is not None and rejects.exists() and file.exists() and rejects.samefile(file):
        raise CannotImport(why=_("{path} would be overwritten by its rejects.").format(path=file))


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
