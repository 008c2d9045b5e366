"""The gale rehearsed: everything is played, and nothing of it is in any figure, feed or letter."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.stories.evening import EVENING, begin, hear, minutes

from veche import clock, module
from veche.city.dispatch.commands_scenario import after_action
from veche.city.dispatch.models import Alert, Incident
from veche.city.dispatch.scenario import RealCity, find, play, read, tick
from veche.city.pulse.models import Alarm, Reading
from veche.core.notices.models import Notice
from veche.core.organisations.models import Holding
from veche.figures import compute

pytestmark = pytest.mark.django_db
AFTER = EVENING + minutes(130)
PAGES = (
    "en/dispatch/incidents/",
    "en/dispatch/incidents/incidents.csv",
    "en/dispatch/incidents/feed/",
    "en/dispatch/incidents/pending/",
    "en/dispatch/incidents/pending.csv",
    "en/dispatch/alerts/",
    "en/dispatch/alerts.csv",
    "en/dispatch/mode/",
    "en/dispatch/mode/feed/",
    "en/pulse/",
    "en/pulse/now.csv",
    "en/pulse/warnings.atom",
    "cap/active.atom",
    "cap/all.atom",
    "en/",
)
"""What everybody can read of incidents, alarms, modes and messages."""


def pictures() -> dict[str, Any]:
    """All datasets and figures as they are published, and what everybody reads, byte for byte."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for one in module.datasets():
            sql, values = one.sql(AFTER) if callable(one.sql) else (one.sql, ())
            keys = ", ".join(f'"{name}"' for name in one.key)
            cursor.execute(f"SELECT * FROM ({sql}) d ORDER BY {keys}", values)
            found[f"dataset {one.name}"] = repr(cursor.fetchall())
        datasets = {one.name: one for one in module.datasets()}
        for figure in module.figures():
            cells = compute(cursor, figure, datasets[figure.dataset], AFTER)
            found[f"figure {figure.name}"] = json.dumps(cells, default=str, sort_keys=True)
    client = Client()
    for page in PAGES:
        answer = client.get(f"/{page}")
        assert answer.status_code == 200, (page, answer.status_code)
        found[page] = answer.getvalue()
    found["readings"] = Reading.objects.count()
    return found


def test_a_drill_changes_nothing_that_is_real(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    monkeypatch.setattr(clock, "now", lambda: AFTER)
    script = read(find("gale.toml"))
    # A real city: only a drill is let in.
    with pytest.raises(RealCity):
        play(script, begun=EVENING, drill=False)
    before = pictures()
    run = play(script, begun=EVENING, drill=True, tick=tick)
    hear()

    # It was played from the alarm to the end, all of it marked.
    made = Incident.objects.all()
    assert made.count() == 4 and all(one.drill for one in made)
    assert not Incident.real.exists()
    assert Alarm.objects.get().drill
    assert [one.status for one in Alert.objects.all()] == ["Exercise"]
    assert run.minutes == 110
    assert all(one.incident.drill for one in after_action(run))

    after = pictures()
    assert [name for name in before if before[name] != after[name]] == []
    # Nobody was told who does not work for the city.
    staff = Holding.objects.exclude(role="volunteer").values("person")
    assert Notice.objects.exists()
    assert not Notice.objects.exclude(reader__person__in=staff).exists()
