"""Measurements that come as a table: good rows are taken, the others told by line."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.trials import check_measures
from veche.city.pilots.models import Indicator, Measurement, MeasurementFile, Trial
from veche.city.pilots.operations.measurements import (
    UnknownIndicator,
    ValueWrong,
    check_value,
    measured,
)
from veche.city.pilots.rules.measured import (
    COLUMNS,
    LONGEST_NOTE,
    MOST_BYTES,
    MOST_ROWS,
    NEEDED,
    delimiter_of,
    moment_of,
    number_of,
)
from veche.core.cases.operations import subject
from veche.core.journal.operations import record
from veche.errors import Invalid
from veche.imported import CannotImport, Table
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class FileTooLong(Invalid):
    """More than one table holds."""

    code = "measured-file-too-long"
    sentence = _("The table is too long: at most {rows} rows and {megabytes} MB.")
    field = "file"


class NotAMoment(Invalid):
    """A cell of a table that is no moment."""

    code = "measured-not-a-moment"
    sentence = _("“{asked}” is no moment such as 2026-12-31 18:00.")
    field = "measured_at"


@dataclass(frozen=True)
class Loaded:
    """What became of a table of measurements."""

    file: MeasurementFile
    again: bool
    """The same bytes had been taken before; nothing was written."""

    @property
    def rejected(self) -> list[tuple[int, str]]:
        """Lines that were not taken, and why."""
        return [(line, why) for line, why in self.file.rejected]


MOST_REJECTED_TOLD = 200


@operation
def load_measurements(
    *, by: Person | None, at: dt.datetime, trial: Trial, data: bytes, name: str = ""
) -> Loaded:
    """Take the rows of a table (CSV, UTF-8; columns indicator, measured_at, value and, if there is
    one, note). Good rows are taken, the others are told by line with the reason, and stay written
    with the file. A file of the same bytes is taken once.

    ``indicator`` is the code or the name; times without a zone are the city's; the cells are kept
    as text and never run. A value that is there already (same indicator, moment and value) is told
    as such and not taken again.

    Raises:
        NotOfTheTrial: only the agency and the supervising department measure.
        NotMeasured: no measurements are taken for this trial now.
        FileTooLong: too many rows or bytes.
        veche.imported.CannotImport: it is no such table, or a column is missing.
    """
    trial = measured(trial)
    check_measures(by, at, trial.application)
    if len(data) > MOST_BYTES:
        raise FileTooLong(rows=MOST_ROWS, megabytes=MOST_BYTES // 1_000_000)
    digest = hashlib.sha256(data).hexdigest()
    known = MeasurementFile.objects.filter(trial=trial, digest=digest).first()
    case = subject(trial.application.case)
    if known is not None:
        record(kind="pilot.measured-again", by=by, at=at, subject=case, public={"digest": digest})
        return Loaded(known, again=True)
    rows, rejected = _rows(trial, data, at)
    file = MeasurementFile.objects.create(
        trial=trial,
        digest=digest,
        name=Path(name).name[:120] or "table.csv",
        taken=len(rows),
        rejected=rejected[:MOST_REJECTED_TOLD],
        at=at,
        by=by,
    )
    for one in rows:
        one.at, one.by, one.file = at, by, file
    Measurement.objects.bulk_create(rows, batch_size=2_000)
    record(
        kind="pilot.measurements-loaded",
        by=by,
        at=at,
        subject=case,
        public={
            "trial": trial.number,
            "digest": digest,
            "taken": len(rows),
            "rejected": len(rejected),
        },
    )
    return Loaded(file, again=False)


def _rows(
    trial: Trial, data: bytes, at: dt.datetime
) -> tuple[list[Measurement], list[tuple[int, str]]]:
    head = data[:4096].decode("utf-8-sig", "replace").partition("\n")[0]
    # The house's reader of tables reads files: it minds gzip, zero bytes and open quotation marks.
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(data)
        file.flush()
        try:
            table = Table(Path(file.name), delimiter_of(head))
        except CannotImport as refusal:
            raise _without_path(refusal, file.name) from refusal
        try:
            return _read(trial, table, at)
        except CannotImport as refusal:
            raise _without_path(refusal, file.name) from refusal
        finally:
            table.close()


def _without_path(refusal: CannotImport, path: str) -> CannotImport:
    why = str(refusal.details.get("why", "")).replace(path, str(_("the file")))
    return CannotImport(why=why)


def _read(
    trial: Trial, table: Table, at: dt.datetime
) -> tuple[list[Measurement], list[tuple[int, str]]]:
    names = [name.lower() for name in table.header]
    missing = next((name for name in NEEDED if name not in names), None)
    if missing is not None:
        sentence = _("the file has no column “{name}”; it has {all}.")
        raise CannotImport(why=sentence.format(name=missing, all=", ".join(table.header)[:400]))
    twice = next((name for name in COLUMNS if names.count(name) > 1), None)
    if twice is not None:
        raise CannotImport(why=_("the file has the column “{name}” twice.").format(name=twice))
    places = {name: names.index(name) for name in COLUMNS if name in names}
    indicators: dict[str, Indicator] = {}
    for one in Indicator.objects.filter(methodology=trial.methodology_id).order_by("-place"):
        indicators[one.name.casefold()] = indicators[one.code.casefold()] = one
    there = set(
        Measurement.objects.filter(trial=trial, superseded_by=None).values_list(
            "indicator_id", "measured_at", "value"
        )
    )
    taken: list[Measurement] = []
    rejected: list[tuple[int, str]] = []
    for count, row in enumerate(table, 1):
        if count > MOST_ROWS:
            raise FileTooLong(rows=MOST_ROWS, megabytes=MOST_BYTES // 1_000_000)
        if row.fault:
            rejected.append((row.line, row.fault))
            continue
        try:
            made = _row(trial, places, row.cells, indicators, at)
        except (Invalid, UnknownIndicator) as refusal:
            rejected.append((row.line, str(refusal)))
            continue
        key = (made.indicator_id, made.measured_at, made.value)
        if key in there:
            rejected.append((row.line, str(_("This value is there already."))))
            continue
        there.add(key)
        taken.append(made)
    return taken, rejected


def _row(
    trial: Trial,
    places: dict[str, int],
    cells: Sequence[str],
    indicators: dict[str, Indicator],
    at: dt.datetime,
) -> Measurement:
    def cell(name: str) -> str:
        return " ".join(cells[places[name]].split()) if name in places else ""

    indicator = indicators.get(cell("indicator").casefold())
    if indicator is None:
        raise UnknownIndicator(asked=cell("indicator")[:40])
    value = number_of(cell("value"))
    if value is None:
        raise ValueWrong
    moment = moment_of(cell("measured_at"), timezone.get_current_timezone())
    if moment is None:
        raise NotAMoment(asked=cell("measured_at")[:40])
    check_value(trial, indicator, value, moment, at)
    return Measurement(
        trial=trial,
        indicator=indicator,
        value=value,
        measured_at=moment,
        origin=Measurement.Origin.FILE,
        note=cell("note")[:LONGEST_NOTE],
    )
