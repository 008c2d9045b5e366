"""Rules of appeals and corrections. Pure Python."""

from __future__ import annotations

SHORTEST_TITLE = 6
LONGEST_TITLE = 120
SHORTEST_TEXT = 10
LONGEST_TEXT = 12_000
LONGEST_ANSWER = 12_000
LONGEST_REASON = 2_000
LONGEST_NOTE = 1_000

MOST_FILES = 5
"""Photographs and documents together that come with one letter."""

ADDRESS_DAYS = 180
"""The longest that an e-mail address is kept to say that there is an answer."""

REFUSAL_REASONS = ("answered-before", "court", "secret-by-law", "no-such-power")
LATER_REASONS = ("asked-elsewhere", "look-there", "many-offices", "papers-awaited")
"""Why an office may ask for a later date."""
SATISFACTION = ("yes", "partly", "no")
CORRECTION_REASONS = ("not-so", "not-found", "other-registry", "already-known", "unclear")

CELLS = 5
"""Private letters are published only as counts of at least so many."""
