"""The load test: what it refuses, and that its crowd counts what it was answered."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import pytest

from veche.city.ballots import commands_load, load
from veche.city.ballots.load_client import Crowd


def told(votes: int = 10, connections: int = 1) -> argparse.Namespace:
    """What was asked of the command."""
    more = {"filled": 0, "through": "door", "json": True}
    return argparse.Namespace(votes=votes, connections=connections, **more)


def test_it_is_never_run_beside_a_citys_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///city")
    assert commands_load.run_load_test(told()) == 1
    assert "beside a demo only" in capsys.readouterr().err
    monkeypatch.delenv("DATABASE_URL")
    for wrong in (told(votes=0), told(votes=2_000_000), told(connections=0), told(connections=501)):
        assert commands_load.run_load_test(wrong) == 1
        assert "at most" in capsys.readouterr().err


async def _server(answers: list[bytes], heard: list[bytes]) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            heard.append(await reader.readexactly(int(head.split(b"content-length: ")[1])))
            for part in answers.pop(0).partition(b"|"):  # an answer may come in two pieces
                if part != b"|":
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0.01)
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


def test_the_crowd_sends_everything_and_counts_the_answers() -> None:
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{}|{}"
    bad = b"HTTP/1.1 4|09 Conflict\r\ncontent-length: 6\r\n\r\nclosed"
    answers = [good, bad, good, good, good]
    heard: list[bytes] = []

    async def vote() -> dict[str, Any]:
        server = await _server(answers, heard)
        requests = [load.request("/cast", b"%d" % n, "x: y") for n in range(5)]
        port = server.sockets[0].getsockname()[1]
        async with server:
            return await Crowd(requests).vote(port, 1)

    found = asyncio.run(vote())
    assert heard == [b"0", b"1", b"2", b"3", b"4"]
    assert found["statuses"] == {"200": 4, "409": 1}
    assert found["sample"] == "closed", "what was refused is shown"
    assert found["p99_ms"] >= found["p50_ms"] > 10
    assert found["lost"] == 0
