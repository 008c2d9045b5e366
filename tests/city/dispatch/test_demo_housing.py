"""The demo town's housing emergency centre shows every state of a shut-off, calls and crews."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.city.dispatch.test_demo import AT, loaded
from veche.city.dispatch.models import Call, Crew, CrewTrip, ShutOff
from veche.city.dispatch.queries.housing import state_of

pytestmark = pytest.mark.django_db
__all__ = ["loaded"]


def test_every_state_is_shown(loaded: float, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ShutOff.objects.select_related("case")
    states = {state_of(one, AT) for one in rows}
    assert states == {"announced", "running", "late", "over", "called_off"}
    assert rows.filter(street="").exists() and rows.exclude(houses=[]).exists()
    assert set(Call.objects.values_list("outcome", flat=True)) >= {"known", "advice", "passed"}
    assert Crew.objects.count() == 8
    assert CrewTrip.objects.filter(freed_at=None).count() == 2
    monkeypatch.setattr("veche.clock.now", lambda: AT)
    for language in ("en", "ru", "zh-hans"):
        page = Client().get(f"/{language}/dispatch/shut-offs/").content.decode()
        assert page.count('class="row-title"') == rows.count()
