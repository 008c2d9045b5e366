"""The public page of the programme, its figures, and what other programs read of its calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import START
from tests.city.pilots.world import DAY, World
from veche import kept
from veche.city.pilots.datasets.programme import DATASETS, FIGURES
from veche.city.pilots.models import Contract, Product
from veche.city.pilots.queries.statistics import statistics
from veche.city.pilots.rules.results import Share
from veche.core.opendata.queries import cells, csv_lines

pytestmark = pytest.mark.django_db
LATER = START + 300 * DAY


@pytest.fixture
def past(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """One rolled out, one running, one turned down, one that is judged."""
    monkeypatch.setattr("veche.clock.now", lambda: LATER)
    product = Product.objects.get(company=world.company)
    product.technologies.add(world.technology)
    product.targets.add(world.target)
    bought = world.application("rolled_out", title="Bought cane")
    world.application("running", title="Running cane")
    world.application("rejected", title="Refused cane")
    world.application("panel", title="Secret cane")
    Contract.objects.create(
        application=bought, number="1", ocid="ocds-x-1", title="Canes", buyer=world.department,
        supplier=world.company.organisation, method="direct", standing="active", amount=1500,
        currency="RUB", signed_on=START.date(), at=START,
    )  # fmt: skip
    kept.forget()
    return world


def test_every_number_comes_from_a_published_figure(past: World) -> None:
    found = statistics(LATER)
    assert dict(found.funnel) == {
        "decided": 3, "admitted": 2, "chosen": 2, "tested": 2, "evaluated": 1, "rolled_out": 1,
    }  # fmt: skip
    assert (found.rolled.part, found.rolled.of) == (1, 1)
    assert (found.money, found.contracted, found.currency) == (1500.0, 1, "RUB")
    assert found.judged is None, "one that is judged is fewer than five"
    assert found.whole.passed == 1 and found.whole.limit == past.programme.days
    assert [(one.code, one.decided, one.rolled_out) for one in found.technologies] == [
        ("sensing", 3, 1)
    ]
    assert [one.code for one in found.goals] == ["11"]
    told = json.loads(json.dumps(found.to_json()))
    assert told["stages"]["all"]["median_days"] == found.whole.median


def test_the_clock_of_stages_is_the_one_of_the_rules(past: World) -> None:
    from veche.city.pilots.models import Application
    from veche.city.pilots.queries.stages import course_of

    bought = Application.objects.get(title="Bought cane")
    clock = course_of(bought, LATER)
    rows = {
        stage: int(took)
        for number, stage, _passed, took, _waited, _days in _rows("pilot_stages")
        if number == bought.case.number
    }
    assert rows.pop("all") == int(clock.total.total_seconds())
    assert rows == {one.code: int(one.spent.total_seconds()) for one in clock.stages}


def _rows(name: str) -> list[list[str]]:
    import csv
    import io

    found = next(one for one in DATASETS if one.name == name)
    text = b"".join(csv_lines(found, LATER)).decode()
    return list(csv.reader(io.StringIO(text)))[1:]


def test_what_is_judged_is_in_no_published_row_and_on_no_page(past: World) -> None:
    for one in DATASETS:
        if not one.persons:
            assert "Secret" not in str(_rows(one.name))
            assert len({row[0] for row in _rows(one.name)}) <= 3
    for figure in FIGURES:
        over = next(one for one in DATASETS if one.name == figure.dataset)
        cells(figure, over, LATER)
    client = Client()
    for path in ("", "decided/", "decided/pilots.csv", "programme/figures.csv"):
        for language in ("en", "ru", "zh-hans"):
            answer = client.get(f"/{language}/pilots/{path}")
            assert answer.status_code == 200, path
            assert "Secret" not in _text(answer)
    assert "Bought cane" in _text(client.get("/en/pilots/decided/?q=bought&topic=11"))
    assert "Bought cane" not in _text(client.get("/en/pilots/decided/?state=rejected"))
    assert client.get("/en/pilots/decided/?year=9x&page=-1&topic=%00").status_code == 200


def _text(answer: Any) -> str:
    parts = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(parts).decode()


def test_the_page_of_a_city_without_a_programme(db: None) -> None:
    kept.forget()
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get("/en/pilots/")
    assert answer.status_code == 200
    assert "Nothing was decided yet" in answer.content.decode()
    assert len(asked) <= 30


def test_a_share_is_told_with_its_interval() -> None:
    assert Share(0, 0).interval is None and Share(0, 0).value is None
    low, high = Share(18, 43).interval or (0, 0)
    # Wilson, 95 %, by hand: (0.4186 + 0.0447) / 1.0893 ± …
    assert round(low, 3) == 0.284 and round(high, 3) == 0.567
    assert Share(5, 5).interval == (pytest.approx(0.5655, abs=1e-3), 1.0)


def test_another_client_reads_the_open_calls(past: World, live_server: Any) -> None:
    from common_grants_sdk.client import Client as Reader
    from common_grants_sdk.client.config import Config
    from common_grants_sdk.schemas.pydantic.models.opp_status import OppStatusOptions

    reader = Reader(Config(base_url=live_server.url, api_key="none", page_size=1))
    listed = reader.opportunities.list()
    assert not listed.errors and [one.title for one in listed.items] == ["Streets for everybody"]
    one = reader.opportunities.get(listed.items[0].id)
    assert one.status.value == "open" and one.key_dates.close_date.date
    assert str(one.source).endswith(f"/pilots/calls/{past.call.case.number}/")
    found = reader.opportunities.search(search="blind", status=[OppStatusOptions.OPEN])
    assert [row.id for row in found.items] == [one.id]
    assert reader.opportunities.search(search="bridges").items == []
    assert reader.opportunities.search(search="", status=[OppStatusOptions.CLOSED]).items == []


def test_garbage_is_answered_in_the_words_of_the_protocol(past: World) -> None:
    client = Client()
    half = b'{"filters": {"status": {"operator": "in", "value": ["\\ud800"]}}}'
    none = b'{"filters": {"status": {"operator": "in", "value": [NaN]}}}'
    deep = (
        b'{"filters": {"status": {"operator": "in", "value": ' + b"[" * 5000 + b"]" * 5000 + b"}}}"
    )
    for body in (
        b"[", b"[]", b'{"pagination": 3}', b'{"pagination": {"page": 0}}', half, none, deep
    ):  # fmt: skip
        answer = client.post(
            "/common-grants/opportunities/search", body, content_type="application/json"
        )
        assert answer.status_code == 400 and answer.json()["errors"], body
    assert client.get("/common-grants/opportunities?page=x").status_code == 400
    assert client.get(f"/common-grants/opportunities/{'0' * 8}-0000-0000-0000-{'0' * 12}").json()[
        "status"
    ] == 404  # fmt: skip
    answer = client.post(
        "/common-grants/opportunities/search",
        json.dumps({"filters": {"closeDateRange": {"operator": "between", "value": {}}, "x": {
            "operator": "eq", "value": 1}}, "sorting": {"sortBy": "custom"}}),
        content_type="application/json",
    )  # fmt: skip
    told = answer.json()
    assert told["filterInfo"]["errors"] and told["sortInfo"]["errors"]
    assert told["paginationInfo"]["totalItems"] == 1
