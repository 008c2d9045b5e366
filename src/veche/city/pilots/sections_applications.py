"""What this part shows on the page of an application: applications."""

from __future__ import annotations

from veche.city.pilots.section import Section

SECTIONS: tuple[Section, ...] = ()
