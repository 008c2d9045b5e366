"""Check a publication: are these the published files, and do the figures follow from the rows?

The folder holds ``catalogue.json``, ``checksums.sha256``, ``data/*.csv`` and ``figures/*.json``.
"""

from __future__ import annotations

import csv
import decimal
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from veche.core.opendata.checked_figures import Figure
from veche.core.opendata.checked_rows import (
    SHAPES,
    Broken,
    Key,
    NotAPublication,
    batches,
    inside,
    read_json,
    sha256,
    take,
)

FORMAT = "veche-publication/1"
MOST_DIFFERENCES = 50  # told in full; the rest are only counted
PROVES_NOT = (
    "This shows that the files are the published ones and that every figure follows from the"
    " published rows by its published definition. It does not show that the rows are true or"
    " complete, nor that this folder is the one the city published: compare the checksum of"
    " checksums.sha256 with one obtained another way."
)


class Verification:
    """One run over one folder; see :func:`verify`."""

    def __init__(self, folder: Path, progress: Callable[[str], None]) -> None:
        self.folder = folder
        self.progress = progress
        self.differences: list[str] = []
        self.more = 0
        self.files = self.datasets = self.rows = self.figures = self.cells = self.withheld = 0

    def tell(self, sentence: str) -> None:
        """Note a difference."""
        if len(self.differences) < MOST_DIFFERENCES:
            self.differences.append(sentence)
        else:
            self.more += 1

    def run(self) -> None:
        """Check everything. Raises: NotAPublication."""
        if not self.folder.is_dir():
            raise NotAPublication(f"{self.folder} is not a folder.")
        try:
            catalogue = read_json(self.folder / "catalogue.json")
        except FileNotFoundError:
            raise NotAPublication(f"{self.folder} holds no catalogue.json.") from None
        except (OSError, ValueError) as error:
            raise NotAPublication(f"catalogue.json cannot be read: {error}.") from None
        if take(catalogue, "format", str, "catalogue.json") != FORMAT:
            raise NotAPublication(f"catalogue.json is not in the format {FORMAT}.")
        datasets = take(catalogue, "datasets", list, "catalogue.json")
        figures = take(catalogue, "figures", list, "catalogue.json")
        needed = ["catalogue.json"]
        needed += [take(d, "file", str, "a dataset") for d in datasets if not is_persons(d)]
        needed += [take(f, "file", str, "a figure") for f in figures]
        self.check_files(needed)
        for figure in figures:
            self.check_copy(figure)
        names = set()
        for dataset in datasets:
            name = take(dataset, "name", str, "a dataset")
            if name in names:
                raise NotAPublication(f"Dataset {name} is listed twice.")
            names.add(name)
            mine = [f for f in figures if dataset_of(f) == name]
            self.check_dataset(name, dataset, mine)
        for figure in figures:
            if dataset_of(figure) not in names:
                raise NotAPublication(f"A figure is over {dataset_of(figure)!r}, no dataset here.")

    def check_files(self, needed: Sequence[str]) -> None:
        """Compare every file with its checksum."""
        try:
            lines = (self.folder / "checksums.sha256").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise NotAPublication(f"{self.folder} holds no checksums.sha256.") from None
        except (OSError, ValueError) as error:
            raise NotAPublication(f"checksums.sha256 cannot be read: {error}.") from None
        listed = set()
        for number, line in enumerate(lines, 1):
            match = re.fullmatch(r"([0-9a-f]{64}) [ *](.+)", line)
            if not match:
                self.tell(f"checksums.sha256, line {number}: not a checksum with a file name.")
                continue
            wanted, name = match.groups()
            listed.add(name)
            try:
                found = sha256(inside(self.folder, name))
            except FileNotFoundError:
                self.tell(f"{name} is listed in checksums.sha256 and missing.")
            except Broken as error:
                self.tell(str(error))
            except OSError as error:
                self.tell(f"{name} cannot be read: {error.strerror}.")
            else:
                self.files += 1
                if found != wanted:
                    self.tell(f"{name}: its checksum is {found}, published {wanted}.")
        for name in needed:
            if name not in listed:
                self.tell(f"{name} belongs to the publication and has no checksum.")

    def check_copy(self, figure: Any) -> None:
        """A figure's own file says the same as the catalogue."""
        name = take(figure, "file", str, "a figure")
        try:
            if read_json(inside(self.folder, name)) != figure:
                self.tell(f"{name} does not say the same as catalogue.json.")
        except Broken as error:
            self.tell(str(error))
        except (OSError, ValueError) as error:
            self.tell(f"{name} cannot be read: {error}.")

    def check_dataset(self, name: str, dataset: Any, figures: Sequence[Any]) -> None:
        """Read the rows of a dataset once and recompute all its figures."""
        what = f"Dataset {name}"
        self.datasets += 1
        if is_persons(dataset):
            for figure in figures:
                self.check_withheld(figure, take(dataset, "cells_min", int, what))
            return
        types: dict[str, str] = {}
        unknown_allowed = set()
        for column in take(dataset, "columns", list, what):
            kind = take(column, "type", str, what)
            if kind not in SHAPES:
                raise NotAPublication(f"{what}: there is no type {kind!r}.")
            types[take(column, "name", str, what)] = kind
            if take(column, "nullable", bool, what):
                unknown_allowed.add(column["name"])
        key = take(dataset, "key", list, what)
        if not types or not key or any(k not in types for k in map(str, key)):
            raise NotAPublication(f"{what}: its columns or its key are missing.")
        computed = [Figure(f, types) for f in figures]
        file, rows = take(dataset, "file", str, what), 0
        seen: set[Key] = set()
        try:
            for batch in batches(inside(self.folder, file), file, types, unknown_allowed):
                rows += batch.size
                seen.update(zip(*(batch.columns[k] for k in key), strict=False))
                for figure in computed:
                    figure.feed(batch)
                self.progress(f"{name}: {rows} rows")
        except Broken as error:
            self.tell(str(error))
            return
        except OSError as error:
            self.tell(f"{file} cannot be read: {error.strerror}.")
            return
        self.rows += rows
        if rows != take(dataset, "rows", int, what):
            self.tell(f"{file}: published {dataset['rows']} rows, found {rows}.")
        if len(seen) != rows:
            self.tell(f"{file}: {rows - len(seen)} rows repeat the key ({', '.join(key)}).")
        for figure in computed:
            self.cells += figure.compare(self.tell)
            self.figures += 1

    def check_withheld(self, figure: Any, least: int) -> None:
        """Figures over persons: nothing to recompute from, but no small cell may be shown."""
        name = take(take(figure, "definition", dict, "a figure"), "name", str, "a figure")
        self.withheld += 1
        for cell in take(figure, "cells", list, f"Figure {name}"):
            values = take(cell, "values", list, f"Figure {name}")
            if any(isinstance(v, int) and 0 < v < least for v in values):
                self.tell(f"Figure {name}: shows a cell of fewer than {least} persons.")

    def summary(self) -> str:
        """What was checked, in words."""
        text = (
            f"Checked: {self.files} files by checksum, {self.datasets} datasets with {self.rows}"
            f" rows, {self.figures} figures with {self.cells} values recomputed."
        )
        if self.withheld:
            text += f" {self.withheld} figures over persons have no published rows: not recomputed."
        return text


def is_persons(dataset: Any) -> bool:
    """Whether the rows are about people, and so not published."""
    return isinstance(dataset, dict) and dataset.get("persons") is True


def dataset_of(figure: Any) -> str:
    """The name of the dataset a figure is over. Raises: NotAPublication."""
    definition = take(figure, "definition", dict, "a figure")
    return str(take(definition, "dataset", str, "a figure"))


def verify_publication(
    folder: Any, progress: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Check the publication in a folder.

    Gives ``ok``, ``datasets``, ``rows``, ``figures``, ``cells``, ``first_difference`` (a sentence,
    or None), ``seconds``; beyond the stable part ``differences``, ``more`` and ``summary``.

    Raises:
        NotAPublication: the folder cannot be read as a publication.
    """
    started = time.monotonic()
    run = Verification(Path(folder), progress)
    limit = csv.field_size_limit(1 << 30)
    # Sums of decimals must be exact; anything that would round is an error instead.
    context = decimal.Context(prec=2000, traps=[decimal.Inexact, decimal.InvalidOperation])
    try:
        with decimal.localcontext(context):
            run.run()
    finally:
        csv.field_size_limit(limit)
    return {
        "ok": not run.differences,
        "datasets": run.datasets,
        "rows": run.rows,
        "figures": run.figures,
        "cells": run.cells,
        "first_difference": run.differences[0] if run.differences else None,
        "seconds": round(time.monotonic() - started, 3),
        "differences": run.differences,
        "more": run.more,
        "summary": run.summary(),
    }
