"""Readings are looked for on the days on which they can be, by the key of their stream."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.city.pulse.sensorthings.small import BASE, Small

Asked = Callable[..., tuple[set[str], str]]


@pytest.fixture
def asked(small: Small) -> Asked:
    """The days that are looked at for an address, and the plan of its last question."""

    def ask(path: str, **options: Any) -> tuple[set[str], str]:
        plans: list[str] = []

        def explain(
            execute: Callable[..., Any], text: str, parameters: Any, many: bool, context: Any
        ) -> Any:
            if "pulse_reading " in text and text.startswith("SELECT"):
                with connection.connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", parameters)
                    plans.append(json.dumps(cursor.fetchone()[0]))
            return execute(text, parameters, many, context)

        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # a page or two would be read whole
            cursor.execute("ANALYZE pulse_reading")
        with connection.execute_wrapper(explain):
            answer = small.client.get(
                BASE + path, {f"${name}": value for name, value in options.items()}
            )
        assert answer.status_code == 200, answer.content
        plan = plans[-1]
        return _days(json.loads(plan)), plan

    return ask


def _days(plan: Any) -> set[str]:
    """The days whose tables were opened at least once."""
    if isinstance(plan, list):
        return {day for one in plan for day in _days(one)}
    if not isinstance(plan, dict):
        return set()
    found = {day for value in plan.values() for day in _days(value)}
    day = re.fullmatch(r"pulse_reading_(\d+)", str(plan.get("Relation Name", "")))
    if day and plan.get("Actual Loops", 0) > 0:
        found.add(day[1])
    return found


def test_a_filter_of_time_leaves_out_the_other_days(asked: Asked) -> None:
    days, _plan = asked(
        "Observations",
        filter="phenomenonTime ge 2027-03-02T00:00:00Z and phenomenonTime lt 2027-03-03T00:00:00Z",
    )
    assert days == {"20270302"}
    days, _plan = asked("Observations", filter="phenomenonTime lt 2027-03-02T00:00:00Z")
    assert "20270303" not in days
    days, _plan = asked("Observations", filter="phenomenonTime eq 2027-03-03T10:00:00Z")
    assert days == {"20270303"}


def test_a_stream_is_read_by_its_key_in_the_order_of_its_times(small: Small, asked: Asked) -> None:
    stream = small.streams["South temperature"].pk
    days, plan = asked(f"Datastreams({stream})/Observations", orderby="phenomenonTime desc", top=1)
    assert days <= {"20270301", "20270302", "20270303"}
    assert "pulse_reading_20270303_pkey" in plan or "stream_id" in plan
    assert '"Node Type": "Sort"' not in plan


def test_a_stream_is_not_looked_for_on_days_it_does_not_tell_of(small: Small, asked: Asked) -> None:
    # The first temperature ends on the 2nd, the second goes on until the 3rd.
    north, south = (small.streams[f"{name} temperature"].pk for name in ("North", "South"))
    assert "20270303" not in asked(f"Datastreams({north})/Observations")[0]
    assert "20270303" in asked(f"Datastreams({south})/Observations")[0]
    one = {
        "filter": f"id eq {north}",
        "expand": "Observations($orderby=phenomenonTime desc;$top=9)",
    }
    assert "20270303" not in asked("Datastreams", **one)[0]


def test_a_reading_is_found_by_its_number_on_its_day(small: Small, asked: Asked) -> None:
    assert asked(f"Observations({small.readings['w2']})")[0] == {"20270302"}


def test_the_newest_of_all_are_looked_for_on_the_last_day(small: Small, asked: Asked) -> None:
    newest, _plan = asked("Observations", orderby="phenomenonTime desc", top=2)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(substr(relname, 15)) FROM pg_class WHERE relname ~ '^pulse_reading_[0-9]+$'"
        )
        assert newest <= {"20270301", "20270302", "20270303", cursor.fetchone()[0]}
    assert "20270301" not in newest
    assert small.names("Observations", orderby="phenomenonTime desc", top=2) == ["s2", "w5"]
