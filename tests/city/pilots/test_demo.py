"""The demo town's programme: as large as was told, true to its own rules, and open to the cast."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.db.models import Count
from django.test import Client

from tests.cast import START
from veche import kept, town
from veche.city.pilots import demo
from veche.city.pilots.models import (
    Agreement,
    Application,
    Breach,
    Company,
    Contract,
    Expert,
    ReviewTask,
    Site,
    Trial,
)
from veche.city.pilots.models import (
    Tester as Resident,
)
from veche.city.pilots.queries.statistics import statistics
from veche.core.cases import demo as cases
from veche.core.cases.models import CaseClock
from veche.core.organisations import demo as organisations
from veche.core.people import demo as people
from veche.core.people.models import Person
from veche.core.places import demo as places
from veche.town import pilots as told

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AT = START + dt.timedelta(hours=6)


def test_three_years_of_pilots(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    for part in (places, people, organisations, cases):
        part.load(town=town, at=AT, report=said.append)
    begun = time.process_time()
    demo.load(town=town, at=AT, report=said.append)
    print("pilots' demo:", time.process_time() - begun, "s of CPU")
    monkeypatch.setattr("veche.clock.now", lambda: AT)
    kept.forget()

    assert f"pilots: {told.APPLICATIONS}" in said
    assert Site.objects.count() == told.SITES and Expert.objects.count() == told.EXPERTS
    assert Company.objects.count() == told.COMPANIES
    assert Resident.objects.count() == told.TESTERS
    over = Trial.objects.exclude(application__answer="")
    assert over.count() == told.TRIALS
    states = {
        row["case__state"]: row["n"]
        for row in Application.objects.values("case__state").annotate(n=Count("pk"))
    }
    assert set(states) >= {
        "draft", "screening", "more_info", "review", "panel", "matching", "methodology",
        "agreement", "running", "evaluating", "answering", "rolled_out", "not_rolled_out",
        "rejected", "withdrawn",
    }  # fmt: skip
    assert not CaseClock.objects.filter(
        case__procedure="pilot", case__closed_at__isnull=False, stopped_at__isnull=True
    ).exists()
    # The cast has something to do.
    expert = Person.objects.get(cast="expert")
    assert ReviewTask.objects.filter(expert=expert.pk, standing="accepted").count() == 2
    assert Agreement.objects.filter(complete_at=None).count() == 2
    assert Breach.objects.filter(stage="all").exists()

    found = statistics(AT)
    assert (found.rolled.part, found.rolled.of) == (told.ROLLED_OUT, told.TRIALS)
    assert found.testers == told.TESTERS and found.sites == told.SITES
    assert found.money == float(sum(row.amount for row in Contract.objects.all())) > 5e7
    assert found.whole.median is not None and 90 <= found.whole.median <= 125
    page = Client().get("/ru/pilots/").content.decode()
    assert "5" in page and "42" in page
    cane = Application.objects.get(title="Электронная трость")
    for path in (
        f"applications/{cane.case.number}/", f"trials/{cane.case.number}/",
        f"evaluations/{cane.case.number}/", "contracts/", "decided/", "sites/", "calls/",
    ):  # fmt: skip
        answer = Client().get(f"/ru/pilots/{path}")
        assert answer.status_code == 200, path
