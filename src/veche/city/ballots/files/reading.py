"""One door for all formats."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from veche.city.ballots.counting.ballots import Papers

FORMATS = ("scot-csv", "ranks-csv", "blt", "preflib", "votes-csv")
LARGEST = 512 * 1024 * 1024
"""Bytes of text that are read at most: a file is not trusted to be what it says."""


class WrongFile(ValueError):
    """A file that is not of its format; the sentence names the line."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        self.line = line
        super().__init__(sentence if line is None else f"Line {line}: {sentence}")


def read(path: Path, form: str, *, write_ins: str = "UWI") -> Papers:
    """Read a file, plain or gzip, in UTF-8.

    Raises:
        WrongFile: not of this format, or not UTF-8.
        OSError: it cannot be read.
    """
    if form not in FORMATS:
        raise WrongFile(f"There is no format {form!r}.")
    try:
        with path.open("rb") as plain:
            stream = gzip.GzipFile(fileobj=plain) if path.suffix == ".gz" else plain
            data = stream.read(LARGEST + 1)
    except (gzip.BadGzipFile, EOFError) as fault:
        raise WrongFile(f"It is not a whole gzip file: {fault}.") from fault
    if len(data) > LARGEST:
        raise WrongFile("It is larger than 512 MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise WrongFile("This is not UTF-8 text.", line) from fault
    name = form.replace("-", "_")
    parse: Callable[..., Papers] = import_module(f"veche.city.ballots.files.{name}").parse
    if form == "ranks-csv":
        return parse(text, write_ins=write_ins)
    return parse(text)


def whole(text: str, line: int, what: str, least: int = 0) -> int:
    """A whole number from ``least`` up.

    Raises:
        WrongFile: it is none.
    """
    word = text.strip()
    if not (word.isascii() and word.isdigit()) or int(word) < least:
        raise WrongFile(f"{word!r} is not {what}.", line)
    return int(word)
