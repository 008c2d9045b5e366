"""Numbers that pages say and the engine keeps; this file imports nothing."""

from __future__ import annotations

ENOUGH = 7
"""Votes a participant needs to be put in a group; fewer where there are fewer statements."""
FEWEST = 5
"""Members from which on a group is shown by itself, and participants from which on files are
given out."""
