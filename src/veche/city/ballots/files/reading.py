"""One door for all formats."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from veche.city.ballots.counting.ballots import Papers
from veche.city.ballots.files.blt import parse_blt
from veche.city.ballots.files.preflib import parse_preflib
from veche.city.ballots.files.ranks_csv import parse_ranks
from veche.city.ballots.files.scot_csv import parse_scot
from veche.city.ballots.files.text import WrongFile
from veche.city.ballots.files.votes_csv import parse_votes

PARSERS: Mapping[str, Callable[[str], Papers]] = {
    "scot-csv": parse_scot,
    "ranks-csv": parse_ranks,
    "blt": parse_blt,
    "preflib": parse_preflib,
    "votes-csv": parse_votes,
}
FORMATS = tuple(PARSERS)
LARGEST_FILE = 512 * 1024 * 1024
"""Bytes of text that are read at most: a file is not trusted to be what it says."""


def read_ballots(path: Path, form: str, *, write_ins: str = "UWI") -> Papers:
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
            data = stream.read(LARGEST_FILE + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
        raise WrongFile(f"It is not a whole gzip file: {fault}.") from fault
    if len(data) > LARGEST_FILE:
        raise WrongFile("It is larger than 512 MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise WrongFile("This is not UTF-8 text.", line) from fault
    if form == "ranks-csv":
        return parse_ranks(text, write_ins=write_ins)
    return PARSERS[form](text)
