"""The report of a trial as a PDF."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from veche.city.pilots.documents.render import NoFont, render
from veche.city.pilots.words import evaluations as words
from veche.languages import here
from veche.look.words import day, number, percent

if TYPE_CHECKING:
    from veche.city.pilots.queries.evaluations import Judged, Report


def report_pdf(report: Report, at: dt.datetime) -> bytes | None:
    """The PDF of a report in the city's first language; None where this computer has no font for
    its words: the page tells the same."""
    with override(settings.LANGUAGE_CODE):
        data = _data(report, at)
    try:
        return render(
            "report.typ",
            data,
            at=at.replace(microsecond=0),
            language=settings.LANGUAGE_CODE.split("-")[0],
        )
    except NoFont:
        return None


def _data(report: Report, at: dt.datetime) -> dict[str, Any]:
    application, evaluation = report.application, report.evaluation
    told = report.figures
    facts = [
        (_("Company"), application.company.legal_name),
        (_("Where it was tested"), here(report.trial.site.names)),
        (_("Agency"), str(application.programme.agency)),
        (_("Department that supervised and may buy"), str(application.department or "")),
        (_("Published"), day(at, "year")),
    ]
    return {
        "city": here(settings.TOWN_NAMES),
        "kind": _("Report of a pilot"),
        "number": application.case.number,
        "title": application.title,
        "lead": lead(report),
        "facts": facts,
        "interest": interest(),
        "summary_title": _("What came of it"),
        "summary": evaluation.summary,
        "results_title": _("Each indicator against its threshold"),
        "head": [
            _("Indicator"), _("Before"), _("Threshold"), _("Reached"), _("Values"), _("Result"),
        ],
        "rows": [_row(one) for one in report.judged],
        "why_title": _("Why"),
        "why": [(one.indicator.name, one.words) for one in report.judged if one.words],
        "people_title": _("Residents who tested"),
        "people": people(told),
        "residents": evaluation.residents,
        "money_title": _("Cost"),
        "money": money(report),
        "time_title": _("Time"),
        "time": times(told),
        "recommended": str(words.RECOMMENDED[evaluation.recommendation]),
    }  # fmt: skip


def _row(one: Judged) -> list[str]:
    unit = one.indicator.unit
    before = "–" if one.indicator.baseline is None else number(one.indicator.baseline)
    value = "–" if one.value is None else number(one.value, 2 if one.value % 1 else None)
    line = f"{words.DIRECTIONS[one.indicator.direction]} {number(one.indicator.threshold)}"
    return [
        f"{one.indicator.name}, {unit}", before, line, value,
        "–" if one.few else number(one.count), str(words.MET[one.state]),
    ]  # fmt: skip


def lead(report: Report) -> str:
    """The outcome in one sentence."""
    text = _("{met} of {all} thresholds were met, {missed} missed, {unknown} not measured.")
    return text.format(
        met=report.met, all=len(report.judged), missed=report.missed, unknown=report.unknown
    )


def interest() -> str:
    """What everybody should know of the department."""
    return _(
        "The department that supervised the trial is also the one that may buy what was tested:"
        " it has an interest in the outcome."
    )


def people(told: Any) -> list[str]:
    """What is told of those who tested, line by line; fewer than five are never told apart."""
    few = _("fewer than five")
    enrolled = few if told["enrolled"] is None else number(told["enrolled"])
    found = [_("Wanted: {wanted}. Took part: {count}.").format(
        wanted=number(told["wanted"]), count=enrolled)]  # fmt: skip
    for one in told["mix"]:
        count = _("not told") if one["count"] is None else number(one["count"])
        line = f"{words.KINDS[one['kind']]}: {count}"
        if one["wanted"] is not None:
            line += _(" (wanted: {n})").format(n=number(one["wanted"]))
        found.append(line)
    share = told["satisfied"]
    if share is None:
        found.append(_("Fewer than five residents answered: how content they are is not told."))
    else:
        text = _("{share} are content (n = {n}; 95 % interval {low} to {high}).")
        found.append(
            text.format(
                share=percent(share["share"]), n=number(share["of"]),
                low=percent(share["low"]), high=percent(share["high"]),
            )
        )  # fmt: skip
    return found


def money(report: Report) -> list[str]:
    """What was planned and what was spent."""
    currency = report.application.programme.currency
    planned, spent = report.trial.methodology.cost, report.evaluation.cost
    found = []
    if planned is not None:
        found.append(_("Planned: {sum} {currency}").format(sum=number(planned), currency=currency))
    if spent is not None:
        found.append(_("Spent: {sum} {currency}").format(sum=number(spent), currency=currency))
    return found or [_("Nothing is told of the cost.")]


def times(told: Any) -> list[str]:
    """Days of each stage against what it may take, and what was broken."""
    text = _("{days} days from the application to this report; {limit} are allowed.")
    found = [text.format(days=number(told["days"], 1), limit=number(told["limit"]))]
    for one in told["stages"]:
        line = f"{words.STAGES[one['stage']]}: " + _("{n} days").format(n=number(one["days"], 1))
        if one["allowed"] is not None:
            line += _(" of {n}").format(n=number(one["allowed"]))
        if one["broken"]:
            line += _(" (too long)")
        found.append(line)
    if told["incidents"]:
        numbers = ", ".join(one["number"] for one in told["incidents"])
        found.append(_("Incidents during the trial: {numbers}").format(numbers=numbers))
    return found
