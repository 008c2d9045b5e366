"""Where a company is in writing an application: the steps, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from veche.city.pilots.models import Answer, Application
from veche.city.pilots.operations.applications import given
from veche.city.pilots.rules import applications as rules
from veche.city.pilots.words import applications as said
from veche.languages import here


@dataclass(frozen=True)
class Step:
    """One step of writing."""

    code: str
    title: str
    number: int
    url: str
    state: str
    """``now``, ``done`` or ``open``."""


@dataclass(frozen=True)
class Gap:
    """Something that is missing, in words, and where it is written."""

    what: str
    url: str


_FIELDS = {"product": "profile", "title": "_title", "text": "_text", "readiness": "_readiness"}


def address(application: Application, step: str) -> str:
    """The page of a step."""
    return reverse(
        "pilots:apply-step",
        args=[application.call.case.number, application.case.number, step],
    )


def gaps_of(application: Application) -> list[tuple[str, str]]:
    """What is missing: step and name, as `veche.city.pilots.rules.applications.missing` says."""
    return rules.missing(given(application), application.call.form.questions)


def in_words(application: Application, gaps: list[tuple[str, str]]) -> list[Gap]:
    """The same for a page."""
    names = {one["code"]: here(one["names"]) for one in application.call.form.questions}
    found = []
    for step, name in gaps:
        what = names[name] if step == "questions" else str(_word(name))
        field = f"q-{name}" if step == "questions" else name
        found.append(Gap(what, f"{address(application, step)}#id_{field}"))
    return found


def _word(name: str) -> object:
    return said.BESIDE.get(_FIELDS[name]) or said.STEPS[_FIELDS[name]]


def steps_of(application: Application, now: str) -> list[Step]:
    """The steps of a call's form, each with where it stands; without the questions where the form
    has none."""
    gaps = {step for step, _name in gaps_of(application)}
    codes = codes_of(application)
    return [
        Step(
            code,
            str(said.STEPS[code]),
            number,
            address(application, code),
            "now" if code == now else "open" if code in gaps or code == "check" else "done",
        )
        for number, code in enumerate(codes, 1)
    ]


def codes_of(application: Application) -> list[str]:
    """The codes of the steps, in their order."""
    questions = bool(application.call.form.questions)
    return [code for code in rules.STEPS if code != "questions" or questions]


def answers(application: Application) -> dict[str, str]:
    """The answers that stand, by the code of their question; of a document its name."""
    rows = Answer.objects.filter(application=application, revision=application.revision)
    return dict(rows.values_list("question", "text"))
