"""The sections of the page of an application, in the order in which the page shows them."""

from __future__ import annotations

from veche.city.pilots import (
    sections_agreements,
    sections_applications,
    sections_calls,
    sections_companies,
    sections_evaluations,
    sections_experts,
    sections_panels,
    sections_programme,
    sections_sites,
    sections_trials,
)
from veche.city.pilots.section import STAFF, Section

SECTIONS: list[Section] = [
    *sections_evaluations.SECTIONS,
    *sections_trials.SECTIONS,
    *sections_agreements.SECTIONS,
    *sections_sites.SECTIONS,
    *sections_panels.SECTIONS,
    *sections_experts.SECTIONS,
    *sections_applications.SECTIONS,
    *sections_companies.SECTIONS,
    *sections_calls.SECTIONS,
    *sections_programme.SECTIONS,
]
"""What is newest in the course of an application stands first."""

__all__ = ["SECTIONS", "STAFF", "Section"]
