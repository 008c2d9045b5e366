"""Filters with what they must find, of our own, in ``vectors.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.city.pulse.sensorthings.small import Small

_FILE = Path(__file__).with_name("vectors.toml")


def test_vector(small: Small) -> None:
    """Every filter finds what it must, and nothing else.

    In one test, for the fixture is made once and only read.
    """
    vectors = tomllib.loads(_FILE.read_text())["vector"]
    assert len(vectors) >= 60
    wrong = []
    for one in vectors:
        answer = small.client.get(f"/sensorthings/v1.1/{one['set']}", {"$filter": one["filter"]})
        if answer.status_code != 200:
            found: list[str] = [answer.content.decode()]
        else:
            found = small.names(one["set"], filter=one["filter"])
        if sorted(found) != sorted(one["finds"]):
            wrong.append((one["set"], one["filter"], found, one["finds"]))
    assert not wrong, "\n".join(str(one) for one in wrong)
