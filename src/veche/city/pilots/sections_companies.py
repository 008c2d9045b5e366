"""What this part shows on the page of an application: companies."""

from __future__ import annotations

from veche.city.pilots.section import Section

SECTIONS: tuple[Section, ...] = ()
