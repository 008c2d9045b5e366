"""Reading datasets and figures as they stand now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche import errors, figures, module
from veche.core.opendata.publish import lines
from veche.figures_sql import clean_rows, file_rows
from veche.kept import Kept, kept


class NoSuchDataset(errors.NotFound):
    """There is no dataset, or no figure, of this name."""

    code = "opendata-unknown"
    sentence = _("There is no dataset or figure of this name.")


def dataset(name: str) -> figures.Dataset:
    """The dataset of this name. Raises: NoSuchDataset."""
    for found in module.datasets():
        if found.name == name:
            return found
    raise NoSuchDataset


def figure(name: str) -> tuple[figures.Figure, figures.Dataset]:
    """The figure of this name with its dataset. Raises: NoSuchDataset."""
    for found in module.figures():
        if found.name == name:
            return found, dataset(found.dataset)
    raise NoSuchDataset


def cells(
    found: figures.Figure, over: figures.Dataset, at: dt.datetime
) -> list[dict[str, figures.Value]]:
    """The figure's cells now. Raises: ValueError when it does not fit the dataset."""
    with connection.cursor() as cursor:
        return figures.compute(cursor, found, over, at)


def remembered(
    found: figures.Figure, over: figures.Dataset, at: dt.datetime
) -> Kept[list[dict[str, figures.Value]]]:
    """The figure's cells for a page: those of a long past may be some minutes old."""
    return kept(("figure", found.name), at, lambda: cells(found, over, at))


def csv_lines(found: figures.Dataset, at: dt.datetime) -> Iterator[bytes]:
    """The dataset as CSV now, streamed. Rows about persons are never given.

    Raises:
        NoSuchDataset: the rows are about persons.
    """
    if found.persons:
        raise NoSuchDataset
    sql, params = clean_rows(found, at)
    with connection.cursor() as cursor:
        yield from lines(cursor, file_rows(found, f"({sql})"), params)
