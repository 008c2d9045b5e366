"""Rules of queued work. Pure Python."""

from __future__ import annotations

HEARTBEAT = 10.0
"""Seconds between two signs of life of a worker."""
PATIENCE = 30.0
"""Seconds without a sign of life after which a worker counts as gone."""
