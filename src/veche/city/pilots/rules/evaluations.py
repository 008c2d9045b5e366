"""How long the words of reports, answers and contracts may be, and what they may say."""

from __future__ import annotations

SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 8_000
SHORTEST_WHY, LONGEST_WHY = 10, 4_000
"""Why a threshold was missed; why the department buys, goes on or stops."""
SHORTEST_SCOPE, LONGEST_SCOPE = 5, 2_000
LONGEST_TITLE = 300
LONGEST_NUMBER = 80
MOST_MONEY = 10**15
"""No contract of a city is larger, in its own currency."""
MOST_UNITS = 2_000_000_000
ANSWERS = ("buy", "extend", "stop")
LARGEST_IMPORT = 20 * 1024 * 1024
"""Bytes of a package of OCDS that are read at once."""
