"""What this part shows on the page of an application: its trials, and the clock of the stages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from veche.city.pilots import acts_trials
from veche.city.pilots.access.applications import standing
from veche.city.pilots.models import Trial
from veche.city.pilots.queries.stages import breaches_of, course_of
from veche.city.pilots.rules.courses import bar
from veche.city.pilots.section import STAFF, Section
from veche.city.pilots.words.trials import HOW, STAGES

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person


def stages(application: Application, person: Person | None, at: dt.datetime) -> Mapping[str, Any]:
    """How many days each stage took, what is left, and which terms were broken."""
    course = course_of(application, at)
    return {
        "course": course,
        "bar": bar(course),
        "rows": [(STAGES[one.code], one) for one in course.stages],
        "breaches": [(STAGES.get(one.stage, one.stage), one) for one in breaches_of(application)],
    }


def trials(
    application: Application, person: Person | None, at: dt.datetime
) -> Mapping[str, Any] | None:
    """The trials there were, and what the reader can do about one."""
    found = list(Trial.objects.filter(application=application).select_related("site"))
    can = acts_trials.acts_for(standing(application, person, at), None)
    if not found and not can:
        return None
    found.sort(key=lambda one: -one.number)
    return {"trials": [(one, HOW.get(one.ended_how, "")) for one in found], "trial_acts": can}


SECTIONS: tuple[Section, ...] = (
    Section("trials", (), "pilots/trials_section.html", trials, public=True,
            relations=(*STAFF, "company", "site")),
    Section("stages", (), "pilots/trials_stages.html", stages, public=True,
            relations=(*STAFF, "company")),
)  # fmt: skip
