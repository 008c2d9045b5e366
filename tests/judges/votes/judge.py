"""Winners by other people's code: VoteKit and pref_voting, run by an interpreter of their own.

They bring eight hundred megabytes with them, so they live in an environment apart, and this file
knows nothing of veche. It reads a list of elections as JSON from the standard input and writes for
each what each library says::

    {"options": 4, "seats": 1, "ballots": [[[2, 0, 1], 5], …], "ask": ["votekit irv", …]}
    {"votekit irv": [2], …}            winners, sorted; several where the library leaves a tie
    {"pref_voting irv": "ValueError …"}  where it does not answer
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from pref_voting.grade_methods import approval as grade_approval
from pref_voting.grade_profiles import GradeProfile
from pref_voting.iterative_methods import instant_runoff, instant_runoff_put
from pref_voting.margin_based_methods import beat_path
from pref_voting.profiles_with_ties import ProfileWithTies
from pref_voting.proportional_methods import stv_scottish, stv_wig
from pref_voting.scoring_methods import plurality
from votekit.ballot import RankBallot, ScoreBallot
from votekit.elections import IRV, STV, Approval, Plurality, Schulze
from votekit.pref_profile import RankProfile, ScoreProfile

Election = dict[str, Any]


def kit(one: Election) -> RankProfile:
    """The election as VoteKit has it."""
    return RankProfile(
        ballots=[
            RankBallot(ranking=[{f"c{option}"} for option in order], weight=times)
            for order, times in one["ballots"]
            if order
        ],
        candidates=[f"c{option}" for option in range(one["options"])],
        max_ranking_length=one["options"],
    )


def kit_approval(one: Election) -> ScoreProfile:
    """The same with a cross for everybody who is ranked."""
    return ScoreProfile(
        ballots=[
            ScoreBallot(scores={f"c{option}": 1 for option in order}, weight=times)
            for order, times in one["ballots"]
            if order
        ],
        candidates=[f"c{option}" for option in range(one["options"])],
    )


def of_kit(election: Any) -> list[int]:
    """Who VoteKit elected."""
    return sorted(int(name[1:]) for group in election.get_elected() for name in group)


def pref(one: Election) -> ProfileWithTies:
    """The election as pref_voting has it: who is not ranked stands below, or nowhere."""
    return ProfileWithTies(
        [{option: at for at, option in enumerate(order, 1)} for order, _times in one["ballots"]],
        [times for _order, times in one["ballots"]],
        candidates=list(range(one["options"])),
    )


def pref_below(one: Election) -> ProfileWithTies:
    """The same for methods of pairs: who is not ranked stands below all who are."""
    made = pref(one)
    made.use_extended_strict_preference()
    return made


def pref_approval(one: Election) -> GradeProfile:
    """The same with a cross for everybody who is ranked."""
    everybody = range(one["options"])
    return GradeProfile(
        [{option: int(option in order) for option in everybody} for order, _n in one["ballots"]],
        [0, 1],
        gcounts=[times for _order, times in one["ballots"]],
        candidates=list(everybody),
    )


def plain(found: Any) -> list[int]:
    """Who pref_voting elected."""
    return sorted(int(option) for option in found)


def schulze_by_winning_votes(one: Election) -> list[int]:
    """Schulze's method with the strength of a link as its own text recommends it."""
    made = pref_below(one)
    return plain(beat_path(made, strength_function=lambda a, b: made.support(a, b)))


JUDGES: dict[str, Callable[[Election], list[int]]] = {
    "votekit plurality": lambda one: of_kit(Plurality(kit(one), n_seats=1)),
    "votekit approval": lambda one: of_kit(Approval(kit_approval(one), n_seats=one["seats"])),
    "votekit irv": lambda one: of_kit(IRV(kit(one), exact=True)),
    "votekit stv": lambda one: of_kit(
        STV(kit(one), n_seats=one["seats"], simultaneous=False, exact=True)
    ),
    "votekit schulze, margins": lambda one: of_kit(Schulze(kit(one), n_seats=1)),
    "pref_voting plurality": lambda one: plain(plurality(pref(one))),
    "pref_voting approval": lambda one: plain(grade_approval(pref_approval(one))),
    "pref_voting irv": lambda one: plain(instant_runoff(pref(one))),
    "pref_voting irv, every tie both ways": lambda one: plain(instant_runoff_put(pref(one))),
    "pref_voting schulze, margins": lambda one: plain(beat_path(pref_below(one))),
    "pref_voting schulze, winning votes": schulze_by_winning_votes,
    "pref_voting stv_scottish": lambda one: plain(stv_scottish(pref(one), num_seats=one["seats"])),
    "pref_voting stv_wig": lambda one: plain(stv_wig(pref(one), num_seats=one["seats"])),
}


def asked(one: Election) -> dict[str, list[int] | str]:
    """What each judge says to one election."""
    found: dict[str, list[int] | str] = {}
    for name in one["ask"]:
        try:
            found[name] = JUDGES[name](one)
        except Exception as fault:  # a judge that does not answer is told, not hidden
            found[name] = f"{type(fault).__name__}: {fault}"
    return found


if __name__ == "__main__":
    json.dump([asked(one) for one in json.load(sys.stdin)], sys.stdout)
