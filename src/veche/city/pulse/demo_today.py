"""What is out of order in the demo town today: a town has something always."""

from __future__ import annotations

from typing import Final

TODAY: Final = {
    ("homes-dark", 3): 340.0,
    ("lifts-stopped", 3): 7.0,
    ("road-grip", 6): 47.0,
}
"""Property and number of the thing of its kind → what it reads: in the third district the
electricity is out and lifts stand; in the sixth the roads are slippery."""
