"""The report of a trial, and the answer of the department that must follow."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from veche.city.pilots.access.applications import acts_for
from veche.city.pilots.access.conflicts import check_may_see
from veche.city.pilots.documents.report import report_pdf
from veche.city.pilots.models import Application, Evaluation, Result
from veche.city.pilots.operations.agency_guard import for_agency
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.refusals_evaluations import (
    MoneyWrong,
    NoDepartment,
    NoReport,
    NoRollOut,
    NoTrialToJudge,
    NotTheDepartment,
    ReportChanged,
    ReportPublished,
    UnknownAnswer,
    WhyLength,
    WhyMissing,
)
from veche.city.pilots.operations.rollout import RollOutGiven, put_rollout
from veche.city.pilots.operations.telling_applications import tell_company, tell_department
from veche.city.pilots.procedure import OFFICER
from veche.city.pilots.queries import evaluations as queries
from veche.city.pilots.rules import evaluations as rules
from veche.core.cases.operations import Changed, move_case, subject
from veche.core.cases.queries import procedure_of
from veche.core.journal.operations import record
from veche.core.notices.operations import tell_followers
from veche.core.organisations.queries import holdings
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.city.pilots.models import Trial
    from veche.core.people.models import Person


def _trial(application: Application) -> Trial:
    trial = queries.trial_of(application)
    if trial is None or application.case.state != "evaluating":
        if trial is not None and evaluated(trial):
            raise ReportPublished
        raise NoTrialToJudge
    return trial


def evaluated(trial: Trial) -> bool:
    """Whether the report of a trial is published."""
    return Evaluation.objects.filter(trial=trial, published_at__isnull=False).exists()


@operation
def write_evaluation(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    summary: str,
    recommendation: str,
    residents: str = "",
    cost: Decimal | None = None,
    said: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> Evaluation:
    """Keep a draft of the report of the newest trial. What each indicator came to is never given:
    it is reckoned; ``said`` are the words about indicators that were missed or not measured, by
    their codes. ``seen`` is the revision of the draft that was looked at, 0 where there was none.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        veche.city.pilots.operations.refusals_applications.NotTheAgency: they do not run it.
        NoTrialToJudge, ReportPublished: there is nothing to write about now.
        ReportChanged: somebody else kept another draft meanwhile.
        MoneyWrong, UnknownAnswer, WhyLength, veche.texts.TextLength: of what was written.
    """
    application = for_agency(by, at, application)
    trial = _trial(application)
    draft = queries.draft_of(trial) or Evaluation(trial=trial, revision=0)
    if seen is not None and seen != draft.revision:
        raise ReportChanged
    if recommendation not in Evaluation.Recommendation.values:
        raise UnknownAnswer
    if cost is not None and not 0 <= cost < rules.MOST_MONEY:
        raise MoneyWrong
    codes = {one.code for one in queries.indicators_of(trial)}
    draft.summary = sized(summary, rules.SHORTEST_SUMMARY, rules.LONGEST_SUMMARY)
    draft.residents = sized(residents, 0, rules.LONGEST_SUMMARY)
    draft.cost = cost
    draft.recommendation = recommendation
    draft.said = {
        code: sized(words, 0, rules.LONGEST_WHY, WhyLength)
        for code, words in (said or {}).items()
        if code in codes and words.strip()
    }
    draft.revision += 1
    draft.by, draft.at = by, at
    draft.save()
    record(
        kind="pilots.report-written", by=by, at=at, subject=subject(application.case),
        public={"revision": draft.revision},
    )  # fmt: skip
    return draft


@operation
def publish_evaluation(
    *, by: Person, at: dt.datetime, application: Application, seen: int | None = None
) -> Evaluation:
    """Publish the report: every indicator is reckoned against its frozen threshold and written
    down, the report becomes a PDF, and the department must answer. It is never changed again.

    ``seen`` is the revision that was looked at.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        veche.city.pilots.operations.refusals_applications.NotTheAgency: they do not run it.
        NoTrialToJudge, ReportPublished, NoReport: there is nothing to publish.
        ReportChanged: somebody kept another draft after they looked.
        WhyMissing: an indicator was missed or not measured, and nobody says why.
        NoDepartment: nobody could answer.
    """
    application = for_agency(by, at, application)
    trial = _trial(application)
    draft = queries.draft_of(trial)
    if draft is None:
        raise NoReport
    if seen is not None and seen != draft.revision:
        raise ReportChanged
    if application.department is None:
        raise NoDepartment
    report = queries.report_of(draft, application, at)
    if report.gaps:
        raise WhyMissing(names=", ".join(one.indicator.name for one in report.gaps))
    short = rules.SHORTEST_WHY
    for one in report.judged:
        if one.needs_words:
            sized(one.words, short, rules.LONGEST_WHY, WhyLength)
    Result.objects.bulk_create(
        Result(
            evaluation=draft, indicator=one.indicator, value=one.value, count=one.count,
            met=one.met, words=one.words,
        )
        for one in report.judged
    )  # fmt: skip
    draft.figures = dict(report.figures)
    draft.published_at, draft.by = at, by
    draft.pdf = report_pdf(report, at)
    draft.digest = hashlib.sha256(draft.pdf).hexdigest() if draft.pdf else ""
    draft.save()
    public = {
        "met": report.met, "missed": report.missed, "unknown": report.unknown,
        "recommendation": draft.recommendation, "digest": draft.digest,
    }  # fmt: skip
    move_case(
        by=by, at=at, case=application.case, move="publish",
        organisation=application.department, public=public,
    )  # fmt: skip
    if application.evaluated_at is None:  # the clock ends with the first report
        application.evaluated_at = at
        application.save(update_fields=["evaluated_at"])
    record(
        kind="pilots.report-published", by=by, at=at, subject=subject(application.case),
        public=public,
    )  # fmt: skip
    tell_company(by=by, at=at, application=application, kind="pilots.report-published")
    tell_department(by=by, at=at, application=application, kind="pilots.answer-wanted")
    tell_followers(by=by, at=at, case=application.case, kind="pilots.report-published")
    return draft


@operation
def answer(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    answer: str,
    because: str,
    rollout: RollOutGiven | None = None,
    seen: int | None = None,
    submission: uuid.UUID | None = None,
) -> Application:
    """The department answers the report: ``buy``, ``extend`` or ``stop``, because.

    Who buys says in ``rollout`` where it is used from when on. Who extends sends it back to the
    agency: another methodology is written, agreed upon and tested. Those who tested are told.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotTheDepartment: they are no officer of the department that supervised the trial.
        UnknownAnswer, veche.texts.TextLength: no answer, or no reason.
        NoRollOut, NotBeforeNow: who buys says where.
        veche.core.cases.operations.Changed, MoveNotPossible: as for every move.
    """
    from veche.city.pilots.operations.testers import tell_outcome

    application = locked(application)
    check_may_see(by, application, at)
    if not acts_for(holdings(by, at), OFFICER, application.department_id):
        raise NotTheDepartment
    case = application.case
    if seen is not None and seen != case.seq:
        raise Changed(state=procedure_of(case).by_code[case.state].title)
    if answer not in rules.ANSWERS:
        raise UnknownAnswer
    words = sized(because, rules.SHORTEST_WHY, rules.LONGEST_WHY)
    if answer == "buy" and rollout is None:
        raise NoRollOut
    agency = application.programme.agency if answer == "extend" else None
    application.case = move_case(
        by=by, at=at, case=case, move=answer, seen=seen, organisation=agency,
        public={"because": words},
    )  # fmt: skip
    application.answer, application.because, application.answered_at = answer, words, at
    application.save(update_fields=["answer", "because", "answered_at"])
    record(
        kind="pilots.answered", by=by, at=at, subject=subject(case),
        public={"answer": answer, "because": words},
    )  # fmt: skip
    if rollout is not None and answer == "buy":
        put_rollout(by=by, at=at, application=application, given=rollout, submission=submission)
    tell_company(by=by, at=at, application=application, kind=f"pilots.answered-{answer}")
    tell_followers(by=by, at=at, case=application.case, kind=f"pilots.answered-{answer}")
    trial = queries.trial_of(application)
    if trial is not None:
        tell_outcome(by=by, at=at, trial=trial)
    return application


__all__ = ["RollOutGiven", "answer", "evaluated", "publish_evaluation", "write_evaluation"]
