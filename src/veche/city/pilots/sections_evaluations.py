"""What this part shows on the page of an application: evaluations."""

from __future__ import annotations

from veche.city.pilots.section import Section

SECTIONS: tuple[Section, ...] = ()
