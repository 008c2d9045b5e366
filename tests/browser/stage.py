"""What stands ready for the walks: matters in the states at which somebody begins to act.

Everything is made by the operations that pages call, so a walk begins where a page of the town
would have led. Every language has matters of its own: walks do not meet one another.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import uuid
from pathlib import Path

from tests.browser.stage_pilots import pilots_stage
from veche.city.problems import operations
from veche.city.problems.models import CheckTask, Problem
from veche.core.cases.models import Case
from veche.core.files.photographs import Photograph, clean
from veche.core.people.models import Person

LANGUAGES = ("en", "ru", "zh-hans")
HOUR = dt.timedelta(hours=1)
WORDS = {
    "en": "A hole by the {what}, as deep as a hand: bicycles have to ride round it.",
    "ru": "Яма, {what}: глубиной с ладонь, велосипедам приходится её объезжать.",
    "zh-hans": "{what}处有一个手掌深的坑，自行车只能绕行。",
}
"""What the resident of the cast has written; ``what`` names the walk, so that it can be found."""
TELEPHONE = "+7 917 000-45-67"
BEGINNINGS = {
    "reject": "moderation",
    "hide": "work",
    "keyboard": "work",
    "bulk-1": "work",
    "bulk-2": "work",
    "bulk-3": "work",
    "hand-back": "work",
    "dispute": "work",
    "later": "work",
    "contractor": "work",
    "follow": "work",
    "volunteer": "check",
    "confirm": "check",
    "not-fixed": "check",
}
"""Walk: the state in which its matter stands."""


def mark(walk: str, language: str) -> str:
    """The word by which a walk's matter is found among all others."""
    return f"{walk.partition('-')[0]}{language[:2]}"


def set_stage(at: dt.datetime, file: Path) -> None:
    """Make the matters and write their numbers to ``file``: walk, language, number."""
    from veche.town.photographs import photograph
    from veche.town.problems import history

    people = {p.cast: p for p in Person.objects.filter(cast__isnull=False)}
    picture = clean(photograph("pothole", False, 1))
    spots = (one for one in history(end=at) if one.district == "zarechye-d6")
    made: dict[str, dict[str, str]] = {}
    begun = at - 30 * HOUR
    for n, (walk, language) in enumerate(itertools.product(BEGINNINGS, LANGUAGES)):
        spot = next(spots)
        words = WORDS[language].format(what=mark(walk, language))
        if walk == "hide":
            words += f" {TELEPHONE}"
        when = begun + n * dt.timedelta(minutes=5)
        if BEGINNINGS[walk] == "moderation":
            when = at - 2 * HOUR  # its day must not be over
        problem = operations.report(
            by=people["resident"],
            at=when,
            submission=uuid.uuid5(uuid.NAMESPACE_URL, f"stage:{walk}:{language}"),
            category="pothole",
            text=words,
            longitude=spot.lon,
            latitude=spot.lat,
            address=spot.address,
            answers=_answers(),
            photographs=[picture],
        )
        _bring(problem.case, BEGINNINGS[walk], when, people, picture)
        made.setdefault(walk, {})[language] = problem.case.number
    operations.ask_volunteers(by=None, at=at - 10 * HOUR)
    for number in made["volunteer"].values():
        _ask(people["volunteer"], number)
    made |= pilots_stage(at, people, LANGUAGES)
    file.write_text(json.dumps(made))


def _answers() -> dict[str, str]:
    """The first choice of every question that must be answered about a hole."""
    from veche.town.categories import categories

    kind = next(one for one in categories() if one.code == "pothole")
    return {
        q.code: q.choices[0].code if q.choices else "yes" if q.kind == "yesno" else "1"
        for q in kind.questions
        if q.required
    }


def _bring(
    case: Case, state: str, at: dt.datetime, people: dict[str | None, Person], picture: Photograph
) -> None:
    if state == "moderation":
        return
    case = operations.accept(by=people["moderator"], at=at + HOUR, case=case)
    assert case.state == "work", case.state
    if state == "check":
        operations.answer(
            by=people["officer"],
            at=at + 2 * HOUR,
            case=case,
            text="Яма заделана и укатана.",
            photographs=[picture],
        )


def _ask(volunteer: Person, number: str) -> None:
    """Chance has chosen two volunteers of the district: let one of them be the cast's."""
    tasks = CheckTask.objects.filter(round__case__number=number, ended_at=None)
    if not tasks.filter(volunteer=volunteer).exists():
        first = tasks.order_by("id").first()
        assert first is not None, f"nobody was asked about {number}"
        CheckTask.objects.filter(pk=first.pk).update(volunteer=volunteer)


def stands(number: str) -> str:
    """The state of a problem."""
    return Problem.objects.values_list("case__state", flat=True).get(case__number=number)
