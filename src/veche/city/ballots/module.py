"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="ballots",
    sentence="Questions put to a roll of people: exact counting by declared rules.",
    commands="veche.city.ballots.commands:register",
)
