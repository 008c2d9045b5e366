"""No statement of the sequencer reads a table from its beginning, and a dear count waits."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.db import connection

from tests.city.ballots.placing import sequencer
from tests.city.ballots.test_sequencer import log, placing, town, vote  # noqa: F401
from tests.city.ballots.votes import Voting, cast
from veche.city.ballots import sequencer_live
from veche.city.ballots import sequencer_sql as sql
from veche.city.ballots.models import Tally, Vote
from veche.city.ballots.sequencer import Sequencer

pytestmark = pytest.mark.django_db
CODES = [bytes([n]) * 16 for n in range(40)]
STATEMENTS: dict[str, tuple[str, Any]] = {
    "waiting": (sql.WAITING, None),
    "ballots": (sql.BALLOTS, [1, 100]),
    "entries": (sql.ENTRIES, [1, 100]),
    "more of codes": (sql.MORE_OF_CODES, {"vote": 1, "codes": CODES}),
    "standing": (sql.STANDING, {"vote": 1, "codes": CODES}),
    "of code": (sql.OF_CODE, [1, CODES[0]]),
    "place": (sql.PLACE, [CODES, [1] * 40, [*range(40)], [False] * 40, 1]),
    "parts": (sql.PARTS, [[*range(40)]]),
    "less": (sql.LESS, [CODES, [1] * 40, ["web"] * 40, [1] * 40, 1]),
    "kept": (sql.KEPT, [1]),
    "signed": (sql.SIGNED, [1]),
    "sums": (sql.SUMS, [1]),
    "hour": (sql.HOUR, {"vote": 1, "number": 30, "least": 10}),
}
KEYED = ("more of codes", "standing", "of code", "place")
"""What looks at one code must find it by the key: the index of all that waits is no way to it."""


@pytest.mark.parametrize("name", STATEMENTS)
def test_rows_are_found_by_index(name: str) -> None:
    statement, given = STATEMENTS[name]
    with connection.cursor() as cursor:
        cursor.execute(sql.STEADY)
        cursor.execute(f"EXPLAIN {statement}", given)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert not re.search(r"Seq Scan on (ballots_|journal_)\w+", plan), plan
    if name in KEYED:
        assert "ballots_ballot_pkey" in plan, plan
        assert "ballots_ballot_waits" not in plan, plan
        assert re.search(r"Index Cond: .*\bcode\b", plan), plan


def test_codes_cut_apart_by_a_batch_are_judged_together(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
) -> None:
    """A person's ballots are placed together, however small the batch is."""
    small = sequencer(most=2)
    assert small.take()
    for revision in (1, 2, 3, 4):
        channel = "kiosk" if revision == 2 else "web"
        cast(vote, town.voters[0], {"lamps": ["abca"[revision - 1]]}, revision=revision,
             channel=channel)  # fmt: skip
    cast(vote, town.voters[1], {"lamps": ["c"]})
    small.all()
    told = Tally.objects.get(vote=vote).body
    assert told["turnout"]["channels"] == {"web": 1, "kiosk": 1, "paper": 0}
    assert told["questions"][0]["count"]["rounds"][0]["tally"] == {"a": 0, "b": 1, "c": 1}


def test_a_dear_count_waits_and_the_turnout_does_not(
    town: Voting,  # noqa: F811
    vote: Vote,  # noqa: F811
    placing: Sequencer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequencer_live, "SHARE", 0.0)
    cast(vote, town.voters[0], {"lamps": ["a"]})
    placing.once()
    known = placing.live._known[vote.pk]
    known.count_again = time.monotonic() + 60
    cast(vote, town.voters[1], {"lamps": ["a"]})
    placing.once()
    told = Tally.objects.get(vote=vote).body
    assert (told["turnout"]["number"], told["counted"]) == (2, 1)
    assert told["questions"][0]["count"]["ballots"] == 1
    known.count_again = 0.0
    placing.once()
    told = Tally.objects.get(vote=vote).body
    assert (told["turnout"]["number"], told["counted"]) == (2, 2)
