"""The pages of the assessment of offices: the rounds, a result, giving marks, opening one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch import rules_assessment as rules
from veche.city.dispatch.forms.afteraction import RoundForm
from veche.city.dispatch.models import AssessmentCriterion, AssessmentRound
from veche.city.dispatch.operations import assessment as doing
from veche.city.dispatch.queries import assessment as queries
from veche.core.cases.terms import city_zone
from veche.core.organisations.middleware import asker
from veche.core.organisations.queries import organisation_by_code
from veche.errors import Refused
from veche.languages import said
from veche.look.http import sent, sign_in
from veche.tables import csv_whole


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds."""
    at = clock.now()
    context = {
        "rows": [(row, queries.is_open(row, at)) for row in queries.rounds()],
        "opens": doing.opens_rounds(asker(request).person, at),
    }
    return render(request, "dispatch/assessment/list.html", context)


def _cells(result: queries.Result, asked: list[AssessmentCriterion]) -> list[dict[str, Any]]:
    """The groups of an office: the mean of each criterion, and over all."""
    rows = []
    for mean in result.means:
        cells = [result.cells.get((mean.group, one.pk)) for one in asked]
        if not any(cells):
            continue
        rows.append(
            {
                "group": queries.GROUP_WORDS[mean.group],
                "own": mean.group == rules.SELF,
                "persons": mean.persons,
                "mean": float(mean.mean) if mean.mean is not None else None,
                "cells": [
                    cell.total / cell.persons
                    if cell and cell.persons and cell.total is not None
                    else None
                    for cell in cells
                ],
            }
        )
    return rows


def _means(result: queries.Result) -> list[Any]:
    """The mean of each group; “few” where too few gave a mark, None where nobody did."""
    there = {group for group, _criterion in result.cells}
    return [
        float(one.mean) if one.mean is not None else "few" if one.group in there else None
        for one in result.means
    ]


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One round: whom you may mark while it is open, the grades when it is closed.

    Raises:
        UnknownRound: there is none.
    """
    row, at, person = queries.round_of(code), clock.now(), asker(request).person
    asked = queries.criteria(row)
    open_now = queries.is_open(row, at)
    mine: list[dict[str, Any]] = []
    if open_now and person is not None:
        given = queries.given(person, row)
        offices = queries.assessed()
        groups = queries.groups_of(person, row, at, offices)
        mine = [
            {
                "office": office,
                "group": queries.GROUP_WORDS[groups[office.pk]],
                "given": sum((office.pk, criterion.pk) in given for criterion in asked),
            }
            for office in offices
            if office.pk in groups
        ]
    results = queries.results(row) if row.closed_at else []
    context: dict[str, Any] = {
        "round": row,
        "criteria": asked,
        "open": open_now,
        "person": person,
        "mine": mine,
        "results": [
            {
                "office": result.office,
                "letter": result.grade.letter,
                "points": float(result.grade.points) if result.grade.points is not None else None,
                "rows": _cells(result, asked),
                "means": _means(result),
            }
            for result in results
        ],
        "groups": [queries.GROUP_WORDS[group] for group in rules.GROUPS],
        "bounds": sorted(row.bounds.items(), key=lambda pair: -pair[1]),
        "last": rules.LAST,
        "weights": [
            (queries.GROUP_WORDS[group], row.weights[group])
            for group in rules.GROUPS
            if row.weights.get(group)
        ],
    }
    return render(request, "dispatch/assessment/round.html", context)


@require_safe
def table(request: HttpRequest, code: str) -> HttpResponse:
    """The result of a closed round as a table file.

    Raises:
        UnknownRound: there is none.
    """
    row = queries.round_of(code)
    names = {criterion.pk: criterion.code for criterion in queries.criteria(row)}
    rows: list[list[object]] = [
        ["office", "group", "criterion", "persons", "marks", "points", "grade"]
    ]
    for result in queries.results(row) if row.closed_at else ():
        for (group, criterion), cell in sorted(result.cells.items()):
            few: object = "" if cell.persons is None else cell.persons
            sums: object = "" if cell.total is None else cell.total
            rows.append([result.office.code, group, names[criterion], few, sums, "", ""])
        points = result.grade.points
        shown = "" if points is None else f"{float(points):.2f}"
        rows.append([result.office.code, "all", "", "", "", shown, result.grade.letter])
    return csv_whole(f"assessment-{code}", rows)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest, code: str, office: str) -> HttpResponse:
    """Mark an office by every criterion.

    Raises:
        UnknownRound, veche.core.organisations.queries.UnknownOrganisation: there is none.
        RoundClosed, NotAnAssessor: not now, or not by whoever asks.
    """
    person = asker(request).person
    if person is None:
        return sign_in(request)
    row, at = queries.round_of(code), clock.now()
    found = organisation_by_code(office)
    asked = queries.criteria(row)
    if not queries.is_open(row, at):
        raise doing.RoundClosed
    group = queries.groups_of(person, row, at, [found]).get(found.pk)
    if group is None:
        raise doing.NotAnAssessor
    given = queries.given(person, row)
    wrong = ""
    if request.method == "POST":
        data = sent(request)
        marks = {
            criterion.pk: int(value)
            for criterion in asked
            if (value := str(data.get(f"c{criterion.pk}") or "")).isdecimal() and len(value) == 1
        }
        try:
            doing.give_marks(by=person, at=at, row=row, organisation=found, marks=marks)
        except doing.MarkWrong as refusal:
            wrong = str(refusal)
        else:
            messages.success(request, _("Your marks are kept until the assessment is closed."))
            return redirect("dispatch:assessment-round", code=code)
    context = {
        "round": row,
        "office": found,
        "group": queries.GROUP_WORDS[group],
        "own": group == rules.SELF,
        "wrong": wrong,
        "scale": range(rules.LOW, rules.HIGH + 1),
        "rows": [(criterion, given.get((found.pk, criterion.pk))) for criterion in asked],
    }
    status = 422 if wrong else 200
    return render(request, "dispatch/assessment/mark.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a round.

    Raises:
        NotAnOpener: somebody else.
    """
    person, at = asker(request).person, clock.now()
    if person is None:
        return sign_in(request)
    if not doing.opens_rounds(person, at):
        raise doing.NotAnOpener
    form = RoundForm(sent(request)) if request.method == "POST" else RoundForm()
    if form.is_bound and form.is_valid():
        row = _open(form, person, at)
        if row is not None:
            return redirect("dispatch:assessment-round", code=row.code)
    context = {
        "form": form,
        "weights": [(queries.GROUP_WORDS[g], n) for g, n in rules.WEIGHTS.items()],
        "bounds": rules.BOUNDS.items(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "dispatch/assessment/new.html", context, status=status)


def _open(form: RoundForm, person: Any, at: dt.datetime) -> AssessmentRound | None:
    values = form.cleaned_data
    try:
        return doing.open_round(
            by=person,
            at=at,
            code=values["code"],
            names=said(values, "names"),
            since=dt.datetime.combine(values["since"], dt.time(), city_zone()),
            closes_at=values["closes_at"],
            criteria=form.asked(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
