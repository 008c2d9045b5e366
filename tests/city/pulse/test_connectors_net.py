"""Asking other machines: never longer, never more, and nowhere it may not."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from veche.city.pulse.connectors import net
from veche.city.pulse.connectors.base import Fault

Serve = Callable[[Callable[[socket.socket], None]], str]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a machine that does with each line what it is told; gives its address."""
    monkeypatch.setenv("VECHE_SOURCE_NETWORKS", "127.0.0.0/8")
    open_ones: list[socket.socket] = []

    def start(answer: Callable[[socket.socket], None]) -> str:
        door = socket.create_server(("127.0.0.1", 0))
        open_ones.append(door)

        def run() -> None:
            while True:
                try:
                    line, _peer = door.accept()
                except OSError:
                    return
                with line:
                    try:
                        line.recv(4096)
                        answer(line)
                    except OSError:
                        pass

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{door.getsockname()[1]}/data"

    yield start
    for door in open_ones:
        door.close()


def test_what_stands_there_is_got(serve: Serve) -> None:
    """The plain case."""
    address = serve(lambda line: line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
    assert net.fetch(address) == b"hi"


def test_too_much_is_cut_off(serve: Serve) -> None:
    """A body without an end is dropped at the cap, whatever its head says."""

    def pour(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.sendall(b"x" * 65_536)

    with pytest.raises(Fault, match="MB"):
        net.fetch(serve(pour), most=1_000_000)


def test_a_drip_is_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sign at a time, in the heads or in the body: the whole answer has its time."""
    monkeypatch.setattr(net, "LONGEST", 0.6)

    def heads(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            line.sendall(b"x")
            time.sleep(0.02)

    def body(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.sendall(b"x")
            time.sleep(0.02)

    for answer in (heads, body):
        begun = time.monotonic()
        with pytest.raises(Fault):
            net.fetch(serve(answer))
        assert time.monotonic() - begun < 3


def test_half_an_answer_is_none(serve: Serve) -> None:
    """A line that breaks in the middle: less than the head said."""
    told = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\na;b\n1;2\n"
    with pytest.raises(Fault, match="answer"):
        net.fetch(serve(lambda line: line.sendall(told)))


def test_silence_is_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that takes the line and says nothing."""
    monkeypatch.setattr(net, "PATIENCE", 0.3)
    with pytest.raises(Fault, match="longer"):
        net.fetch(serve(lambda _line: time.sleep(5)))


def test_nothing_is_followed_elsewhere(serve: Serve) -> None:
    """A redirect is an answer like any other that is not the data."""
    told = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(Fault, match="302"):
        net.fetch(serve(lambda line: line.sendall(told)))


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fd00::1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[2002:a00:1::1]/",
        "http://[fec0::1]/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
    ],
)
def test_the_city_own_network_is_out_of_reach(address: str) -> None:
    """However the machine is written; nothing is sent there."""
    with pytest.raises(Fault, match="network"):
        net.fetch(address)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://a.example/", "http:///x", "http://u:p@a.example/", "x", "http://a:b/",
     "http://a.example/\r\nX: y", "gopher://127.0.0.1:5432/"],
)  # fmt: skip
def test_what_is_no_address_of_the_web(address: str) -> None:
    """Other schemes, names and passwords inside, broken lines."""
    with pytest.raises(Fault, match="not an address"):
        net.fetch(address)


def test_one_private_address_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads to a public and to a private machine is refused: it could turn."""
    rows = [(2, 1, 6, "", (one, 80)) for one in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: rows)
    with pytest.raises(Fault, match="network"):
        net.look_up("twofold.example", 80)


def test_networks_are_opened_by_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A department's network that the city names may be reached, its neighbour not."""
    monkeypatch.setenv("VECHE_SOURCE_NETWORKS", "10.20.0.0/16, fd00:1::/32")
    assert net.may_reach(ipaddress.ip_address("10.20.3.4"))
    assert net.may_reach(ipaddress.ip_address("fd00:1::7"))
    assert not net.may_reach(ipaddress.ip_address("10.21.3.4"))
    assert net.may_reach(ipaddress.ip_address("93.184.216.34"))


def test_all_pages_of_a_source_have_an_end(serve: Serve) -> None:
    """A hundred slow pages do not keep the worker from those who wait."""
    address = serve(lambda line: line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"))
    assert net.within(30)(address) == b"x"
    with pytest.raises(Fault, match="longer"):
        net.within(-1)(address)
