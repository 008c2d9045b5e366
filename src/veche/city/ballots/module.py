"""The manifest of this module."""

from veche.module import Module

_HERE = "veche.city.ballots"

MODULE = Module(
    name="ballots",
    sentence="Questions put to a roll of people: exact counting by declared rules.",
    commands=f"{_HERE}.commands:register",
    verifier_sources=(
        *(
            f"{_HERE}.counting.{name}"
            for name in ("record", "ties", "ballots", "irv", "stv", "schulze", "sums", "rule")
        ),
        *(
            f"{_HERE}.files.{name}"
            for name in ("text", "scot_csv", "ranks_csv", "blt", "preflib", "votes_csv", "reading")
        ),
        f"{_HERE}.recount",
    ),
    verifier_checks={"count.json": f"{_HERE}.recount:recount"},
)
