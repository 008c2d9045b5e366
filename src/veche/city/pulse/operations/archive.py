"""Files of old days: Parquet with the extra "archive", compressed CSV without it.

A file holds one day of one source, with the words of things and properties beside their numbers,
so that it can be read by itself in twenty years.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import importlib.util
import os
import shutil
import tempfile
from itertools import count
from pathlib import Path

from django.conf import settings
from django.db import connection

from veche.core.journal.models import Record
from veche.operation import inside

COLUMNS = (
    "stream", "thing", "property", "unit", "at", "until", "nth", "number", "result", "result_at",
    "valid_from", "valid_until", "feature", "quality", "parameters", "recorded_at",
)  # fmt: skip
_TEXT = """
COPY (
    SELECT t.id, h.code, p.code, t.unit ->> 'symbol', r.at, r.until, r.nth, r.number, r.result,
        r.result_at, r.valid_from, r.valid_until, r.feature_id, r.quality, r.parameters,
        r.recorded_at
    FROM {table} r JOIN pulse_stream t ON t.id = r.stream_id
        JOIN pulse_thing h ON h.id = t.thing_id
        LEFT JOIN pulse_observedproperty p ON p.id = t.property_id
    WHERE t.source_id = %s ORDER BY t.id, r.at, r.nth
) TO STDOUT (FORMAT csv)
"""


def folder() -> Path:
    """Where the files are."""
    return Path(settings.ARCHIVE_FOLDER) / "readings"


def path_of(day: dt.date, source: str, *, parquet: bool, part: int = 1) -> Path:
    """Where the file of a source's day is; of what came after it was put away, the next part."""
    more = f".{part}" if part > 1 else ""
    name = f"{day.isoformat()}-{source}{more}.{'parquet' if parquet else 'csv.gz'}"
    return folder() / f"{day.year}" / name


def _free(day: dt.date, source: str, *, parquet: bool) -> Path:
    """Where the next file of a source's day goes.

    A file that the journal speaks of is all that is left of its readings, and is never written
    over; one it does not speak of was left by a night that was interrupted.
    """
    told = Record.objects.filter(kind="pulse.readings-kept", public__day=day.isoformat())
    kept = {
        one["file"]
        for files in told.values_list("public__files", flat=True)
        for one in files
    }  # fmt: skip
    paths = (path_of(day, source, parquet=parquet, part=n) for n in count(1))
    return next(path for path in paths if path.name not in kept)


@inside
def write(day: dt.date, source: int, code: str) -> tuple[Path, str]:
    """Write the readings of a source's day into a file; its path and the SHA-256 of its bytes.

    The file stands under its name only when it is whole and on the disk.

    Raises:
        OSError: it cannot be written.
    """
    parquet = importlib.util.find_spec("pyarrow") is not None
    path = _free(day, code, parquet=parquet)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".half")
    with tempfile.TemporaryFile(dir=path.parent) as text:
        with (
            connection.cursor() as cursor,
            cursor.copy(_TEXT.format(table=f"pulse_reading_{day:%Y%m%d}"), [source]) as rows,
        ):
            for part in rows:
                text.write(part)
        text.seek(0)
        if parquet:
            _parquet(text, half)
        else:
            with gzip.open(half, "wb") as out:
                out.write((",".join(COLUMNS) + "\n").encode())
                shutil.copyfileobj(text, out)
    with half.open("rb") as made:
        os.fsync(made.fileno())
        digest = hashlib.file_digest(made, "sha256").hexdigest()
    half.replace(path)
    return path, digest


def _parquet(text: object, path: Path) -> None:
    """Write CSV as Parquet, block by block: a day may be larger than the memory."""
    import pyarrow as pa  # type: ignore[import-untyped]
    from pyarrow import csv, parquet

    moment = pa.timestamp("us", tz="UTC")
    kinds = {
        "stream": pa.int64(), "thing": pa.string(), "property": pa.string(), "unit": pa.string(),
        "at": moment, "until": moment, "nth": pa.int16(), "number": pa.float64(),
        "result": pa.string(), "result_at": moment, "valid_from": moment, "valid_until": moment,
        "feature": pa.int64(), "quality": pa.string(), "parameters": pa.string(),
        "recorded_at": moment,
    }  # fmt: skip
    schema = pa.schema(list(kinds.items()))
    with parquet.ParquetWriter(path, schema, compression="zstd") as out:
        reader = csv.open_csv(
            text,
            read_options=csv.ReadOptions(column_names=list(COLUMNS)),
            convert_options=csv.ConvertOptions(
                column_types=schema, strings_can_be_null=True, quoted_strings_can_be_null=False,
                timestamp_parsers=["%Y-%m-%d %H:%M:%S%z", csv.ISO8601],
            ),
        )  # fmt: skip
        for block in reader:
            out.write_batch(block)
