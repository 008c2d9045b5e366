"""The guard of the demo, by the name the processes know it; modules import `veche.demo_guard`."""

from __future__ import annotations

from veche.demo_guard import is_demo, mark, marked

__all__ = ["is_demo", "mark", "marked"]
