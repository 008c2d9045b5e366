"""The words by which the programme's notices speak, one file a part."""

from __future__ import annotations

from veche.city.pilots.words import (
    agreements,
    applications,
    calls,
    companies,
    conflicts,
    evaluations,
    experts,
    panels,
    programme,
    sites,
    trials,
)


def give_words() -> None:
    """Give the notices the words of every part."""
    for part in (
        calls, companies, conflicts, applications, experts, panels, sites, agreements, trials,
        evaluations, programme,
    ):  # fmt: skip
        part.give_words()
