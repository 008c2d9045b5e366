"""The ASGI router: what it remembers, what it never does, how much it takes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from veche.project import asgi
from veche.project.asgi import Message, Page, PageMemory, Receive, Router, Scope, Send


class Django:
    """Stands for Django: counts what it is asked."""

    def __init__(self, *headers: tuple[bytes, bytes], status: int = 200) -> None:
        self.headers = [(b"content-type", b"text/html"), *headers]
        self.status = status
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        start = {"type": "http.response.start", "status": self.status, "headers": self.headers}
        await send(start)
        body = f"page {self.asked} ".encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"end"})


REMEMBER = (b"x-veche-cache", b"30")


def ask(
    router: Router,
    path: str = "/ru/",
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request; status, headers and body of the answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()],
    }
    asyncio.run(router(scope, receive, send))
    answer = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), answer


def test_an_anonymous_page_that_asks_for_it_is_remembered() -> None:
    django = Django(REMEMBER)
    router = Router(django, 1000)
    first, second = ask(router), ask(router)
    assert first[2] == second[2] == b"page 1 end"
    assert django.asked == 1
    assert b"x-veche-cache" not in first[1]
    assert b"x-veche-cache" not in second[1]


def test_what_did_not_ask_is_not_remembered() -> None:
    django = Django()
    router = Router(django, 1000)
    ask(router), ask(router)
    assert django.asked == 2


def test_somebodys_own_page_is_neither_taken_from_memory_nor_put_there() -> None:
    for cookie in ("sessionid=a", "x=1; messages=c"):
        django = Django(REMEMBER)
        router = Router(django, 1000)
        mine = {"cookie": cookie}
        ask(router, headers=mine), ask(router, headers=mine), ask(router)
        assert django.asked == 3
        assert b"x-veche-cache" not in ask(router, headers=mine)[1]
    django = Django(REMEMBER)
    router = Router(django, 1000)
    ask(router, headers={"authorization": "Bearer x"}), ask(router)
    assert django.asked == 2


def test_who_has_sent_a_form_reads_from_memory_but_adds_nothing_to_it() -> None:
    django = Django(REMEMBER)
    router = Router(django, 1000)
    mine = {"cookie": "csrftoken=b"}
    ask(router, headers=mine), ask(router)
    assert django.asked == 2
    assert ask(router, headers=mine)[2] == b"page 2 end"


def test_a_page_that_sets_a_cookie_or_fails_is_not_remembered() -> None:
    for django in (Django(REMEMBER, (b"set-cookie", b"csrftoken=1")), Django(REMEMBER, status=404)):
        router = Router(django, 1000)
        ask(router), ask(router)
        assert django.asked == 2


def test_what_a_page_depends_on_is_kept_apart() -> None:
    django = Django(REMEMBER)
    router = Router(django, 1000)
    variants: list[dict[str, str]] = [
        {},
        {"accept-language": "ru"},
        {"accept-language": "zh"},
        {"cookie": "django_language=en"},
        {"hx-request": "true"},
        {"accept-encoding": "gzip"},
        {"host": "other"},
    ]
    for headers in variants * 2:
        ask(router, headers=headers)
    assert django.asked == len(variants)


def test_a_post_is_never_answered_from_memory() -> None:
    django = Django(REMEMBER)
    router = Router(django, 1000)
    ask(router), ask(router, method="POST")
    assert django.asked == 2


def test_memory_is_bounded_and_forgets_the_least_used() -> None:
    memory = PageMemory(limit=100)
    until = time.monotonic() + 60
    for key in "abc":
        memory.put(key, Page([], b"x" * 40, until))
    assert memory.get("a") is None
    assert memory.get("c") is not None
    assert memory.size == 80


def test_when_a_page_grows_old_one_makes_it_anew_and_the_others_get_the_old() -> None:
    memory = PageMemory()
    memory.put("k", Page([], b"old", time.monotonic() - 0.1))
    assert memory.get("k") is None
    assert memory.get("k") is not None


def test_a_body_past_the_limit_is_refused_in_words() -> None:
    django = Django()
    router = Router(django, 1000)
    status, _, body = ask(router, method="POST", headers={"content-length": "1001"}, body=b"x")
    assert status == 413
    assert django.asked == 0
    assert "Отправленное слишком велико" in body.decode()


def test_health_is_answered_without_django() -> None:
    django = Django()
    assert ask(Router(django, 1000), "/healthz")[2] == b"ok\n"
    assert django.asked == 0


def test_a_hit_costs_less_than_a_quarter_of_a_millisecond() -> None:
    router = Router(Django(REMEMBER), 1000)
    sent = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal sent
        sent += 1

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/ru/",
        "query_string": b"",
        "headers": [(b"accept-language", b"ru"), (b"cookie", b"theme=dark")] * 5,
    }

    async def many() -> float:
        await router(scope, receive, send)
        began = time.process_time()
        for _ in range(1000):
            await router(scope, receive, send)
        return time.process_time() - began

    assert asyncio.run(many()) < 0.25
    assert asgi.CACHE_BYTES <= 64 * 1024 * 1024


def test_what_was_hidden_is_forgotten_at_the_first_new_answer() -> None:
    """The page is remembered, then hidden: nobody gets the old one after one has asked anew."""
    django = Django(REMEMBER)
    router = Router(django, 1000)
    assert ask(router)[2].startswith(b"page 1")
    key = next(iter(router.memory._pages))
    router.memory._pages[key].until = time.monotonic() - 1  # its seconds are over
    hidden = Django(status=410)
    router.pages = hidden
    assert ask(router)[0] == 410
    assert router.memory._pages == {}
    assert ask(router)[0] == 410


def test_a_page_is_never_kept_past_its_seconds_and_the_grace() -> None:
    memory = PageMemory()
    memory.put("key", Page([], b"old", time.monotonic() + 5))
    page = memory._pages["key"]
    end = page.end
    assert end - page.until == asgi.GRACE
    page.until = time.monotonic() - 1
    assert memory.get("key") is None  # this one makes it anew
    assert memory.get("key") is page  # the others wait with the old one
    assert page.until == end  # but no longer than that
    page.until = page.end = time.monotonic() - 1
    assert memory.get("key") is None
    assert "key" not in memory._pages
