"""A row of a report that must be met exactly."""

from __future__ import annotations

from veche.project.measure import Report


def exactly(report: Report, name: str, found: float, expected: float, beside: str = "") -> None:
    """Report how far what was found is off what it must be; anything but nothing is a miss."""
    said = f"{found:,.0f} of {expected:,.0f}"
    report(f"{name}: off by", abs(found - expected), "", at_most=0, beside=beside or said)
