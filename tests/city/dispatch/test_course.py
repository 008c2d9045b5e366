"""Whatever people who may do something do, in any order: nothing is lost, time goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import START
from tests.city.dispatch.conftest import Ground, minutes
from veche.city.dispatch.models import Incident, IncidentTask
from veche.city.dispatch.operations import incidents
from veche.city.dispatch.procedure import OPEN
from veche.core.cases.models import Case
from veche.errors import Refused

FIRST = ("reported_at", "seen_at", "verified_at", "dispatched_at", "accepted_at", "acted_at")
LAST = ("done_at", "checked_at", "ended_at", "evaluated_at")
WHO = ("dispatcher", "watch", "officer", "light_officer", "controller", "resident")
WORDS = {"text": "Because it is so."}
STEPS: dict[str, dict[str, Any]] = {
    "verify": {}, "call_false": WORDS, "dispatch": {}, "accept": {},
    "send_back_to_dispatcher": WORDS, "begin": {}, "postpone": WORDS, "resume": {},
    "say_done": WORDS, "send_back": WORDS, "close": {}, "reopen": WORDS, "take_away": WORDS,
    "evaluate": WORDS, "take_up": {}, "raise_tier": WORDS, "hand_down": {**WORDS, "to": 1},
    "ask_help": WORDS, "note": WORDS, "join": {},
}  # fmt: skip
PARTS = ("accept_help", "refuse_help", "begin_help", "finish_help", "drop_help")
MOVE = st.tuples(st.sampled_from([*STEPS, *PARTS]), st.sampled_from(WHO))
FORTH = [
    ("verify", "dispatcher"), ("dispatch", "dispatcher"), ("ask_help", "dispatcher"),
    ("accept", "officer"), ("accept_help", "light_officer"), ("begin", "officer"),
    ("say_done", "officer"), ("finish_help", "light_officer"), ("close", "dispatcher"),
]  # fmt: skip


class _Undone(Exception):
    """The example is over; what it wrote goes."""


def _do(ground: Ground, pk: int, name: str, who: str, at: dt.datetime, other: Incident) -> bool:
    by = getattr(ground.town, who)
    run: Callable[..., object] = getattr(incidents, name)
    try:
        with transaction.atomic():
            if name in PARTS:
                task = IncidentTask.objects.filter(incident=pk).order_by("-pk").first()
                if task is None:
                    return False
                more: dict[str, Any] = WORDS if name == "refuse_help" else {}
                run(by=by, at=at, task=task, **more)
                return True
            more = dict(STEPS[name])
            if name == "ask_help":
                more["organisation"] = ground.town.lights
            elif name == "postpone":
                more["until"] = at + minutes(60)
            elif name == "join":
                more["into"] = other
            run(by=by, at=at, incident=Incident.objects.get(pk=pk), **more)
    except Refused:
        return False
    return True


def _check(before: Incident, now: Incident, tasks: set[int], at: dt.datetime) -> set[int]:
    for name in FIRST:
        was = getattr(before, name)
        assert was is None or getattr(now, name) == was, name
    for name in LAST:
        was, is_ = getattr(before, name), getattr(now, name)
        assert was is None or (is_ is not None and is_ >= was), name
    known = [getattr(now, name) for name in ("reported_at", "verified_at", "dispatched_at")]
    known.append(now.accepted_at)
    told = [one for one in known if one is not None]
    assert told == sorted(told)
    assert all(one <= at for one in told)
    assert now.returned >= before.returned and now.reopened >= before.reopened
    have = set(IncidentTask.objects.filter(incident=now.pk).values_list("pk", flat=True))
    assert tasks <= have
    open_parts = Case.objects.filter(parent=now.pk, closed_at=None)
    if now.case.state not in OPEN:
        assert not open_parts.exists()
        assert now.ended_at is not None
    else:
        assert now.case.due_at is not None
    return have


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ready=st.integers(0, len(FORTH)), moves=st.lists(MOVE, min_size=1, max_size=10))
def test_nothing_is_lost_whatever_is_done(
    ground: Ground, ready: int, moves: list[tuple[str, str]]
) -> None:
    try:
        with transaction.atomic():
            incident, other = ground.report(), ground.report()
            before, tasks = Incident.objects.select_related("case").get(pk=incident.pk), set[int]()
            for n, (name, who) in enumerate([*FORTH[:ready], *moves], 1):
                at = START + minutes(n)
                done = _do(ground, incident.pk, name, who, at, other)
                assert done or n > ready, name  # the usual way is open
                now = Incident.objects.select_related("case").get(pk=incident.pk)
                if not done:
                    assert (now.case.seq, now.tier) == (before.case.seq, before.tier)
                tasks = _check(before, now, tasks, at)
                before = now
            raise _Undone
    except _Undone:
        pass


def test_the_usual_way_is_open_to_its_end(ground: Ground) -> None:
    """What the property above begins with leads to an end, else it would prove little."""
    incident, other = ground.report(), ground.report()
    way = [*FORTH, ("evaluate", "controller")]
    for n, (name, who) in enumerate(way, 1):
        assert _do(ground, incident.pk, name, who, START + minutes(n), other), name
    incident.refresh_from_db()
    assert incident.case.state == "evaluated"
