"""The strategy of the demo town: imported a year ago, and once more as the council changed it."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from veche.city.delivery.operations.imports import import_strategy
from veche.core.places.queries import atlas
from veche.town.strategy import CODE, REASON, TITLES, table


def load(*, at: dt.datetime) -> int:
    """Import the strategy as it was and as it is; how many knots it has."""
    home = atlas().home()
    assert home is not None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{CODE}.csv"
        for before, moment in ((True, at - dt.timedelta(days=340)), (False, at)):
            file.write_text(table(at.year, before=before), encoding="utf-8")
            found = import_strategy(
                by=None,
                at=moment,
                file=file,
                code=CODE,
                titles=TITLES,
                territory=home,
                reason=REASON,
            )
    assert not found["rejected"]
    return found["read"]
