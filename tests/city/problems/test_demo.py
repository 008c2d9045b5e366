"""The demo town as it is loaded, with a short year; and that its moments follow from its steps."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

import veche.town
from tests import database
from veche.city.ballots.operations import crowd
from veche.city.delivery.operations import crowd as promised
from veche.city.problems.models import Category, Problem
from veche.core.cases.models import CaseClock, CaseFile
from veche.core.journal.commands import first_key
from veche.core.opendata import operations as opendata
from veche.core.organisations.models import Organisation
from veche.core.organisations.queries import answers_for
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.module import load, resolve
from veche.town import problems
from veche.town.dispatch import services
from veche.town.offices import offices
from veche.town.pilots import companies, sites

AT = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)


def load_town(monkeypatch: pytest.MonkeyPatch, count: int, folder: Path) -> list[str]:
    """Load every module's part of the town; what was reported."""
    for one in (crowd, promised):  # a crowd votes, and a past is promised, in a demo only
        monkeypatch.setattr(one, "marked", lambda: True)
    monkeypatch.setattr(settings, "LOG_FOLDER", folder / "log")
    monkeypatch.setattr(settings, "KEY_FOLDER", folder / "keys")
    first_key()
    monkeypatch.setattr(problems, "history", functools.partial(problems.history, n=count))
    said: list[str] = []
    for manifest in load():
        if manifest.demo:
            loader: Any = resolve(manifest.demo)
            loader(town=veche.town, at=AT, report=said.append)
            # In one transaction nobody else counts rows: what rows point to was then looked up by
            # reading whole tables, for more than a minute.
            database.analyze()
    return said


MOMENTS = """
WITH told AS (
    SELECT e.case_id,
        min(e.at) FILTER (WHERE e.move IN ('accept', 'pass') OR e.target = 'routing'
            AND e.source IN ('appealed', 'appealed_up')) AS accepted,
        min(e.at) FILTER (WHERE e.move IN ('route', 'route_late', 'assign')
            OR e.move = 'last_resort' AND e.source = 'routing') AS assigned,
        min(e.at) FILTER (WHERE e.move IN ('answer', 'refuse')) AS answered,
        max(e.at) FILTER (WHERE e.move = 'confirm') AS confirmed,
        count(*) FILTER (WHERE e.target = 'returned') AS returns, max(e.at) AS last
    FROM cases_caseevent e GROUP BY e.case_id
), promised AS (
    SELECT DISTINCT ON (case_id) case_id, first_due_at FROM cases_caseclock
    WHERE state = 'work' AND NOT by_contract ORDER BY case_id, id
)
SELECT count(*) FROM problems_problem p JOIN told USING (case_id)
    LEFT JOIN promised USING (case_id)
WHERE (p.accepted_at, p.assigned_at, p.answered_at, p.confirmed_at, p.returns, p.answer_due_at)
    IS DISTINCT FROM (accepted, assigned, answered, confirmed, told.returns,
        coalesce(first_due_at, p.answer_due_at))
    OR told.last > %s
"""


@pytest.mark.django_db
def test_the_town_is_loaded_and_lives_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = load_town(monkeypatch, 400, tmp_path)
    assert "problems: 408" in said
    # The agency, the companies (one of them is an office of the town) and the owners of sites.
    pilots = len(companies()) + len({site.owner for site in sites()})
    assert Organisation.objects.count() == len(offices()) + len(services()) + pilots
    assert len(offices()) == 200 and Person.objects.count() > 5_000
    assert Person.objects.filter(cast__isnull=False).count() >= 16
    home = atlas().home()
    assert home is not None and home.code == "zarechye"
    # The point of every problem lies in the neighbourhood it is counted in.
    rows = list(Problem.objects.select_related("case__territory"))
    for problem in rows[::10]:
        place = atlas().at(problem.longitude, problem.latitude)
        assert place is not None and place.pk == problem.case.territory_id
    # Whoever answers for a category somewhere is the office that was given it.
    for kind in Category.objects.filter(active=True):
        for place in atlas().by_id.values():
            if place.kind == "neighbourhood":
                assert answers_for(kind.code, place) is not None
    states = set(Problem.objects.values_list("case__state", flat=True))
    assert {"confirmed", "unconfirmed", "refused", "rejected"} <= states
    with connection.cursor() as cursor:
        cursor.execute(MOMENTS, [AT])
        assert cursor.fetchone() == (0,), "moments beside the steps they follow from"
    # One clock runs where somebody must act, none where nobody must.
    running = CaseClock.objects.filter(stopped_at=None, case__procedure="problem").count()
    assert running == Problem.objects.filter(case__due_at__isnull=False).count()
    # The stories have their drawings, before and after.
    assert set(CaseFile.objects.values_list("kind", flat=True)) == {"before", "after"}
    # All of it can be published: nothing is that a stranger could not recompute.
    opendata.publish(by=None, at=AT, folder=tmp_path / "published")
    assert (tmp_path / "published" / "data" / "exchange_agreements.csv").exists()
