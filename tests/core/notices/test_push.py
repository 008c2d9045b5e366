"""Waking browsers: a push service of our own that reads what it is sent."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import http_ece  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse
from tests.cast import START, SmallTown

from veche.city.problems import operations as problems
from veche.core.notices import operations, push
from veche.core.notices.models import Notice, PushAddress
from veche.core.notices.operations.pushing import PushRefused

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Service:
    """A push service and the one browser it knows."""

    port: int = 0
    status: int = 201
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/push/one"

    @property
    def p256dh(self) -> str:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return text(point)

    def read(self, n: int = -1) -> dict[str, Any]:
        """What the browser would show."""
        raw = http_ece.decrypt(
            self.got[n][1], private_key=self.key, auth_secret=self.auth, version="aes128gcm"
        )
        return dict(json.loads(raw))


@pytest.fixture
def service(settings: Any, tmp_path: Any) -> Iterator[Service]:
    """The running service, known to the city."""
    known = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent = {name.title(): value for name, value in self.headers.items()}
            known.got.append((sent, body))
            self.send_response(known.status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    known.port = server.server_port
    settings.PUSH_HOSTS = ("127.0.0.1",)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()


def wake(town: SmallTown, service: Service) -> PushAddress:
    return operations.add_device(
        by=town.resident,
        at=START,
        endpoint=service.endpoint,
        p256dh=service.p256dh,
        auth=text(service.auth),
    )


def accepted(town: SmallTown, at: dt.datetime = START) -> str:
    case = problems.accept(by=town.moderator, at=at, case=town.report(at=at).case)
    return case.number


def test_a_browser_is_woken_once_with_a_number_and_nothing_personal(
    town: SmallTown, service: Service
) -> None:
    wake(town, service)
    number = accepted(town)
    assert Notice.objects.filter(push=True).count() == 1
    assert operations.push_waiting(by=None, at=START) == 1
    assert operations.push_waiting(by=None, at=START) == 0
    said = service.read()
    assert number in said["body"] and said["url"] == f"/en/problems/{number}/"
    whole = json.dumps(said)
    for private in ("A deep hole", "Resident", "Bridge Street", "example.org"):
        assert private not in whole
    headers = service.got[0][0]
    assert (
        headers["Authorization"].startswith("vapid t=")
        and push.public_key() in (headers["Authorization"])
    )
    assert headers["Content-Encoding"] == "aes128gcm" and int(headers["Ttl"]) > 0


def test_several_at_once_are_one_knock(town: SmallTown, service: Service) -> None:
    wake(town, service)
    accepted(town)
    accepted(town, START + HOUR)
    assert operations.push_waiting(by=None, at=START + HOUR) == 1
    assert service.read()["body"].endswith("And 1 more.")


@pytest.mark.parametrize("status", [404, 410])
def test_an_address_that_is_no_more_is_forgotten(
    town: SmallTown, service: Service, status: int
) -> None:
    wake(town, service)
    service.status = status
    accepted(town)
    assert operations.push_waiting(by=None, at=START) == 0
    assert not PushAddress.objects.exists()
    accepted(town, START + HOUR)
    assert not Notice.objects.filter(push=True).exists()  # nobody is there to be woken


def test_a_service_that_fails_is_forgiven_for_a_while(town: SmallTown, service: Service) -> None:
    wake(town, service)
    service.status = 500
    for n in range(5):
        assert PushAddress.objects.exists()
        accepted(town, START + n * HOUR)
        operations.push_waiting(by=None, at=START + n * HOUR)
    assert not PushAddress.objects.exists()


def test_quiet_hours_hold_for_devices_too(town: SmallTown, service: Service) -> None:
    wake(town, service)
    reader = operations.reader_for(by=town.resident, at=START)
    quiet = (dt.time(22), dt.time(7))
    operations.choose_ways(by=town.resident, at=START, reader=reader, ways={}, quiet=quiet)
    night = dt.datetime(2026, 11, 16, 20, 0, tzinfo=dt.UTC)  # midnight in Samara
    accepted(town, night)
    assert operations.push_waiting(by=None, at=night) == 0
    assert operations.push_waiting(by=None, at=night + 8 * HOUR) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://169.254.169.254/latest",
        "https://localhost/x",
        "https://fcm.googleapis.com.example.org/x",
        "http://fcm.googleapis.com/x",
        "file:///etc/passwd",
        "https://[::1",
        "https://fcm.googleapis.com/" + "x" * 2000,
        "",
    ],
)
def test_only_known_services_are_spoken_to(town: SmallTown, endpoint: str) -> None:
    service = Service()
    with pytest.raises(PushRefused):
        operations.add_device(
            by=town.resident,
            at=START,
            endpoint=endpoint,
            p256dh=service.p256dh,
            auth=text(service.auth),
        )


def test_the_page_takes_and_forgets_a_browser(
    town: SmallTown, service: Service, client: Client
) -> None:
    client.force_login(town.resident)
    page = client.get(reverse("notices:settings")).content.decode()
    assert push.public_key() in page
    body = {
        "endpoint": service.endpoint,
        "keys": {"p256dh": service.p256dh, "auth": text(service.auth)},
        "wake": True,
    }
    url = reverse("notices:device")
    sent = client.post(url, json.dumps(body), content_type="application/json")
    assert sent.status_code == 200 and PushAddress.objects.count() == 1
    broken: list[Any] = [{}, [], {"endpoint": 5}, {"endpoint": "x", "keys": 3}]
    for wrong in (*broken, {"endpoint": "\x00"}):
        answer = client.post(url, json.dumps(wrong), content_type="application/json")
        assert answer.status_code == 422
    gone = client.post(url, json.dumps({**body, "wake": False}), content_type="application/json")
    assert gone.status_code == 200 and not PushAddress.objects.exists()


def test_the_key_is_made_once_and_closed(settings: Any) -> None:
    first = push.public_key()
    push._private_key.cache_clear()
    assert push.public_key() == first
    assert (settings.HOME.path / "vapid.pem").stat().st_mode & 0o077 == 0
