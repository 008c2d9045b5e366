"""What an initiative may hold, and how many must endorse it: pure, without Django."""

from __future__ import annotations

MOST_POINTS = 10
SHORTEST_POINT, LONGEST_POINT = 10, 600
SHORTEST_ANSWER, LONGEST_ANSWER = 10, 3_000
NEEDED = {"city": 500, "district": 150, "neighbourhood": 40}
"""Endorsements that oblige an office, by kind of territory, where a city has set none."""
LEAST_NEEDED, MOST_NEEDED = 5, 1_000_000
DAYS_TO_ANSWER = 60
"""Days of the declared term; a city may set another."""
