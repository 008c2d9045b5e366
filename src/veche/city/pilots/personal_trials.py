"""What trials hold about a person: where they test, what they said and answered."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """Every trial somebody tests in, what they said of themselves, and their answers. Values they
    measured in office stay, as every official act does."""
    from veche.city.pilots.models import Measurement, Tester

    told: dict[str, Any] = {}
    rows = Tester.objects.filter(person=person).select_related("trial__application__case")
    tests = [
        {
            "pilot": one.trial.application.case.number,
            "trial": one.trial.number,
            "age": one.age,
            "disability": one.disability,
            "guardian": one.guardian,
            "consent": one.consent,
            "consented_at": one.consented_at.isoformat(),
            "told_at": one.told_at.isoformat() if one.told_at else None,
            "answers": [
                {
                    "indicator": answer.indicator.name,
                    "value": answer.value,
                    "words": answer.words,
                    "public": answer.public,
                    "at": answer.at.isoformat(),
                }
                for answer in one.answers.select_related("indicator").order_by("pk")
            ],
        }
        for one in rows.order_by("pk")
    ]
    if tests:
        told["pilot_tests"] = tests
    measured = Measurement.objects.filter(by=person).select_related("indicator")
    if measured.exists():
        told["pilot_measurements"] = [
            {"indicator": one.indicator.name, "value": one.value, "at": one.at.isoformat()}
            for one in measured.order_by("pk")
        ]
    return told


def erase(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """They leave every trial: answers and what they said of themselves are deleted."""
    from veche.city.pilots.operations.testers import erase_tester

    erase_tester(by=by, at=at, person=person)
