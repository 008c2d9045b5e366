"""Two at once: of two officers who move one application exactly one does, and one appeal is one."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from tests.cast import START
from tests.city.pilots.test_applications_story import TEXT
from tests.city.pilots.world import DAY, person, pilot_world
from veche.city.pilots.models import Appeal, Application
from veche.city.pilots.operations import appeals, screening
from veche.core.cases.models import CaseEvent
from veche.errors import Refused


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do these in threads of their own at one moment; what each was refused for, if it was."""
    gate, said = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            gate.wait()
            act()
        except Refused as refusal:
            said[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return said


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_exactly_one_moves_an_application() -> None:
    world = pilot_world()
    made = world.application("screening")
    second = person("Second", role="pilot_officer", organisation=world.agency)
    seen, at = made.case.seq, START + DAY
    said = at_once(
        lambda: screening.admit(by=world.agent, at=at, application=made, seen=seen),
        lambda: screening.turn_down(
            by=second, at=at, application=made, reason="other", text="It is unlawful.", seen=seen
        ),
        lambda: screening.ask(by=second, at=at, application=made, text="How heavy?", seen=seen),
    )
    assert sorted(said) == ["", "changed-meanwhile", "changed-meanwhile"]
    assert CaseEvent.objects.filter(case=made.pk, seq__gt=seen).count() == 1
    down = world.application("rejected")
    Application.objects.filter(pk=down.pk).update(decided_at=at)
    twice = [
        lambda: appeals.raise_appeal(by=world.founder, at=at, application=down, text=TEXT)
        for _press in range(3)
    ]
    assert sorted(at_once(*twice)) == ["", "appeal-twice", "appeal-twice"]
    assert Appeal.objects.count() == 1
