"""The company and the agency write how a trial is judged; the agency finds it fit to sign."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from veche.city.pilots.access.applications import relations
from veche.city.pilots.models import Application, Hypothesis, Indicator, Methodology
from veche.city.pilots.operations.applications import locked
from veche.city.pilots.operations.refusals_agreements import (
    NotAWriter,
    NotNewest,
    NotNow,
    NotTheirAgency,
    SameMethodology,
    WrittenMeanwhile,
    WrongMethodology,
)
from veche.city.pilots.operations.telling_applications import tell_agency, tell_company
from veche.city.pilots.procedure import PILOT
from veche.city.pilots.queries import methodologies as queries
from veche.city.pilots.rules import methodologies as rules
from veche.city.pilots.rules.methodologies import MethodologyGiven
from veche.core.cases.operations import move_case, subject
from veche.core.journal.operations import record
from veche.operation import inside, operation
from veche.texts import TextLength, readable, sized

if TYPE_CHECKING:
    from veche.core.people.models import Person


class PartLength(TextLength):
    """A part of the methodology is too short or too long; ``part`` names it."""

    code = "methodology-length"


@inside
def held(application: Application | int, state: str) -> Application:
    """The application as it stands now, held until the operation ends, in one state.

    Raises:
        NotNow: it stands somewhere else.
        veche.operation.OutsideOperation: no operation is under way.
    """
    found = locked(application)
    if found.case.state != state:
        raise NotNow(state=PILOT.by_code[found.case.state].title)
    return found


@operation
def write_methodology(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    given: MethodologyGiven,
    note: str = "",
    seen: int | None = None,
) -> Methodology:
    """Write a version of the methodology; the versions before it stay.

    ``seen`` is the number of the newest version that the writer saw (0: none); ``note`` says what
    is different, in their words.

    Raises:
        NotAWriter: they neither act for the company nor run the programme.
        NotNow: it is not being written now.
        WrittenMeanwhile: there is a newer version than the writer saw.
        SameMethodology: nothing is different.
        WrongMethodology: a trial cannot be judged by it.
        PartLength: a part is too short or too long.
    """
    application = held(application, "methodology")
    who = relations(application, by, at)
    if not who & {"company", "agency"}:
        raise NotAWriter
    last = queries.newest(application)
    number = last.version if last is not None else 0
    if seen is not None and seen != number:
        raise WrittenMeanwhile(version=number)
    given = _checked(given)
    before = queries.given(last) if last is not None else None
    codes = rules.codes(given.indicators, before.indicators if before else ())
    named = tuple(
        replace(one, code=code) for one, code in zip(given.indicators, codes, strict=True)
    )
    given = replace(given, indicators=named)
    if before is not None and rules.digest(before) == rules.digest(given):
        raise SameMethodology(version=number)
    made = Methodology.objects.create(
        application=application,
        version=number + 1,
        sample=given.sample,
        testers=given.testers,
        safety=given.safety,
        data_protection=given.data_protection,
        days=given.days,
        cost=given.cost,
        note=sized(note, 0, rules.MOST_NOTE),
        by=by,
        at=at,
    )
    Hypothesis.objects.bulk_create(
        Hypothesis(methodology=made, place=place, text=text)
        for place, text in enumerate(given.hypotheses, 1)
    )
    Indicator.objects.bulk_create(
        Indicator(
            methodology=made,
            place=place,
            code=one.code,
            name=one.name,
            unit=one.unit,
            measure=one.measure,
            direction=one.direction,
            baseline=one.baseline,
            threshold=one.threshold,
            by_testers=one.by_testers,
        )
        for place, one in enumerate(given.indicators, 1)
    )
    record(
        kind="pilots.methodology-written",
        by=by,
        at=at,
        subject=subject(application.case),
        public={"version": made.version, "digest": rules.digest(given)},
    )
    tell = tell_agency if "company" in who else tell_company
    tell(by=by, at=at, application=application, kind="pilots.methodology-written")
    return made


def _checked(given: MethodologyGiven) -> MethodologyGiven:
    """The methodology in readable words.

    Raises:
        PartLength, WrongMethodology: it cannot stand so.
    """
    hypotheses = tuple(_sized(one, "hypotheses") for one in given.hypotheses)
    indicators = tuple(
        replace(
            one,
            name=" ".join(_sized(one.name, "indicators", 2, rules.MOST_NAME).split()),
            unit=" ".join(_sized(one.unit, "indicators", 1, rules.MOST_UNIT).split()),
            code=readable(one.code)[:40],
        )
        for one in given.indicators
    )
    made = replace(
        given,
        hypotheses=hypotheses,
        indicators=indicators,
        sample=_sized(given.sample, "sample"),
        safety=_sized(given.safety, "safety"),
        data_protection=_sized(given.data_protection, "data_protection"),
    )
    try:
        rules.check(made)
    except rules.Wrong as wrong:
        raise WrongMethodology(why=wrong.code, number=wrong.number) from wrong
    return made


def _sized(text: str, part: str, least: int = rules.LEAST_TEXT, most: int = rules.MOST_TEXT) -> str:
    try:
        return sized(text, least, most)
    except TextLength as fault:
        raise PartLength(**fault.details, part=part) from fault


@operation
def approve(
    *, by: Person, at: dt.datetime, methodology: Methodology, seen: int | None = None
) -> Methodology:
    """The agency finds a methodology fit to sign: the agreement can be drawn up.

    ``seen`` is the number of steps of the case that the officer saw.

    Raises:
        NotTheirAgency: they do not run the programme.
        NotNow: it is not being written now.
        NotNewest: there is a newer version.
        Changed: somebody moved the application after the officer looked.
    """
    application = held(methodology.application_id, "methodology")
    if "agency" not in relations(application, by, at):
        raise NotTheirAgency
    last = queries.newest(application)
    if last is None or last.pk != methodology.pk:
        raise NotNewest
    last.approved_at, last.approved_by = at, by
    if last.frozen_at is None:
        last.save(update_fields=["approved_at", "approved_by"])
    application.case = move_case(
        by=by, at=at, case=application.case, move="approve", seen=seen,
        public={"version": last.version},
    )  # fmt: skip
    record(
        kind="pilots.methodology-approved",
        by=by,
        at=at,
        subject=subject(application.case),
        public={"version": last.version, "digest": rules.digest(queries.given(last))},
    )
    tell_company(by=by, at=at, application=application, kind="pilots.methodology-approved")
    return last
