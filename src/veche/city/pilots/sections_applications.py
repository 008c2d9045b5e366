"""What this part shows on the page of an application: what was sent, asked, changed, appealed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from veche.city.pilots.models import Appeal
from veche.city.pilots.section import Section

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.core.people.models import Person

Told = Mapping[str, Any] | None


def _answers(application: Application, person: Person | None, at: dt.datetime) -> Told:
    from veche.city.pilots.queries.applications import answers_of

    found = answers_of(application)
    if not found and not application.profile:
        return None
    return {"answers": found, "profile": application.profile}


def _questions(application: Application, person: Person | None, at: dt.datetime) -> Told:
    found = list(application.questions.order_by("-id"))
    return {"questions": found} if found else None


def _revisions(application: Application, person: Person | None, at: dt.datetime) -> Told:
    from veche.city.pilots.queries.applications import revisions

    found = revisions(application)
    return {"revisions": found} if found else None


def _checks(application: Application, person: Person | None, at: dt.datetime) -> Told:
    from veche.city.pilots.queries.screening import checks

    found = checks(application, person, at)
    return {
        "checks": found,
        "before": [(f"pilot-{state}", n) for state, n in sorted(found.before.items())],
    }


def _appeal(application: Application, person: Person | None, at: dt.datetime) -> Told:
    from veche.city.pilots.access.applications import relations
    from veche.city.pilots.queries.applications import stand_in_words

    rows = Appeal.objects.select_related("case").filter(application=application)
    appeal = rows.first()
    if appeal is None or appeal.case.hidden_at is not None:
        return None
    inside = relations(application, person, at) & {"company", "agency", "department"}
    if appeal.granted is None and not inside:  # public with its judgement
        return None
    office = str(application.programme.agency)
    return {"appeal": appeal, "appeal_stand": stand_in_words(appeal.case, office, at)}


def _read(application: Application, person: Person | None, at: dt.datetime) -> Told:
    """The same for whoever judges it, while they do."""
    from veche.city.pilots.access.applications import relations

    inside = relations(application, person, at) & {"company", "agency", "department"}
    return None if inside else _answers(application, person, at)


SECTIONS: tuple[Section, ...] = (
    Section(
        "appeal", (), "pilots/applications_appealed.html", _appeal, public=True,
        relations=("company", "agency", "department"),
    ),
    Section(
        "checks", ("screening", "more_info"), "pilots/applications_checks.html", _checks,
        relations=("agency",),
    ),
    Section(
        "questions", (), "pilots/applications_questions.html", _questions,
        relations=("company", "agency", "department"),
    ),
    Section(
        "revisions", (), "pilots/applications_revisions.html", _revisions,
        relations=("company", "agency", "department"),
    ),
    Section(
        "answers", (), "pilots/applications_answers.html", _answers,
        relations=("company", "agency", "department"),
    ),
    Section(
        "to-read", ("review", "panel"), "pilots/applications_answers.html", _read,
        relations=("expert", "panellist"),
    ),
)  # fmt: skip
