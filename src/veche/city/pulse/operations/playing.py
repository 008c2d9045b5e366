"""A scenario is played: the demo's own feed leaves its sources alone meanwhile."""

from __future__ import annotations

import datetime as dt

from veche.city.pulse.models import Source
from veche.core.journal.operations import record
from veche.operation import operation

PLAYED = "played_until"
"""In the settings of a source: until then a scenario tells what its sensors read."""


@operation
def begin_playing(
    *, by: None, at: dt.datetime, scenario: str, sources: list[str], until: dt.datetime
) -> None:
    """The demo's own feed leaves these sources to the scenario until it has ended."""
    for source in Source.objects.select_for_update().filter(code__in=sources):
        source.settings = {**source.settings, PLAYED: until.isoformat()}
        source.save(update_fields=["settings"])
    record(
        kind="pulse.scenario-played", by=by, at=at, subject="readings",
        public={"scenario": scenario, "until": until.isoformat()},
    )  # fmt: skip
