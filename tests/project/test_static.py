"""Static files: named by their content, compressed, gathered once, kept for long by browsers."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from whitenoise.middleware import WhiteNoiseMiddleware

from veche.project import static

A_YEAR = 365 * 24 * 3600


@pytest.fixture
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.STATIC_ROOT = tmp_path / "static"
    fresh = static.Storage()
    monkeypatch.setattr("django.contrib.staticfiles.storage.staticfiles_storage", fresh)
    monkeypatch.setattr("whitenoise.middleware.staticfiles_storage", fresh, raising=False)
    return tmp_path / "static"


def test_a_browser_asks_once_for_each_content(place: Path, settings: Any) -> None:
    assert static.gather()
    storage = static.Storage(location=place)
    name = storage.stored_name("look/look.css")
    assert name != "look/look.css" and (place / name).exists()
    served = WhiteNoiseMiddleware(lambda _request: None).files[f"/static/{name}"]
    answer = served.get_response("GET", {"HTTP_ACCEPT_ENCODING": "gzip"})
    headers = dict(answer.headers)
    assert headers["Content-Encoding"] == "gzip"
    assert "immutable" in headers["Cache-Control"]
    assert int(headers["Cache-Control"].split("max-age=")[1].split(",")[0]) > A_YEAR
    packed = (place / f"{name}.gz").read_bytes()
    assert gzip.decompress(packed) == (place / name).read_bytes()
    assert len(packed) < len((place / name).read_bytes()) / 2


def test_what_stands_is_not_gathered_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def slow(*words: Any, **more: Any) -> None:
        done.append(words)
        call_command(*words, **more)

    monkeypatch.setattr(static, "call_command", slow)
    both = [threading.Thread(target=static.gather) for _n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(done) == 1
    assert not static.gather()
    monkeypatch.setattr(static, "_digest", lambda: "of another version")
    assert static.gather()


def test_a_gathering_that_was_cut_off_is_begun_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_words: Any, **_more: Any) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(static, "call_command", cut)
        with pytest.raises(OSError, match="No space"):
            static.gather()
    assert static.gather()


@pytest.mark.django_db
def test_without_a_gathering_files_go_by_their_names(settings: Any) -> None:
    page = Client().get("/en/style/").content.decode()
    assert "/static/look/look.css" in page
    assert Client().get("/static/look/look.css").status_code == 200
