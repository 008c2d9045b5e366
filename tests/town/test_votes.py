"""The votes of the town can be held as they are told, and its people fill in ballots rightly."""

from __future__ import annotations

import datetime as dt
from itertools import islice

import pytest

from veche.city.ballots.vote.choice import papers_of, spelled
from veche.city.ballots.vote.config import read_config
from veche.town.geometry import town
from veche.town.names import LANGUAGES
from veche.town.votes import TownVote, votes

AT = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("told", votes(), ids=lambda told: told.key)
def test_a_vote_can_be_held_and_voted_in(told: TownVote) -> None:
    config = read_config(told.config(AT) | {"vote": "2026-000001"})
    assert (config.opens, config.closes) == told.moments(AT)
    town().area(told.area)
    ballots = [spelled(config, choice) for choice in islice(told.choices(), 400)]
    assert ballots == [spelled(config, choice) for choice in islice(told.choices(), 400)]
    for asked in config.questions:
        for words in (asked.title, *(option.title for option in asked.options)):
            assert set(words) == set(LANGUAGES)
            assert not set(words["zh"]) & set("?,:;!")
        papers = papers_of(asked, [(ballot, 1) for ballot in ballots])
        kinds = papers.ranked or papers.marked
        assert len(kinds) > 2, "people differ, and some leave it blank"


def test_every_state_of_a_vote_is_there() -> None:
    moments = {told.key: told.moments(AT) for told in votes()}
    assert sum(closes < AT for _opens, closes in moments.values()) == 2
    assert sum(opens < AT < closes for opens, closes in moments.values()) == 4
    assert sum(opens > AT for opens, _closes in moments.values()) == 1
    assert {told.level for told in votes()} == {"open", "audited"}
