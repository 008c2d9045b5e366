"""Exact counting of ballots by declared rules: plain Python, no database, usable as a library.

Every number is a whole number or a fraction; nothing is rounded but where a rule's own text says
so (the five decimals of Scottish elections). A count is a record of rounds that says who was
elected or left out and why, so that a reader can follow it with a pencil.
"""

from veche.city.ballots.counting.ballots import Paper, Papers, Preferences, preferences
from veche.city.ballots.counting.irv import count_irv
from veche.city.ballots.counting.kinds import Kind, WrongBallot
from veche.city.ballots.counting.majority import Decision, Majority, Side, decide
from veche.city.ballots.counting.record import Count, Round, Tie
from veche.city.ballots.counting.rule import Rule, WrongRule, count
from veche.city.ballots.counting.schulze import count_schulze
from veche.city.ballots.counting.stv import count_stv
from veche.city.ballots.counting.sums import add_up, count_sums
from veche.city.ballots.counting.ties import declared, drawn

__all__ = [
    "Count",
    "Decision",
    "Kind",
    "Majority",
    "Paper",
    "Papers",
    "Preferences",
    "Round",
    "Rule",
    "Side",
    "Tie",
    "WrongBallot",
    "WrongRule",
    "add_up",
    "count",
    "count_irv",
    "count_schulze",
    "count_stv",
    "count_sums",
    "decide",
    "declared",
    "drawn",
    "preferences",
]
