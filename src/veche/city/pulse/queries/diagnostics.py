"""What helps to find a fault of a source, with nothing in it that must stay secret."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from veche.city.pulse.connectors.base import NAMES, manifest, problem_words
from veche.city.pulse.models import Source
from veche.city.pulse.queries import sources as queries

HIDDEN = "***"
_SECRET_NAME = re.compile(r"key|token|secret|passw|pwd|auth|sig", re.IGNORECASE)
_INSIDE = re.compile(r"(?i)\b(password|passwd|pwd|token|secret|key)\s*[=:]\s*\S+")


def without_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they may be shown: secrets that were written where none belongs are hidden."""
    return {
        name: HIDDEN if _SECRET_NAME.search(name) else _hide(value)
        for name, value in settings.items()
    }


def _hide(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if "://" in value:
        try:
            parts = urlsplit(value)
            pairs = parse_qsl(parts.query, keep_blank_values=True)
        except ValueError:
            return HIDDEN
        shown = [(n, HIDDEN if _SECRET_NAME.search(n) else v) for n, v in pairs]
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, urlencode(shown, safe="*"), ""))
    return _INSIDE.sub(lambda found: f"{found[1]}={HIDDEN}", value)


def diagnostics_of(source: Source, at: dt.datetime) -> dict[str, Any]:
    """How a source is set and how it did lately; secrets by their names only."""
    known = manifest(source.connector) if source.connector in NAMES else None
    return {
        "at": at.isoformat(),
        "source": source.code,
        "owner": source.owner.code,
        "connector": source.connector,
        "quality": known.quality if known else None,
        "settings": without_secrets(source.settings),
        "secrets": [one.name for one in known.secrets] if known and source.secret else [],
        "cadence": source.cadence,
        "fresh_for": source.fresh_for,
        "retention_days": source.retention_days,
        "public": source.public,
        "state_kept": source.state,
        "state_now": queries.state_of(source, at),
        "seen_at": source.seen_at.isoformat() if source.seen_at else None,
        "polled_at": source.polled_at.isoformat() if source.polled_at else None,
        "problem": problem_words(source.problem),
        "taken": source.taken,
        "refused": source.refused,
        "streams": queries.streams_count(source),
        "told": [
            {
                "property": one.code,
                "streams": one.streams,
                "unit": one.unit,
                "newest": one.newest.isoformat() if one.newest else None,
            }
            for one in queries.told(source)
        ],
        "turns": [{"at": one.at.isoformat(), "state": one.state} for one in queries.turns(source)],
        "refusals": [
            {"day": one.day.isoformat(), "reason": one.reason, "count": one.count}
            for one in queries.refusals(source, at.date())
        ],
        "keys": [
            {
                "name": one.name,
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
            }
            for one in queries.keys(source)
        ],
    }
