"""What only a demo offers is refused unless everything agrees that this is one."""

from __future__ import annotations

from typing import Any

import pytest

from veche import demo_guard


@pytest.fixture
def agreed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    settings.DEMO = True
    monkeypatch.setenv("VECHE_BIND", "127.0.0.1")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(demo_guard, "marked", lambda: True)
    return monkeypatch


def test_all_agree(agreed: pytest.MonkeyPatch) -> None:
    assert demo_guard.is_demo()


def test_not_said_by_the_supervisor(agreed: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEMO = False
    assert not demo_guard.is_demo()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "veche.example"])
def test_not_bound_to_this_machine(agreed: pytest.MonkeyPatch, host: str) -> None:
    agreed.setenv("VECHE_BIND", host)
    assert not demo_guard.is_demo()


def test_not_a_cluster_of_ours(agreed: pytest.MonkeyPatch) -> None:
    agreed.setenv("DATABASE_URL", "postgresql://city/")
    assert not demo_guard.is_demo()


@pytest.mark.django_db
def test_a_database_is_unmarked_until_it_is_marked() -> None:
    demo_guard.marked.cache_clear()
    assert not demo_guard.marked()
    demo_guard.marked.cache_clear()
