"""Every declared procedure: each state is reached, owned and left."""

from __future__ import annotations

import pytest

from veche.core.cases.procedure import START, Move, Procedure, State
from veche.core.cases.rules import Term
from veche.module import load, resolve

DECLARED = [resolve(path) for manifest in load() for path in manifest.procedures]


def test_some_procedure_is_declared() -> None:
    assert DECLARED


@pytest.mark.parametrize("procedure", DECLARED, ids=lambda p: p.code)
def test_every_state_is_reached_and_reaches_an_end(procedure: Procedure) -> None:
    ends = {s.code for s in procedure.states if s.final or s.record}
    after = {START: {m.target for m in procedure.moves_from(START)}}
    for state in procedure.states:
        after[state.code] = {m.target for m in procedure.moves_from(state.code)}

    def reachable(start: str) -> set[str]:
        seen, left = set(), [start]
        while left:
            for target in after[left.pop()] - seen:
                seen.add(target)
                left.append(target)
        return seen

    assert reachable(START) == {s.code for s in procedure.states}
    for state in procedure.states:
        if not (state.final or state.record):
            assert reachable(state.code) & ends, state.code
            assert state.role and state.term, state.code
        if state.final:
            leaving = procedure.moves_from(state.code)
            assert all(m.reopens for m in leaving), f"{state.code} is final and can be left"
        if state.on_due:
            assert callable(resolve(state.on_due))


def _procedure(*states: State, moves: tuple[Move, ...]) -> Procedure:
    return Procedure("x", "x", states, moves)


def test_a_state_without_term_or_role_is_refused() -> None:
    with pytest.raises(ValueError, match="owns no term or role"):
        _procedure(
            State("a", "a"),
            State("b", "b", final=True),
            moves=(Move("m", (START,), "a", "r", "m"), Move("n", ("a",), "b", "r", "n")),
        )


def test_a_state_that_never_ends_is_refused() -> None:
    with pytest.raises(ValueError, match="never ends"):
        _procedure(
            State("a", "a", role="r", term=Term(1)), moves=(Move("m", (START,), "a", "r", "m"),)
        )


def test_a_state_nobody_reaches_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be reached"):
        _procedure(
            State("a", "a", final=True),
            State("b", "b", final=True),
            moves=(Move("m", (START,), "a", "r", "m"),),
        )


def test_a_pause_where_nobody_asks_the_author_is_refused() -> None:
    with pytest.raises(ValueError, match="asks nothing of the author"):
        _procedure(
            State("a", "a", role="officer", term=Term(1), pauses=True),
            State("b", "b", final=True),
            moves=(Move("m", (START,), "a", "r", "m"), Move("n", ("a",), "b", "r", "n")),
        )
