"""A call for ideas is drafted, changed, announced, called off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from veche.city.ideas import rules, tasks
from veche.city.ideas.models import Call, Phase
from veche.city.ideas.operations.refusals import (
    NotAnOrganiser,
    PhasesPast,
    PhasesRefused,
    TooManyQuestions,
    WordsMissing,
)
from veche.city.ideas.procedure import ORGANISER
from veche.city.ideas.rules import PhasePlan
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case, open_case
from veche.core.notices.operations import announce, tell_followers
from veche.core.organisations.queries import holdings
from veche.languages import LANGUAGES
from veche.operation import operation
from veche.texts import readable, sized

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

THEME = "ideas"
SHORTEST_REASON = 10


def plans(call: Call) -> list[PhasePlan]:
    """The phases of a call as the rules read them, in their order."""
    found = [PhasePlan(one.kind, one.opens_at, one.closes_at) for one in call.phases.all()]
    return sorted(found, key=lambda one: rules.PHASES.index(one.kind))


def answered_until(call: Call, at: dt.datetime) -> dt.datetime | None:
    """Until when the office answers by the phases of a call; None without phases, and once that is
    over: then the term of the procedure stands for them."""
    until = rules.answered_by(plans(call))
    return until if until is not None and until > at else None


def organises(by: Person, territory: Territory, at: dt.datetime) -> bool:
    """Whether a person organises calls in a territory now."""
    over = {None, territory.pk, territory.district_id, territory.city_id}
    return any(held.role == ORGANISER and held.territory_id in over for held in holdings(by, at))


def _words(given: Mapping[str, str], most: int) -> dict[str, str]:
    """Words by language, without those that say nothing.

    Raises:
        WordsMissing: no language has any.
        TextLength: too many characters.
    """
    kept = {one: sized(given.get(one, ""), 0, most) for one in LANGUAGES}
    kept = {one: text for one, text in kept.items() if text}
    if not kept:
        raise WordsMissing
    return kept


def _questions(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(given) > rules.MOST_QUESTIONS:
        raise TooManyQuestions(most=rules.MOST_QUESTIONS)
    return [
        {
            "code": str(one.get("code") or f"q{place}")[:24],
            "names": {code: readable(text).strip()[:240] for code, text in one["names"].items()},
            "required": bool(one.get("required")),
        }
        for place, one in enumerate(given, start=1)
    ]


def _checked(phases: Sequence[PhasePlan], standing: bool) -> None:
    fault = rules.phase_fault(phases, standing=standing)
    if fault:
        raise PhasesRefused(fault=fault)


@operation
def draft_call(
    *,
    by: Person | None,
    at: dt.datetime,
    territory: Territory,
    office: Organisation,
    titles: Mapping[str, str],
    texts: Mapping[str, str],
    promises: Mapping[str, str],
    questions: Sequence[Mapping[str, Any]] = (),
    phases: Sequence[PhasePlan] = (),
    standing: bool = False,
    who: str = Call.Who.ANYONE,
) -> Call:
    """Draft a call for ideas of a place: ``office`` answers what is written.

    ``titles``, ``texts`` and ``promises`` (what is done with the result) are words by language;
    ``questions`` are ``{"code", "names", "required"}``; a call with no end is ``standing`` and has
    no phases.

    Raises:
        NotAnOrganiser: ``by`` organises nothing there.
        PhasesRefused, WordsMissing, TooManyQuestions, TextLength: it cannot be held so.
    """
    if by is not None and not organises(by, territory, at):
        raise NotAnOrganiser
    _checked(phases, standing)
    said = _said(titles, texts, promises)
    case = open_case(
        by=by,
        at=at,
        procedure="call",
        move="draft",
        theme=THEME,
        territory=territory,
        organisation=office,
    )
    call = Call(
        case=case,
        office=office,
        questions=_questions(questions),
        standing=standing,
        who=Call.Who(who),
        **said,
    )
    call.save(force_insert=True)
    _put_phases(call, phases)
    return call


def _said(
    titles: Mapping[str, str], texts: Mapping[str, str], promises: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    return {
        "titles": _words(titles, rules.LONGEST_TITLE),
        "texts": _words(texts, rules.LONGEST_TEXT),
        "promises": _words(promises, rules.LONGEST_REASON),
    }


def _put_phases(call: Call, phases: Sequence[PhasePlan]) -> None:
    Phase.objects.filter(call=call).delete()
    Phase.objects.bulk_create(
        [
            Phase(call=call, kind=one.kind, opens_at=one.opens_at, closes_at=one.closes_at)
            for one in phases
        ]
    )


@operation
def change_call(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    office: Organisation,
    titles: Mapping[str, str],
    texts: Mapping[str, str],
    promises: Mapping[str, str],
    questions: Sequence[Mapping[str, Any]] = (),
    phases: Sequence[PhasePlan] = (),
    standing: bool = False,
    who: str = Call.Who.ANYONE,
    seen: int | None = None,
) -> Call:
    """Write a draft anew.

    Raises:
        PhasesRefused, WordsMissing, TooManyQuestions, TextLength: it cannot be held so.
    """
    _checked(phases, standing)
    said = _said(titles, texts, promises)
    case = move_case(by=by, at=at, case=case, move="change", organisation=office, seen=seen)
    call = Call.objects.select_for_update().get(case=case)
    call.office, call.standing, call.who = office, standing, who
    call.questions = _questions(questions)
    call.titles, call.texts, call.promises = said["titles"], said["texts"], said["promises"]
    call.save(force_update=True)
    _put_phases(call, phases)
    call.case = case
    return call


@operation
def drop_call(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Case:
    """Drop a draft."""
    return move_case(by=by, at=at, case=case, move="drop", seen=seen)


@operation
def announce_call(*, by: Person, at: dt.datetime, case: Case, seen: int | None = None) -> Call:
    """Announce a call: everybody can read it, and its words and phases stay as they are.

    Raises:
        PhasesPast: ideas would no longer be taken.
        veche.core.cases.operations.Changed: it was changed after the organiser looked.
    """
    # The case first, as whoever changes the draft does: neither waits for the other for good.
    list(Case.objects.select_for_update(of=("self",)).filter(pk=case.pk).values_list("pk"))
    call = Call.objects.get(case=case)
    phases = plans(call)
    collect = next((one for one in phases if one.kind == "collect"), None)
    if not call.standing and (collect is None or collect.closes_at <= at):
        raise PhasesPast
    until = rules.ends_at(phases) or at + dt.timedelta(days=rules.STANDING_DAYS)
    call.case = move_case(by=by, at=at, case=case, move="announce", seen=seen, until=until)
    announce(by=by, at=at, case=call.case, kind="ideas.call")
    return call


@operation
def cancel_call(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """Call it off, and say why. Its ideas stay to be read and end with it, those apart that were
    put to a vote or accepted: what their office promised stays.

    Raises:
        TextLength: the words are missing.
    """
    text = sized(text, SHORTEST_REASON, rules.LONGEST_REASON)
    case = move_case(by=by, at=at, case=case, move="cancel", seen=seen, public={"text": text})
    tell_followers(by=by, at=at, case=case, kind="ideas.call-off")
    tasks.call_off.defer(call=case.pk)
    return case
