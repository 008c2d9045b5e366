"""``veche ballots door``: where it listens, how it ends, where a demo's may not."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.city.ballots.doors import Answer
from tests.city.ballots.test_door import opened, sent, token_of
from tests.city.ballots.test_door_listener import answer_of
from tests.city.ballots.votes import voting
from veche.city.ballots import commands_door, intake
from veche.city.ballots.load import request
from veche.city.ballots.models import Ballot


def test_a_demos_door_is_for_its_own_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VECHE_DEMO", "1")
    asked = argparse.Namespace(host="0.0.0.0", port=0, socket=None, shared=False)
    assert commands_door.run_door(asked) == 1
    assert "this machine only" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_it_takes_ballots_at_a_socket_until_it_is_told_to_stop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    intake.KNOWN.forget()
    intake._told.clear()
    town = voting()
    vote = opened(town)
    good = request("/cast", sent(token_of(vote, 0, town), {"lamps": ["a"]}))
    place = tmp_path / "door"

    async def talk() -> Answer:
        door = asyncio.ensure_future(commands_door.serve({"path": str(place)}))
        while not place.exists() or "listens at" not in capsys.readouterr().out:
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_unix_connection(str(place))
        writer.write(good)
        answer = await answer_of(reader)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await reader.read() == b""
        writer.close()
        await door
        return answer

    assert asyncio.run(talk()).status == 200
    assert Ballot.objects.count() == 1
